import { type ApplyOptions, type Network, seeded } from '@gm/core';
import { draw, expectGradient, expectParameterGradients, expectSecondGradient, tensorOf } from '@gm/core/testing';
import { add, mul, ones, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { Part } from './reference.js';

export interface GradientCheck {
  readonly network: Network;
  readonly batch?: number;
  readonly options?: ApplyOptions;
  /** Of the difference that second derivatives are compared with. Default 2e-3. */
  readonly step?: number;
  /** Evaluations in training mode before, for what follows the parameters in buffers. Default none. */
  readonly settling?: number;
}

/**
 * The value, and the gradients with respect to x and every parameter, of L = Σ wᵢ yᵢ against the float64 reference, within 1e-5.
 * The parameters are drawn anew first: zeros, and 0.02 as a scale, would hide mistakes.
 */
export async function checkGradients(
  reference: Part,
  { network, batch = 3, options = {} }: GradientCheck,
): Promise<void> {
  redraw(network);
  const input = draw([batch, ...network.input.shape], { seed: 'x' });
  const w = draw([batch, ...network.output.shape], { seed: 'w', range: [0.25, 1.75] });
  const [x, weights] = [tensorOf(input), tensorOf(w)];
  const loss = (value: Tensor) => sum(mul(network.apply(value, options), weights));
  const referenceLoss = (data: Float64Array, parameters: Readonly<Record<string, Float64Array>>) =>
    reference({ shape: input.shape, data }, parameters).data.reduce((total, y, at) => total + y * w.values[at]!, 0);

  const parameters = await valuesOf(network);
  await expectGradient({ f: loss, reference: (data) => referenceLoss(data, parameters), inputs: [input] });
  const point = Float64Array.from(input.values);
  await expectParameterGradients({
    network,
    loss: () => loss(x),
    reference: (changed) => referenceLoss(point, changed),
  });
  x.dispose();
  weights.dispose();
}

/** Second derivatives of L = Σ (wᵢ yᵢ + ½ yᵢ²), as a gradient penalty takes them, against differences of the first, within 1e-3. */
export async function checkSecondGradients(check: GradientCheck): Promise<void> {
  // Small enough to stay on one side of every kink, and large beside the rounding of the gradients.
  const { network, batch = 3, options = {}, step = 2e-3, settling = 0 } = check;
  redraw(network);
  settle(network, settling);
  const weights = tensorOf(draw([batch, ...network.output.shape], { seed: 'w', range: [0.25, 1.75] }));
  await expectSecondGradient({
    f: (x) => {
      const y = network.apply(x!, options);
      return sum(add(mul(y, weights), mul(0.5, square(y))));
    },
    inputs: [draw([batch, ...network.input.shape], { seed: 'x' })],
    parameters: network.parameters,
    step,
  });
  weights.dispose();
}

function settle(network: Network, times: number): void {
  const x = ones([1, ...network.input.shape]);
  for (let time = 0; time < times; time++) network.apply(x, { training: true }).dispose();
  x.dispose();
}

/** Kernels from N(0, 1 / fanIn), so that signals keep their size; the rest around what it starts from. */
function redraw({ parameters }: Network): void {
  for (const [name, variable] of Object.entries(parameters)) {
    const draws = seeded(name).normals(variable.size);
    const start = name.endsWith('scale') ? 1 : 0;
    const spread = name.endsWith('kernel') ? 1 / Math.sqrt(variable.size / variable.shape.at(-1)!) : 0.3;
    const fresh = tensorOf({ shape: variable.shape, values: draws.map((value) => start + spread * value) });
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
