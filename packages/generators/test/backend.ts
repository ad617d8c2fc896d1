import { useBackend as use } from '@gm/backends';

/** Where everything with tensors is tested. */
export const backends = ['cpu', 'wasm'] as const;

export async function useBackend(name: (typeof backends)[number]): Promise<void> {
  await use(name);
}
