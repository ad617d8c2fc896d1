import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import {
  expectClose,
  expectError,
  expectGradient,
  expectNoLeak,
  testEncoder,
  testNetwork,
  testPosterior,
  testPrior,
} from '@gm/core/testing';
import { dense, sequential } from '@gm/networks';
import { add, ones, sum, tensor, tensor2d, tensor3d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { categorical, uniformCategorical } from './categorical.js';
import { categoricalEncoder } from './categoricalEncoder.js';
import { gaussian } from './gaussian.js';
import { standardNormal } from './prior.js';

const sizes = { variables: 2, categories: 3 };
const values = [0.5, -1, 2, 0, 0, 1, 1, 2, 3, -2, 0.3, 0.4];

/** log softmax, row by row of three. */
const logSoftmax = (logits: ArrayLike<number>) =>
  Array.from(logits, (l, at) => {
    const row = Array.from(logits).slice(at - (at % 3), at - (at % 3) + 3);
    return l - Math.log(row.reduce((total, other) => total + Math.exp(other), 0));
  });

describe.each(['cpu', 'wasm'] as const)('categorical codes on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));
  const encoder = (random: ReturnType<typeof seeded>, options: object = {}) =>
    categoricalEncoder(sequential(spec([4]), dense({ units: 6, random })), { ...sizes, ...options });

  testPrior({ describe, it }, 'uniformCategorical', () => uniformCategorical(sizes), { density: false });
  testPosterior({ describe, it }, 'categorical', () => {
    const logits = tensor3d(values, [2, 2, 3]);
    return { ...categorical(logits), dispose: () => logits.dispose() };
  });
  testEncoder({ describe, it }, 'categoricalEncoder', encoder);
  testNetwork({ describe, it }, 'categoricalEncoder', encoder);

  it('draws one-hot rows, each category as often as its probability', async () => {
    const count = 20_000;
    const logits = add(zeros([count, 2, 3]), tensor(values.slice(0, 6), [1, 2, 3]));
    const z = categorical(logits).sample(seeded(3));
    const drawn = (await z.data()) as Float32Array;
    expect(new Set(drawn)).toEqual(new Set([0, 1]));
    const seen = Array.from({ length: 6 }, (_, k) => drawn.filter((value, at) => at % 6 === k && value === 1).length);
    for (const [k, logProbability] of logSoftmax(values.slice(0, 6)).entries()) {
      const p = Math.exp(logProbability);
      expect(Math.abs(seen[k]! / count - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / count));
    }
    const uniform = (await uniformCategorical(sizes).sample(count, seeded(4)).data()) as Float32Array;
    for (let k = 0; k < 6; k++) {
      const share = uniform.filter((_, at) => at % 6 === k).reduce((total, value) => total + value, 0) / count;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(4.5 * Math.sqrt(2 / 9 / count));
    }
  });

  it('knows probabilities and divergence by their formulas, and their gradients', async () => {
    const logits = tensor3d(values, [2, 2, 3]);
    const z = tensor2d([
      [0, 0, 1, 1, 0, 0],
      [0, 1, 0, 0, 0, 1],
    ]);
    const log = logSoftmax(values);
    await expectClose(categorical(logits).logProb(z), [log[2]! + log[3]!, log[7]! + log[11]!]);
    await expectClose(uniformCategorical(sizes).logProb(z), [-2 * Math.log(3), -2 * Math.log(3)]);
    const divergences = (at: ArrayLike<number>) =>
      [0, 1, 2, 3].map((row) =>
        logSoftmax(at)
          .slice(3 * row, 3 * row + 3)
          .reduce((total, l) => total + Math.exp(l) * l, Math.log(3)),
      );
    await expectClose(uniformCategorical(sizes).divergenceFrom!(categorical(logits))!, divergences(values));
    await expectGradient({
      f: (x) => sum(uniformCategorical(sizes).divergenceFrom!(categorical(x!))!),
      reference: (at) => divergences(at).reduce((total, one) => total + one),
      inputs: [{ shape: [2, 2, 3], values }],
    });
  });

  it('has no closed form for what is of another kind', () => {
    const zero = zeros([1, 2]);
    expect(uniformCategorical(sizes).divergenceFrom!(gaussian(zero, zero))).toBeUndefined();
    expect(standardNormal(6).divergenceFrom!(categorical(zeros([1, 2, 3])))).toBeUndefined();
  });

  it('is soft in training alone, and only if it shall be', async () => {
    const soft = encoder(seeded(1), { hard: false, temperature: 0.7 });
    const x = ones([3, 4]);
    const distinct = async (training: boolean) =>
      new Set(await soft.encode(x, { training }).sample(seeded(2)).data()).size;
    expect(await distinct(false)).toBe(2);
    expect(await distinct(true)).toBeGreaterThan(4);
  });
});

describe('categorical codes', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('refuse sizes and shapes that do not fit', async () => {
    const random = seeded(1);
    await expectNoLeak(async () => {
      await expectError(() => uniformCategorical({ variables: 2, categories: 1 }), 'GM_OPTION', 'categories');
      await expectError(() => uniformCategorical({ variables: 0, categories: 3 }), 'GM_OPTION', 'variables');
      const network = sequential(spec([4]), dense({ units: 5, random }));
      await expectError(() => categoricalEncoder(network, sizes), 'GM_FIT', '[variables · categories] = [6]');
      await expectError(() => categoricalEncoder(network, { ...sizes, temperature: 0 }), 'GM_OPTION', 'temperature');
      network.dispose();
    });
    await expectError(() => categorical(zeros([2, 3])), 'GM_SHAPE', 'categorical');
    await expectError(() => categorical(zeros([2, 3, 1])), 'GM_SHAPE', 'two categories');
    await expectError(() => categorical(zeros([2, 2, 3])).logProb(zeros([2, 5])), 'GM_SHAPE', 'z');
    await expectError(() => categorical(zeros([2, 2, 3])).sample(undefined as never), 'GM_RANDOM');
  });
});
