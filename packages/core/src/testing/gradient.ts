import {
  add,
  dispose,
  grads,
  mul,
  type Scalar,
  square,
  sum,
  type Tensor,
  tidy,
  type Variable,
} from '@tensorflow/tfjs-core';
import type { Network } from '../interfaces.js';
import { checkClose, largestMagnitude } from './close.js';
import { type Input, isDifferentiable, pointOf, tensorOf } from './input.js';

/**
 * Gradient of a float64 function by central differences:
 *
 *   gᵢ = (f(x + ε eᵢ) − f(x − ε eᵢ)) / 2ε
 *
 * @param f        a plain JavaScript function; it may read its argument but not keep it
 * @param x        where, borrowed
 * @param epsilon  ε, default 1e-6
 * @returns as many numbers as `x` has
 * @example numericalGradient(([x = 0]) => x ** 2, Float64Array.of(3))  // ≈ [6]
 */
export function numericalGradient(f: (x: Float64Array) => number, x: ArrayLike<number>, epsilon = 1e-6): Float64Array {
  const point = Float64Array.from(x);
  return Float64Array.from(point, (value, index) => {
    point[index] = value + epsilon;
    const above = f(point);
    point[index] = value - epsilon;
    const below = f(point);
    point[index] = value;
    return (above - below) / (2 * epsilon);
  });
}

export interface GradientOptions {
  /** The function under test, of one tensor for each input, with a scalar result. */
  readonly f: (...inputs: Tensor[]) => Tensor;
  /** The same function in plain float64 JavaScript, of one flat array for each input, in row-major order. */
  readonly reference: (...inputs: Float64Array[]) => number;
  readonly inputs: readonly Input[];
  /** Relative error in the maximum norm. Default 1e-5. */
  readonly tolerance?: number;
}

/**
 * Passes when the value of `f`, and its gradient with respect to every float32 input, agree with a float64 reference
 * (differentiated by central differences). An error is measured against the largest number of the same gradient, or a tenth of
 * the largest of all gradients where that is more.
 *
 * @throws Error naming the input, the place and both numbers
 * @example
 * await expectGradient({
 *   f: (x) => sum(square(x)),
 *   reference: (x) => x.reduce((total, value) => total + value ** 2, 0),
 *   inputs: [draw([2, 3])],
 * });
 */
export async function expectGradient({ f, reference, inputs, tolerance = 1e-5 }: GradientOptions): Promise<void> {
  const points = inputs.map(pointOf);
  const { value, gradients } = await differentiate(f, inputs);
  checkClose({ values: [value] }, { values: [reference(...points)] }, tolerance, { what: 'the value of f' });
  const expected = inputs.flatMap((input, index) => {
    const along = (x: Float64Array) => reference(...points.map((point, other) => (other === index ? x : point)));
    return isDifferentiable(input) ? [{ input, index, values: numericalGradient(along, points[index]!) }] : [];
  });
  const floor = floorOf(expected.map(({ values }) => values));
  for (const { input, index, values } of expected) {
    const options = { what: `the gradient with respect to input ${index}`, floor };
    checkClose({ values: gradients[index]! }, { values, shape: input.shape }, tolerance, options);
  }
}

export interface ParameterGradientOptions {
  /** Whose parameters are differentiated. */
  readonly network: Pick<Network, 'parameters'>;
  /** The function under test: a scalar made by applying the network. */
  readonly loss: () => Tensor;
  /** The same scalar in plain float64 JavaScript, from the parameters by name, each a flat array in row-major order. */
  readonly reference: (parameters: Readonly<Record<string, Float64Array>>) => number;
  /** Relative error in the maximum norm. Default 1e-5. */
  readonly tolerance?: number;
}

/**
 * Passes when a network's loss, and its gradient with respect to every parameter, agree with a float64 reference; errors are
 * measured as in `expectGradient`.
 *
 * @throws Error naming the parameter, the place and both numbers
 * @example
 * await expectParameterGradients({
 *   network,
 *   loss: () => sum(network.apply(x)),
 *   reference: ({ kernel, bias }) => sumOf(matMul(x, kernel!, bias!)),
 * });
 */
export async function expectParameterGradients(options: ParameterGradientOptions): Promise<void> {
  const { network, loss, reference, tolerance = 1e-5 } = options;
  const variables = Object.values(network.parameters);
  const names = Object.keys(network.parameters);
  const { value, parameterGradients } = await differentiate(loss, [], variables);
  const points = await Promise.all(variables.map(async (variable) => Float64Array.from(await variable.data())));
  const byName = (changed?: number, x?: Float64Array) =>
    Object.fromEntries(names.map((name, index) => [name, index === changed ? x! : points[index]!]));

  checkClose({ values: [value] }, { values: [reference(byName())] }, tolerance, { what: 'the loss' });
  const expected = points.map((point, index) => numericalGradient((x) => reference(byName(index, x)), point));
  const floor = floorOf(expected);
  for (const [index, values] of expected.entries()) {
    const shape = variables[index]!.shape;
    const what = `the gradient with respect to '${names[index]}'`;
    checkClose({ values: parameterGradients[index]! }, { values, shape }, tolerance, { what, floor });
  }
}

/** A gradient that vanishes beside the others (a bias before a batch normalisation) is measured against the others. */
export function floorOf(gradients: readonly ArrayLike<number>[]): number {
  return Math.max(1e-3, 0.1 * Math.max(0, ...gradients.map(largestMagnitude)));
}

/** Value and gradients as plain numbers; of an int32 or bool input the gradient is empty. Leaves no tensor behind. */
export async function differentiate(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Input[],
  variables: readonly Variable[] = [],
): Promise<{ value: number; gradients: Float32Array[]; parameterGradients: Float32Array[] }> {
  const tensors = inputs.map(tensorOf);
  let results: Tensor[] = [];
  try {
    results = tidy(() => [f(...tensors), ...gradientsOf(f, tensors, variables)]);
    checkScalar(results[0]!);
    const [value, ...gradients] = (await Promise.all(results.map((result) => result.data()))) as Float32Array[];
    return {
      value: value![0]!,
      gradients: gradients.slice(0, tensors.length),
      parameterGradients: gradients.slice(tensors.length),
    };
  } finally {
    dispose([...tensors, ...results]);
  }
}

/** Gradients of a scalar function, zero where it does not depend on a tensor, empty where a tensor is not float32. */
export function gradientsOf(
  f: (...inputs: Tensor[]) => Tensor,
  tensors: readonly Tensor[],
  variables: readonly Variable[] = [],
): Tensor[] {
  const all = [...tensors, ...variables];
  const smooth = all.filter(({ dtype }) => dtype === 'float32');
  // grads() refuses a function that does not depend on one of its arguments: 0 · Σ x² makes it, and changes nothing.
  const connected = (): Scalar =>
    smooth.reduce((total, x) => add(total, mul(0, sum(square(x)))), f(...tensors) as Tensor) as Scalar;
  const gradients = smooth.length > 0 ? grads(connected)(smooth) : [];
  return all.map((x) => gradients[smooth.indexOf(x)] ?? tensorOf({ shape: [0], values: [] }));
}

function checkScalar({ shape }: Tensor): void {
  if (shape.length > 0)
    throw new Error(`Gradient check: expected f to give a scalar, received shape [${shape}]. Sum over its values.`);
}
