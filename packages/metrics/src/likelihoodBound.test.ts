import { useBackend } from '@gm/backends';
import { seeded } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { decoder, EXAMPLES, encoderOf, likelihood, logProbOf, prior } from '../test/linearGaussian.js';
import { likelihoodBound } from './likelihoodBound.js';
import { checkComparable, difference } from './measurement.js';

beforeAll(() => useBackend('wasm'));

const model = (shift: number, spread: number) => ({ encoder: encoderOf(shift, spread), decoder, prior, likelihood });
/** Batches of one and of the others. */
const batches = () =>
  [EXAMPLES.slice(0, 1), EXAMPLES.slice(1)].map((rows) => ({ x: tensor2d(rows.map((row) => [...row])) }));
const exact = EXAMPLES.map(logProbOf);
const mean = exact.reduce((a, b) => a + b) / exact.length;

it('is the mean of log p(x), with its standard error over examples, when q is the true posterior', async () => {
  const before = memory().numTensors;
  const { value, standardError } = await likelihoodBound({
    ...model(0, 1),
    batches: batches(),
    samples: 3,
    random: seeded(1),
    protocol: {},
  });
  expect(value).toBeCloseTo(mean, 4);
  const variance = exact.reduce((total, one) => total + (one - mean) ** 2, 0) / (exact.length - 1);
  expect(standardError).toBeCloseTo(Math.sqrt(variance / exact.length), 3);
  expect(memory().numTensors).toBe(before);
});

it('says K, the number of examples and what it is given, and refuses to be compared with another K', async () => {
  const measured = (samples: number) =>
    likelihoodBound({ ...model(0.2, 2), batches: batches(), samples, random: seeded(1), protocol: { split: 'test' } });
  const [one, many] = [await measured(1), await measured(50)];
  expect(one.protocol).toEqual({ metric: 'L_K', K: 1, examples: EXAMPLES.length, split: 'test' });
  await expectError(() => checkComparable(one, many), 'GM_PROTOCOL', 'K 1 and 50');
  expect(difference(one, await measured(1)).value).toBe(0);
  expect(many.value).toBeGreaterThan(one.value);
});

it('refuses a K that is none, and no batches', async () => {
  const options = { ...model(0, 1), random: seeded(1), protocol: {} };
  await expectError(() => likelihoodBound({ ...options, batches: batches(), samples: 0 }), 'GM_OPTION', 'samples');
  await expectError(() => likelihoodBound({ ...options, batches: [] }), 'GM_SHAPE', 'batch');
});
