import { exp, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Prior } from '../../interfaces.js';
import { type SeededRandom, seeded } from '../../random.js';
import { sizeOf } from '../../spec.js';
import { expectSame } from '../close.js';
import { draw, tensorOf } from '../input.js';
import { expectNoLeak } from '../leak.js';
import { average, checkDensity, rowsOf } from './density.js';
import {
  check,
  checkFinite,
  checkShape,
  type Disposable,
  evaluate,
  type Factory,
  freeing,
  type Runner,
  take,
  withPart,
} from './runner.js';

export interface PriorContract {
  /** Check that `logProb` is the density of what `sample` draws; for up to four dimensions without holes. Default: when there are at most four. */
  readonly density?: boolean;
}

const where = 'testPrior';

/**
 * What every `Prior` promises: draws of its shape that repeat under one seed and differ under another, a log density for each
 * that belongs to the draws, a closed-form divergence (where it offers one) that agrees with an estimate, and no leaks.
 *
 * @param runner   `{ describe, it }` of any test runner
 * @param factory  makes the prior
 * @example testPrior({ describe, it }, 'standardNormal', () => standardNormal(2))
 */
export function testPrior(
  { describe, it }: Runner,
  name: string,
  factory: Factory<Prior & Disposable>,
  { density }: PriorContract = {},
): void {
  describe(`${name} as a prior`, () => {
    it('draws [count, …shape]', () =>
      withPart(factory, async (prior) => {
        for (const count of [1, 5]) {
          const z = prior.sample(count, seeded(1));
          checkShape(where, 'draws', z, [count, ...prior.shape]);
          checkFinite(where, 'draws', await take(z));
        }
      }));

    it('repeats itself under one seed, and not under another', () =>
      withPart(factory, (prior) => checkSeeds(where, (random) => prior.sample(5, random))));

    it('gives a finite log density for each draw', () =>
      withPart(factory, async (prior) => {
        const logProb = tidy(() => prior.logProb(prior.sample(5, seeded(1))));
        checkShape(where, 'logProb', logProb, [5]);
        checkFinite(where, 'log densities', await take(logProb));
      }));

    it('leaves no tensor behind', () =>
      withPart(factory, async (prior) => {
        await expectNoLeak(() => prior.sample(5, seeded(1)));
        const z = prior.sample(5, seeded(1));
        await freeing([z], () => expectNoLeak(() => prior.logProb(z)));
      }));

    it('has the log density that its draws have', () =>
      withPart(factory, async (prior) => {
        if (!(density ?? sizeOf(prior.shape) <= 4)) return;
        const z = prior.sample(8192, seeded(1));
        const logProbs = await evaluate(() => prior.logProb(z));
        checkDensity(where, { rows: rowsOf(await take(z), sizeOf(prior.shape)), logProbs });
      }));

    it('has a closed-form divergence, if any, that agrees with an estimate from draws', () =>
      withPart(factory, (prior) => checkDivergence(prior)));
  });
}

/** The same seed draws the same numbers; another seed others. */
export async function checkSeeds(place: string, sample: (random: SeededRandom) => Tensor): Promise<void> {
  const first = await take(sample(seeded(1)));
  await expectSame(await take(sample(seeded(1))), first, 'draws of the same seed');
  const other = await take(sample(seeded(2)));
  const differs = other.some((value, index) => value !== first[index]);
  check(
    differs,
    place,
    'other draws from another seed',
    'the same',
    'Draw from the random argument and from nothing else.',
  );
}

/** KL(q ‖ p) = E_{z ~ q}[log q(z) − log p(z)], from 8192 draws of one normal q. */
async function checkDivergence(prior: Prior): Promise<void> {
  if (!prior.divergenceFrom) return;
  const [count, size] = [8192, sizeOf(prior.shape)];
  const mean = draw([1, ...prior.shape], { seed: 'mean' });
  const logVariance = draw([1, ...prior.shape], { seed: 'logVariance', range: [-2, 0] });
  const noise = rowsOf(seeded('noise').normals(count * size), size);
  const deviation = Array.from(logVariance.values, (value) => Math.exp(value / 2));
  const draws = noise.flatMap((row) => Array.from(row, (e, axis) => mean.values[axis]! + deviation[axis]! * e));
  const logQ = noise.map((row) =>
    row.reduce((total, e, axis) => total - 0.5 * e * e - Math.log(deviation[axis]! * Math.sqrt(2 * Math.PI)), 0),
  );
  const logP = await evaluate(() => prior.logProb(tensorOf({ shape: [count, ...prior.shape], values: draws })));
  const gaps = logQ.map((value, index) => value - logP[index]!);
  const estimate = average(gaps);
  const error = Math.sqrt(average(gaps.map((gap) => (gap - estimate) ** 2)) / count);

  const tensors = { mean: tensorOf(mean), logVariance: tensorOf(logVariance) };
  const q = { ...tensors, sample: () => exp(tensors.mean), logProb: () => exp(tensors.mean) };
  await freeing(Object.values(tensors), async () => {
    await expectNoLeak(() => prior.divergenceFrom?.(q) ?? []);
    const divergence = prior.divergenceFrom!(q);
    if (divergence === undefined) return; // none for a Gaussian
    checkShape(where, 'divergenceFrom', divergence, [1, ...prior.shape]);
    const total = (await take(divergence)).reduce((sum, value) => sum + value, 0);
    const expected = `${estimate.toFixed(3)} ± ${error.toFixed(3)} nats`;
    const agrees = Math.abs(total - estimate) <= 5 * error + 1e-3;
    check(
      agrees,
      where,
      `divergenceFrom of ${expected}`,
      total.toFixed(3),
      'It is KL(q ‖ p) for each dimension, in nats.',
    );
  });
}
