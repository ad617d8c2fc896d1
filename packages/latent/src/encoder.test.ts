import { useBackend } from '@gm/backends';
import { type Layer, type Network, seeded, spec } from '@gm/core';
import {
  draw,
  drawExamples,
  expectClose,
  expectError,
  expectNoLeak,
  expectParameterGradients,
  expectSame,
  tensorOf,
  testEncoder,
  testNetwork,
} from '@gm/core/testing';
import { batchNorm, dense, sequential, tanh } from '@gm/networks';
import { dispose, memory, sub, sum } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { convEncoder } from './convEncoder.js';
import { gaussianEncoder } from './encoder.js';
import { mlpEncoder } from './mlpEncoder.js';
import { standardNormal } from './prior.js';
import { recurrentEncoder } from './recurrentEncoder.js';

const image = spec([5, 7, 1], [0, 1]);

describe.each(['cpu', 'wasm'] as const)('encoders on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  const encoders = {
    mlpEncoder: (random: ReturnType<typeof seeded>) =>
      mlpEncoder({ input: image, hidden: [6, 5], latent: 2, random, activation: tanh }),
    'mlpEncoder without hidden layers': (random: ReturnType<typeof seeded>) =>
      mlpEncoder({ input: spec([4]), hidden: [], latent: 3, random }),
    convEncoder: (random: ReturnType<typeof seeded>) =>
      convEncoder({ input: image, channels: [2, 3], latent: 2, random, activation: tanh }),
    recurrentEncoder: (random: ReturnType<typeof seeded>) =>
      recurrentEncoder({ input: spec([4, 3]), hidden: [5], latent: 2, random }),
  };
  for (const [name, encoder] of Object.entries(encoders)) {
    testEncoder({ describe, it }, name, encoder);
    testNetwork({ describe, it }, name, encoder);
  }

  it('learn through their draws: the gradient of a divergence estimate reaches every parameter', async () => {
    const encoder = mlpEncoder({ input: spec([2]), hidden: [3], latent: 2, random: seeded(4), activation: tanh });
    const prior = standardNormal(2);
    const input = draw([3, 2], { seed: 'x' });
    const x = tensorOf(input);
    const noise = seeded(5).normals(6);
    const affine = (rows: readonly number[][], kernel: Float64Array, bias: Float64Array) =>
      rows.map((row) =>
        Array.from(bias, (b, out) => row.reduce((total, v, at) => total + v * kernel[at * bias.length + out]!, b)),
      );
    await expectParameterGradients({
      network: encoder,
      loss() {
        const posterior = encoder.encode(x);
        const z = posterior.sample(seeded(5));
        return sum(sub(posterior.logProb(z), prior.logProb(z)));
      },
      reference(parameters) {
        const [first, second] = Object.keys(parameters).filter((name) => name.endsWith('kernel'));
        const layer = (rows: readonly number[][], kernel: string) =>
          affine(rows, parameters[kernel]!, parameters[kernel.replace('kernel', 'bias')]!);
        const rows = [0, 1, 2].map((row) => [input.values[2 * row]!, input.values[2 * row + 1]!].map(Math.fround));
        const codes = layer(
          layer(rows, first!).map((row) => row.map(Math.tanh)),
          second!,
        );
        return codes
          .flatMap(([m0, m1, v0, v1], row) =>
            [
              [m0!, v0!, noise[2 * row]!],
              [m1!, v1!, noise[2 * row + 1]!],
            ].map(([m, v, e]) => -0.5 * (e! ** 2 + v!) + 0.5 * (m! + Math.exp(v! / 2) * e!) ** 2),
          )
          .reduce((a, b) => a + b);
      },
    });
    encoder.dispose();
    x.dispose();
  });

  it('give the two halves of what their network gives', async () => {
    const encoder = convEncoder({ input: image, latent: 2, random: seeded(1) });
    const x = tensorOf(drawExamples(image, 2));
    const [output, posterior] = [encoder.apply(x), encoder.encode(x)];
    const values = await output.data();
    await expectClose(posterior.mean, [values[0]!, values[1]!, values[4]!, values[5]!]);
    await expectClose(posterior.logVariance, [values[2]!, values[3]!, values[6]!, values[7]!]);
    dispose([output, x, posterior.mean, posterior.logVariance]);
    encoder.dispose();
  });

  it('start with codes of moderate size, for Glorot keeps the scale of images', async () => {
    const encoder = mlpEncoder({ input: spec([784], [0, 1]), hidden: [400], latent: 20, random: seeded(1) });
    const { mean, logVariance } = encoder.encode(tensorOf(drawExamples(encoder.input, 16)));
    for (const values of [await mean.data(), await logVariance.data()]) {
      expect(Math.max(...values.map(Math.abs))).toBeLessThan(5);
    }
  });
});

describe('how encoders are composed', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('any network of [2 · latent] numbers is one, its buffers too', async () => {
    const network = sequential(spec([4]), dense({ units: 6, random: seeded(1) }), batchNorm());
    const encoder = gaussianEncoder(network);
    expect(encoder).toMatchObject({ latent: 3, input: network.input, output: network.output });
    expect(encoder.parameters).toBe(network.parameters);
    expect(Object.keys(encoder.buffers!)).toEqual(Object.keys(network.buffers));
    const { buffers: _, ...bare } = network;
    expect('buffers' in gaussianEncoder(bare as Network)).toBe(false);
  });

  it('training mode reaches the network', async () => {
    const network = sequential(spec([4]), dense({ units: 2, random: seeded(1) }), batchNorm());
    const encoder = gaussianEncoder(network);
    const x = tensorOf(draw([3, 4]));
    const before = await encoder.encode(x).mean.data();
    const trained = await encoder.encode(x, { training: true }).mean.data();
    expect(Array.from(trained)).not.toEqual(Array.from(before));
  });

  it('the default activation is relu, another one is a factory of layers', async () => {
    const options = { input: spec([3]), hidden: [4], latent: 1 };
    const plain = mlpEncoder({ ...options, random: seeded(1) });
    const bent = mlpEncoder({ ...options, random: seeded(1), activation: tanh });
    const x = tensorOf(draw([2, 3]));
    expect(Array.from(await plain.apply(x).data())).not.toEqual(Array.from(await bent.apply(x).data()));
    await expectSame(plain.apply(x), mlpEncoder({ ...options, random: seeded(1) }).apply(x));
  });

  it('the network of an encoder is freed with it', async () => {
    await expectNoLeak(() => mlpEncoder({ input: image, hidden: [3], latent: 2, random: seeded(1) }).dispose());
    await expectNoLeak(() => convEncoder({ input: image, latent: 2, random: seeded(1) }).dispose());
  });

  it('a network that gives anything else is refused', async () => {
    const odd = sequential(spec([4]), dense({ units: 3, random: seeded(1) }));
    const picture = { ...odd, output: image };
    await expectError(
      () => gaussianEncoder(odd),
      'GM_FIT',
      '[2 · latent] numbers',
      'float32 [3]',
      'dense({ units: 2 * latent })',
    );
    await expectError(() => gaussianEncoder(picture), 'GM_FIT', '[5, 7, 1]');
  });

  it('wrong sizes and inputs are refused, and leave nothing behind', async () => {
    const random = seeded(1);
    const before = memory().numTensors;
    await expectError(
      () => mlpEncoder({ input: image, hidden: [4], latent: 0, random }),
      'GM_OPTION',
      'mlpEncoder: expected latent',
    );
    await expectError(() => mlpEncoder({ input: image, hidden: [0], latent: 2, random }), 'GM_OPTION', 'units');
    await expectError(
      () => convEncoder({ input: image, latent: 1.5, random }),
      'GM_OPTION',
      'convEncoder: expected latent',
    );
    await expectError(() => convEncoder({ input: spec([4]), latent: 2, random }), 'GM_FIT', 'height, width, channels');
    await expectError(
      () => mlpEncoder({ input: spec([4], [0, 9], 'int32'), hidden: [4], latent: 2, random }),
      'GM_FIT',
      'float32',
    );
    const unknown: Layer = () => {
      throw new Error('no such layer');
    };
    expect(() => mlpEncoder({ input: image, hidden: [4], latent: 2, random, activation: () => unknown })).toThrow(
      'no such',
    );
    expect(memory().numTensors).toBe(before);
  });
});
