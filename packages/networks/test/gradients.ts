import { type ApplyOptions, type Network, seeded } from '@gm/core';
import {
  draw,
  expectGradient,
  expectParameterGradients,
  expectSecondGradient,
  type Input,
  tensorOf,
} from '@gm/core/testing';
import { add, mul, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Reference } from './reference.js';

export interface GradientCheck {
  readonly network: Network;
  readonly reference: Reference;
  readonly batch?: number;
  /** Of each evaluation, which has to repeat itself. */
  readonly options?: () => ApplyOptions;
  readonly x?: Input;
  /** Of the difference that second derivatives are compared with. */
  readonly step?: number;
}

/**
 * The value, and the gradients with respect to x and every parameter, of L = Σ wᵢ yᵢ against the float64 reference, within 1e-5.
 * The parameters are drawn anew first: ones and zeros would hide mistakes.
 */
export async function checkGradients({ network, reference, batch = 3, options, x }: GradientCheck): Promise<void> {
  redraw(network);
  const input = x ?? draw([batch, ...network.input.shape], { seed: 'x' });
  const w = draw([input.shape[0]!, ...network.output.shape], { seed: 'w', range: [0.25, 1.75] });
  const weights = tensorOf(w);
  const loss = (tensor: Tensor) => sum(mul(network.apply(tensor, options?.()), weights));
  const parameters = await valuesOf(network);
  const referenceLoss = (point: Float64Array, by: Readonly<Record<string, Float64Array>>) =>
    reference(point, by).reduce((total, y, at) => total + y * w.values[at]!, 0);

  await expectGradient({ f: loss, reference: (point) => referenceLoss(point, parameters), inputs: [input] });
  if (Object.keys(network.parameters).length > 0) {
    const tensor = tensorOf(input);
    const point = Float64Array.from(input.values, Math.fround);
    await expectParameterGradients({
      network,
      loss: () => loss(tensor),
      reference: (by) => referenceLoss(point, by),
    });
    tensor.dispose();
  }
  weights.dispose();
}

/** Second derivatives of L = Σ (wᵢ yᵢ + ½ yᵢ²), as a gradient penalty takes them, within 1e-3. */
export async function checkSecondGradients({ network, batch = 3, options, x, step }: Omit<GradientCheck, 'reference'>) {
  redraw(network);
  const input = x ?? draw([batch, ...network.input.shape], { seed: 'x' });
  const weights = tensorOf(draw([input.shape[0]!, ...network.output.shape], { seed: 'w', range: [0.25, 1.75] }));
  await expectSecondGradient({
    f: (tensor) => {
      const y = network.apply(tensor!, options?.());
      return sum(add(mul(y, weights), mul(0.5, square(y))));
    },
    inputs: [input],
    parameters: network.parameters,
    ...(step !== undefined && { step }),
  });
  weights.dispose();
}

/** Parameters from U[0.5, 1.5) with both signs. */
function redraw({ parameters }: Network): void {
  for (const [name, variable] of Object.entries(parameters)) {
    const values = Array.from(seeded(name).uniforms(variable.size), (u) => (u < 0.5 ? u - 1.25 : u + 0.25));
    const fresh = tensorOf({ shape: variable.shape, values });
    variable.assign(fresh);
    fresh.dispose();
  }
}

async function valuesOf({ parameters }: Network): Promise<Record<string, Float64Array>> {
  const entries = Object.entries(parameters).map(async ([name, variable]) => {
    return [name, Float64Array.from(await variable.data())] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
