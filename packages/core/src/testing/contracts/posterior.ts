import { tidy } from '@tensorflow/tfjs-core';
import type { GaussianPosterior, Posterior } from '../../interfaces.js';
import { seeded } from '../../random.js';
import { showShape, sizeOf } from '../../spec.js';
import { expectClose } from '../close.js';
import { expectNoLeak } from '../leak.js';
import { momentsOf } from './density.js';
import { checkSeeds } from './prior.js';
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

const where = 'testPosterior';

/**
 * What every `Posterior` promises: one draw for each row that repeats under one seed, a finite log density for each row, and
 * no leaks. One that shows `mean` and `logVariance` is also checked to be that Gaussian: its log density against the formula,
 * its draws against both moments.
 *
 *   log N(z; μ, σ²) = −½ Σᵢ ((zᵢ − μᵢ)² / σᵢ² + log σᵢ² + log 2π)
 *
 * @param runner   `{ describe, it }` of any test runner
 * @param factory  makes the posterior; its tensors, members of it, are freed after each test
 * @example testPosterior({ describe, it }, 'gaussian', () => gaussian(zeros([3, 2]), zeros([3, 2])))
 */
export function testPosterior({ describe, it }: Runner, name: string, factory: Factory<Posterior & Disposable>): void {
  const withPosterior = (work: (posterior: Posterior) => Promise<void>) =>
    withPart(factory, (posterior) => freeing(posterior.dispose ? [] : tensorsOf(posterior), () => work(posterior)));

  describe(`${name} as a posterior`, () => {
    it('draws one z for each row, and repeats itself under one seed', () =>
      withPosterior((posterior) => checkSeeds(where, (random) => posterior.sample(random))));

    it('gives a finite log density for each row', () =>
      withPosterior(async (posterior) => {
        const z = posterior.sample(seeded(1));
        await freeing([z], async () => {
          const logProb = posterior.logProb(z);
          checkShape(where, 'logProb', logProb, z.shape.slice(0, 1));
          checkFinite(where, 'log densities', await take(logProb));
        });
      }));

    it('leaves no tensor behind', () =>
      withPosterior(async (posterior) => {
        await expectNoLeak(() => posterior.sample(seeded(1)));
        await expectNoLeak(() => tidy(() => posterior.logProb(posterior.sample(seeded(1)))));
      }));

    it('is the Gaussian whose mean and logVariance it shows, if it shows them', () =>
      withPosterior(async (posterior) => {
        if (isGaussian(posterior)) await checkGaussian(posterior);
      }));
  });
}

function tensorsOf(posterior: Posterior) {
  return isGaussian(posterior) ? [posterior.mean, posterior.logVariance] : [];
}

function isGaussian(posterior: Posterior): posterior is GaussianPosterior {
  return 'mean' in posterior && 'logVariance' in posterior;
}

async function checkGaussian(posterior: GaussianPosterior): Promise<void> {
  const { shape } = posterior.mean;
  const z = posterior.sample(seeded(1));
  const came = showShape(z.shape);
  check(
    came === showShape(shape),
    where,
    `draws of shape ${showShape(shape)} like the mean`,
    came,
    'One row for each x.',
  );
  const [mean, logVariance] = [await posterior.mean.data(), await posterior.logVariance.data()];
  const logProb = await evaluate(() => posterior.logProb(z));
  const values = await take(z);
  await expectClose(logProb, logDensities(values, mean, logVariance, sizeOf(shape.slice(1))), 1e-4, {
    what: 'logProb',
  });
  await checkMoments(posterior, mean, logVariance);
}

function logDensities(
  z: ArrayLike<number>,
  mean: ArrayLike<number>,
  logVariance: ArrayLike<number>,
  size: number,
): number[] {
  return Array.from({ length: z.length / size }, (_, row) => {
    let total = 0;
    for (let index = row * size; index < (row + 1) * size; index++) {
      const excess = (z[index]! - mean[index]!) ** 2 / Math.exp(logVariance[index]!);
      total -= 0.5 * (excess + logVariance[index]! + Math.log(2 * Math.PI));
    }
    return total;
  });
}

async function checkMoments(
  posterior: GaussianPosterior,
  mean: ArrayLike<number>,
  logVariance: ArrayLike<number>,
): Promise<void> {
  const draws = 400;
  const random = seeded('moments');
  const rows: Float32Array[] = [];
  for (let index = 0; index < draws; index++) rows.push(await take(posterior.sample(random)));
  const found = momentsOf(rows);
  for (let index = 0; index < mean.length; index++) {
    const deviation = Math.exp(logVariance[index]! / 2);
    const off = Math.abs(found.mean[index]! - mean[index]!) / deviation;
    const ratio = found.deviation[index]! / deviation;
    const received = `mean ${found.mean[index]} and deviation ${found.deviation[index]} at [${index}]`;
    const expected = `draws of mean ${mean[index]} and deviation ${deviation}`;
    // Five to six standard errors: 1/√n of the mean, 1/√2n of the deviation.
    check(
      off < 0.3 && Math.abs(ratio - 1) < 0.2,
      where,
      expected,
      received,
      'A draw is mean + exp(logVariance / 2) · ε.',
    );
  }
}
