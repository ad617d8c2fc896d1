import { type Layer, type Network, seeded, spec } from '@gm/core';
import {
  draw,
  expectClose,
  expectError,
  expectGradient,
  expectNoLeak,
  expectParameterGradients,
  tensorOf,
} from '@gm/core/testing';
import { mul, ones, square, sum, type Tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { conv2d as convReference, dense as denseReference } from '../test/reference.js';
import { conv2d } from './conv2d.js';
import { conv2dTranspose } from './conv2dTranspose.js';
import { dense } from './dense.js';
import { zeros } from './initializer.js';
import { spectralNorm, weightNorm } from './kernelNorm.js';

const random = seeded(1);
const image = spec([5, 5, 2]);
const convolution = {
  batch: 3,
  from: [5, 5, 2],
  to: [5, 5, 4],
  size: [3, 3],
  strides: [1, 1],
  padding: 'same',
} as const;

/** g v / ‖v‖ in float64, outputs in the last axis. */
function weighted({ kernel, gain }: Readonly<Record<string, Float64Array>>): Float64Array {
  const units = gain!.length;
  return kernel!.map((value, at) => {
    const own = kernel!.filter((_, other) => other % units === at % units);
    return (gain![at % units]! * value) / Math.sqrt(own.reduce((total, v) => total + v * v, 0));
  });
}

/** W of rows × columns, its outputs in the last axis, over its largest singular value, by 500 iterations in float64. */
function largestSingularValue(kernel: ArrayLike<number>, units: number): number {
  const inputs = kernel.length / units;
  let u = new Float64Array(units).fill(1);
  let sigma = 0;
  for (let time = 0; time < 500; time++) {
    const v = Float64Array.from({ length: inputs }, (_, i) =>
      u.reduce((total, x, o) => total + x * kernel[i * units + o]!, 0),
    );
    const length = Math.hypot(...v);
    const next = Float64Array.from({ length: units }, (_, o) =>
      v.reduce((total, x, i) => total + (x / length) * kernel[i * units + o]!, 0),
    );
    sigma = Math.hypot(...next);
    u = next.map((x) => x / sigma);
  }
  return sigma;
}

describe.each(backends)('weightNorm on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('agrees with float64, as do its derivatives: dense', async () => {
    const network = dense({ units: 4, kernelNorm: weightNorm(), random })(spec([5]));
    const reference = denseReference(3, 5, 4);
    await checkGradients({ network, reference: (x, all) => reference(x, { ...all, kernel: weighted(all) }) });
    await checkSecondGradients({ network });
  });

  it('agrees with float64, as do its derivatives: conv2d', async () => {
    const network = conv2d({ filters: 4, kernelSize: 3, kernelNorm: weightNorm(), random })(image);
    const reference = convReference(convolution);
    await checkGradients({ network, reference: (x, all) => reference(x, { ...all, kernel: weighted(all) }) });
    await checkSecondGradients({ network, step: 0.02 });
  });

  it('keeps a fixed gain among the buffers', () => {
    const network = dense({ units: 4, kernelNorm: weightNorm({ fixedGain: true }), random })(spec([5]));
    expect(Object.keys(network.parameters)).toEqual(['kernel', 'bias']);
    expect(Object.keys(network.buffers!)).toEqual(['gain']);
  });

  it('begins as the layer would without it, whichever axis counts the outputs', async () => {
    const pairs: readonly ((norm: object) => Layer)[] = [
      (norm) => dense({ units: 3, random: seeded(2), ...norm }),
      (norm) => conv2d({ filters: 3, kernelSize: 3, random: seeded(2), ...norm }),
      (norm) => conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, random: seeded(2), ...norm }),
    ];
    for (const [index, make] of pairs.entries()) {
      const input = index === 0 ? spec([5]) : image;
      const x = seeded(3).normal([2, ...input.shape]);
      const [bare, normed] = [make({})(input), make({ kernelNorm: weightNorm() })(input)];
      await expectClose(normed.apply(x), bare.apply(x));
      expect(normed.parameters.gain!.shape).toEqual([3]);
    }
  });
});

describe.each(backends)('spectralNorm on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  /** Until the vectors no longer move. */
  const settled = (network: Network) => {
    const x = ones([1, ...network.input.shape]);
    for (let time = 0; time < 60; time++) network.apply(x, { training: true }).dispose();
    return network;
  };

  it('divides by the largest singular value', async () => {
    const network = settled(dense({ units: 4, kernelNorm: spectralNorm(), random: seeded(5) })(spec([6])));
    const kernel = (await network.parameters.kernel!.data()) as Float32Array;
    const sigma = largestSingularValue(kernel, 4);
    const x = draw([3, 6], { seed: 'x' });
    const bare = denseReference(
      3,
      6,
      4,
    )(Float64Array.from(x.values, Math.fround), {
      kernel: Float64Array.from(kernel, (w) => w / sigma),
    });
    await expectClose(network.apply(tensorOf(x)), bare, 1e-4);
  });

  it('takes its vectors as constant in gradients, in training and out of it', async () => {
    const network = settled(dense({ units: 3, bias: false, kernelNorm: spectralNorm(), random: seeded(6) })(spec([4])));
    const [u, v] = await Promise.all([network.buffers!.left!.data(), network.buffers!.right!.data()]);
    const reference = (x: Float64Array, kernel: Float64Array) => {
      let sigma = 0;
      for (let i = 0; i < 4; i++) for (let o = 0; o < 3; o++) sigma += u[o]! * kernel[i * 3 + o]! * v[i]!;
      const y = denseReference(2, 4, 3)(x, { kernel: kernel.map((w) => w / sigma) });
      return y.reduce((total, value, at) => total + value ** 2 * (at + 1), 0);
    };
    const weights = tensorOf({ shape: [2, 3], values: [1, 2, 3, 4, 5, 6] });
    const input = draw([2, 4], { seed: 'x' });
    const x = tensorOf(input);
    const point = Float64Array.from(input.values, Math.fround);
    for (const training of [false, true]) {
      const loss = (tensor: Tensor) => sum(mul(square(network.apply(tensor, { training })), weights));
      const kernel = Float64Array.from(await network.parameters.kernel!.data());
      await expectGradient({ f: loss, reference: (at) => reference(at, kernel), inputs: [input], tolerance: 1e-4 });
      await expectParameterGradients({
        network,
        loss: () => loss(x),
        reference: (by) => reference(point, by.kernel!),
        tolerance: 1e-4,
      });
    }
  });

  it('keeps the length of what passes below its own, for convolutions of stride as large as their kernel', async () => {
    const network = settled(
      conv2d({ filters: 3, kernelSize: 2, strides: 2, bias: false, kernelNorm: spectralNorm(), random })(
        spec([4, 4, 2]),
      ),
    );
    const x = seeded(4).normal([20, 4, 4, 2]);
    const [before, after] = await Promise.all(
      [x, network.apply(x)].map((tensor) => sum(square(tensor), [1, 2, 3]).data()),
    );
    for (const [row, length] of after!.entries()) expect(length).toBeLessThanOrEqual(before![row]! * 1.0001);
  });

  it('moves its vectors in training only, under the tape too, and leaves nothing', async () => {
    const network = dense({ units: 3, kernelNorm: spectralNorm(), random: seeded(8) })(spec([30]));
    const x = ones([2, 30]);
    const left = async () => Array.from(await network.buffers!.left!.data());
    const before = await left();
    await expectNoLeak(() => network.apply(x));
    expect(await left()).toEqual(before);
    await expectNoLeak(() => {
      const { value, grads } = variableGrads(() => tidy(() => sum(square(network.apply(x, { training: true })))));
      expect(Object.keys(grads).length).toBe(2);
      return [value, ...Object.values(grads)];
    });
    expect(await left()).not.toEqual(before);
  });
});

it.each([weightNorm, spectralNorm])('$name leaves a kernel of zeros as silent as it is', async (norm) => {
  await useBackend('cpu');
  const network = dense({ units: 3, kernel: zeros, kernelNorm: norm(), random })(spec([4]));
  await expectClose(network.apply(ones([2, 4]), { training: true }), [0, 0, 0, 0, 0, 0]);
});

it('spectralNorm refuses a number of iterations that is none', async () => {
  for (const iterations of [0, 1.5]) await expectError(() => spectralNorm({ iterations }), 'GM_OPTION', 'iterations');
});
