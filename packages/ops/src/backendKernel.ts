import { engine, getBackend, getKernel, type NamedTensorMap, type Tensor } from '@tensorflow/tfjs-core';

// biome-ignore lint/suspicious/noExplicitAny: attributes differ from kernel to kernel, and tfjs has no one type for them.
export type Attributes = Readonly<Record<string, any>>;

/** Whether the backend in use has a kernel of that name. */
export const hasKernel = (name: string): boolean => getKernel(name, getBackend()) != null;

/** Runs a kernel by name; always a list of what it gives. */
export function runKernel(name: string, inputs: Readonly<Record<string, Tensor>>, attrs: Attributes): Tensor[] {
  const outputs = engine().runKernel(name, { ...inputs } as NamedTensorMap, { ...attrs }) as Tensor | Tensor[];
  return Array.isArray(outputs) ? outputs : [outputs];
}
