import { engine, type GradConfig, getBackend, getKernel, type Tensor } from '@tensorflow/tfjs-core';

// biome-ignore lint/suspicious/noExplicitAny: attributes differ from kernel to kernel, and tfjs has no one type for them.
export type Attributes = Readonly<Record<string, any>>;
export type Rule<Saved> = (dy: Tensor, saved: Saved, attrs: Attributes) => Record<string, () => Tensor>;

/** A gradient made of the inputs of those names. */
export function fromInputs<const Names extends readonly string[]>(
  kernelName: string,
  names: Names,
  rule: Rule<{ readonly [Index in keyof Names]: Tensor }>,
): GradConfig {
  return { kernelName, inputsToSave: [...names], gradFunc: rule as unknown as GradConfig['gradFunc'] };
}

/**
 * A gradient made of the input and the output y = f(x). While the gradient is itself recorded for a second derivative, y is made
 * anew from x: the saved one does not hang on x, and what flows through it would be lost without a word.
 */
export function fromOutput(
  kernelName: string,
  name: string,
  f: (x: Tensor, attrs: Attributes) => Tensor,
  slope: (dy: Tensor, y: Tensor, attrs: Attributes) => Tensor,
): GradConfig {
  return {
    kernelName,
    inputsToSave: [name],
    outputsToSave: [true],
    gradFunc: ((dy: Tensor, [x, y]: [Tensor, Tensor], attrs: Attributes) => ({
      [name]: () => slope(dy, engine().isTapeOn() ? f(x, attrs) : y, attrs),
    })) as unknown as GradConfig['gradFunc'],
  };
}

/** Runs a kernel that tfjs-core has no public function for. */
export const runKernel = (name: string, inputs: Readonly<Record<string, Tensor>>, attrs: Attributes): Tensor =>
  engine().runKernel(name, { ...inputs }, { ...attrs }) as Tensor;

/**
 * A gradient by the kernel of that name, in one pass; by what it is composed of where the backend has no such kernel, the numbers
 * are no floats, or a second derivative is being recorded.
 */
export function inOnePass(
  name: string,
  inputs: Readonly<Record<string, Tensor>>,
  attrs: Attributes,
  composed: () => Tensor,
): Tensor {
  const floats = Object.values(inputs).every(({ dtype }) => dtype === 'float32');
  const possible = floats && !engine().isTapeOn() && getKernel(name, getBackend()) != null;
  return possible ? runKernel(name, inputs, attrs) : composed();
}
