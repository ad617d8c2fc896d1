import { add, mul, scalar, sum, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { seeded } from '../random.js';
import { checkClose } from './close.js';
import { differentiate, floorOf, gradientsOf } from './gradient.js';
import { type Input, isDifferentiable, tensorOf } from './input.js';

export interface SecondGradientOptions {
  /** The function under test, of one tensor for each input, with a scalar result; a network's logits summed, for instance. */
  readonly f: (...inputs: Tensor[]) => Tensor;
  /** Where; keep away from kinks (of relu, of abs) by more than `step`. */
  readonly inputs: readonly Input[];
  /** Also differentiated, as a gradient penalty does: what `f` depends on beside its inputs. */
  readonly parameters?: Readonly<Record<string, Variable>>;
  /** Relative error in the maximum norm. Default 1e-3. */
  readonly tolerance?: number;
  /** How far the inputs are moved for the difference. Default 5e-3. */
  readonly step?: number;
  /** Of the direction u. Default 0. */
  readonly seed?: number | string;
}

/**
 * Passes when second derivatives agree with differences of first derivatives, along a random direction u of the inputs:
 *
 *   ∂⟨∇ₓf, u⟩ / ∂(x, θ)  =  (∇f(x + εu, θ) − ∇f(x − εu, θ)) / 2ε
 *
 * The left side is what training under a gradient penalty computes; the right side needs first derivatives only.
 *
 * @throws Error naming the input or the parameter, the place and both numbers
 * @example await expectSecondGradient({ f: (x) => sum(tanh(x)), inputs: [draw([2, 3])] })
 */
export async function expectSecondGradient(options: SecondGradientOptions): Promise<void> {
  const { f, inputs, parameters = {}, tolerance = 1e-3, step = 5e-3, seed = 0 } = options;
  const variables = Object.values(parameters);
  const directions = inputs.map((input, index) => directionOf(input, seeded(seed).split(index)));
  const penalty = await differentiate((...xs) => projectedGradient(f, xs, directions), inputs, variables);
  const above = await differentiate(f, moved(inputs, directions, step), variables);
  const below = await differentiate(f, moved(inputs, directions, -step), variables);

  const actual = allOf(penalty);
  const expected = allOf(below).map((low, index) =>
    allOf(above)[index]!.map((high, at) => (high - low[at]!) / (2 * step)),
  );
  const names = [...inputs.map((_, index) => `input ${index}`), ...Object.keys(parameters).map((name) => `'${name}'`)];
  const shapes = [...inputs, ...variables].map(({ shape }) => shape);
  const floor = floorOf(expected);
  for (const [index, values] of expected.entries()) {
    const what = `the second derivative with respect to ${names[index]}`;
    checkClose({ values: actual[index]! }, { values, shape: shapes[index]! }, tolerance, { what, floor });
  }
}

function allOf({ gradients, parameterGradients }: Awaited<ReturnType<typeof differentiate>>): Float32Array[] {
  return [...gradients, ...parameterGradients];
}

/** ⟨∇ₓf, u⟩ */
function projectedGradient(
  f: (...inputs: Tensor[]) => Tensor,
  xs: readonly Tensor[],
  directions: readonly Input[],
): Tensor {
  return gradientsOf(f, xs).reduce<Tensor>((total, gradient, index) => {
    const smooth = xs[index]!.dtype === 'float32';
    return smooth ? add(total, sum(mul(gradient, tensorOf(directions[index]!)))) : total;
  }, scalar(0));
}

/** ±1 around, and never near zero, so that every coordinate counts. */
function directionOf(input: Input, random: { uniforms(count: number): Float32Array }): Input {
  const values = random.uniforms(input.values.length).map((u) => (u < 0.5 ? u - 1 : u));
  return { shape: input.shape, values: isDifferentiable(input) ? values : values.fill(0) };
}

function moved(inputs: readonly Input[], directions: readonly Input[], step: number): Input[] {
  return inputs.map((input, index) => ({
    ...input,
    values: Float32Array.from(input.values, (value, at) => value + step * directions[index]!.values[at]!),
  }));
}
