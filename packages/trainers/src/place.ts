import { gmError } from '@gm/core';
import { engine, type KernelBackend, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Passes when all of them lie on the backend in use: tfjs would move them one by one, which loses the numbers of a device that can
 * only be read asynchronously.
 *
 * @throws GM_BACKEND naming the first that does not
 */
export function checkPlace(where: string, tensors: Readonly<Record<string, Tensor>>): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    const place = placeOf(tensor);
    if (place !== undefined && place !== engine().backend) throw elsewhere(where, name, place);
  }
}

/** Whether the backend in use has the numbers of all of them. */
export function areHere(tensors: readonly Tensor[]): boolean {
  const { backend } = engine();
  return tensors.every((tensor) => placeOf(tensor) === backend);
}

function placeOf({ dataId }: Tensor): KernelBackend | undefined {
  return engine().state.tensorInfo.get(dataId)?.backend;
}

function elsewhere(where: string, name: string, place: KernelBackend) {
  const { backendName, registry } = engine();
  const other = Object.keys(registry).find((key) => registry[key] === place);
  const received = other === undefined ? 'on a backend that is gone' : `on '${other}'`;
  return gmError('GM_BACKEND', {
    where,
    expected: `all parameters on '${backendName}', the backend in use`,
    received: `${name} ${received}`,
    remedy:
      other === undefined
        ? 'Restore a checkpoint, which puts them on the backend in use.'
        : `Call await useBackend(${useName(backendName)}), which moves them; setBackend() does not.`,
  });
}

/** The argument of useBackend for what tfjs calls it. */
function useName(tfjsName: string): string {
  return tfjsName === 'tensorflow' ? "'node') or useBackend('node-gpu'" : `'${tfjsName}'`;
}
