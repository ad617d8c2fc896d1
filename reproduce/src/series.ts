import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { SeededRandom } from '@gm/core';

/** What is forecast, cut in the order of time. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** Steps that are seen, and steps after them that are predicted. */
  readonly past: number;
  readonly horizon: number;
  /** Where validation begins, and where the test does: the first step that is predicted in either. */
  readonly validation: number;
  readonly test: number;
}

/** The three parts; later ones begin with what is seen before their first prediction. */
export function splitInTime({ values, past, validation, test }: Series) {
  return {
    training: values.slice(0, validation),
    validation: values.slice(validation - past, test),
    test: values.slice(test - past),
  };
}

/** Steps over which a period keeps its length, and how far periods lie apart, as a standard deviation of their logarithm. */
const [lasting, wander, noise] = [400, 0.3, 0.3];

/**
 * Two sines whose periods wander about 24 and 9 steps, and white noise.
 *
 *   vₜ = sin φₜ + ½ sin ψₜ + 0.3 εₜ,   φₜ₊₁ = φₜ + 2π e^uₜ / 24,   uₜ₊₁ = ρ uₜ + 0.3 √(1 − ρ²) ηₜ,   ρ = e^(−1/400)
 *
 * and ψ likewise, about 9. With fixed periods a linear forecast would be as good as any.
 */
export function noisySines(random: SeededRandom, steps = 20_000): Series {
  const keep = Math.exp(-1 / lasting);
  const waves = [
    { period: 24, height: 1 },
    { period: 9, height: 0.5 },
  ].map(({ period, height }) => {
    const pushes = random.split(period).normals(steps);
    let [phase, log] = [0, 0];
    return Array.from(pushes, (push) => {
      log = keep * log + wander * Math.sqrt(1 - keep ** 2) * push;
      phase += (2 * Math.PI * Math.exp(log)) / period;
      return height * Math.sin(phase);
    });
  });
  const values = Array.from(
    random.split('noise').normals(steps),
    (e, step) => noise * e + waves.reduce((sum, wave) => sum + wave[step]!, 0),
  );
  const [validation, test] = [Math.floor(0.8 * steps), Math.floor(0.9 * steps)];
  return { name: 'noisy sines', unit: 'of the larger sine', values, past: 96, horizon: 24, validation, test };
}

/**
 * Departures in each hour of January to March 2001, of 20,000 flights drawn from those in the United States; local times.
 *
 * From flights-20k.json of vega-datasets, whose package is under the BSD 3-clause licence; the data are the Bureau of Transportation
 * Statistics', reported by airlines under 14 CFR part 234.
 *
 * @see https://www.transtats.bts.gov
 */
export function hourlyFlights(): Series {
  const path = join(createRequire(import.meta.url).resolve('vega-datasets'), '../../data/flights-20k.json');
  const flights = JSON.parse(readFileSync(path, 'utf8')) as { readonly date: string }[];
  const begin = Date.UTC(2001, 0, 1);
  const values = new Array<number>(90 * 24).fill(0);
  for (const { date } of flights) {
    const [year, month, day, hour] = date.split(/\D/).map(Number) as [number, number, number, number];
    values[(Date.UTC(year, month - 1, day, hour) - begin) / 3_600_000]! += 1;
  }
  const [validation, test] = [62 * 24, 76 * 24];
  return { name: 'departures of flights', unit: 'flights an hour', values, past: 168, horizon: 24, validation, test };
}
