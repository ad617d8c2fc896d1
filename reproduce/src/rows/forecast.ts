import { join } from 'node:path';
import { type BatchSource, type Network, type Predictive, seeded, spec, type TargetedExamples } from '@gm/core';
import { standardized, windows } from '@gm/data';
import { recurrentPredictor } from '@gm/discriminators';
import { gaussianHead } from '@gm/losses';
import { gaussianCrps } from '@gm/metrics';
import { adam, cosine, regressor } from '@gm/trainers';
import { mean, reshape, split, squeeze, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { autoregressive, chosen, crpsOf, cut, seasonalNaive } from '../baselines.js';
import { once } from '../kept.js';
import type { Finding, Row, Sitting } from '../row.js';
import { hourlyFlights, noisySines, type Series, splitInTime } from '../series.js';
import { trained } from '../training.js';

const [seed, batchSize] = [1, 64];

/** Settings of a series, chosen on its validation part. */
interface Plan {
  readonly name: string;
  readonly series: Series;
  /** Candidates for the season of the naive forecast. */
  readonly seasons: readonly number[];
  /** Values that the network reads at one step. */
  readonly patch: number;
  readonly hidden: readonly number[];
  readonly learningRate: number;
  readonly steps: number;
}

const plans = (): readonly Plan[] => [
  {
    name: 'sines',
    series: noisySines(seeded('noisy sines')),
    seasons: Array.from({ length: 96 }, (_, index) => index + 1),
    patch: 8,
    hidden: [64],
    learningRate: 3e-3,
    steps: 4000,
  },
  {
    name: 'flights',
    series: hourlyFlights(),
    seasons: [24, 168],
    patch: 24,
    hidden: [32],
    learningRate: 3e-3,
    steps: 600,
  },
];

/**
 * An LSTM against a seasonal-naive and a linear forecast: Gaussians all three, for the same windows. Settings were chosen on validation.
 *
 * The baselines have one spread for each step of the horizon, whatever was seen; the LSTM says one for each window. Of hourly flights, which
 * are few at night, a good part of its lead may come from that.
 */
export const forecast: Row = {
  name: 'forecast',
  title:
    'Recurrent forecasts of noisy sines and of hourly flights, with their uncertainty: CRPS of the last part of the series',
  async run(sitting) {
    const findings: Finding[] = [];
    for (const plan of plans()) findings.push(await compared(plan, sitting));
    return findings;
  },
};

async function compared(plan: Plan, sitting: Sitting): Promise<Finding> {
  const { name, series, steps } = plan;
  const base = await once(join(sitting.folder, `${name}.baselines.json`), () => baselines(plan));
  const { naive, linear } = base;
  sitting.say(
    `${series.name}, validation: naive ${naive.validation.toFixed(4)} (season ${naive.season}), linear ${linear.validation.toFixed(4)} (order ${linear.order}, ridge ${linear.ridge})`,
  );
  const { validation, test, seconds } = await recurrent(plan, sitting);
  sitting.say(`${series.name}, validation: LSTM ${validation.toFixed(4)}`);
  const fewer = (other: number) => `${(100 * (1 - test / other)).toFixed(1)} %`;
  return {
    figure: `${series.name}: CRPS of ${series.horizon} steps from ${series.past}, ${series.unit}`,
    reference: `linear AR, order ${linear.order}: ${linear.test.toFixed(4)}; seasonal naive, season ${naive.season}: ${naive.test.toFixed(4)}`,
    ours: `LSTM ${test.toFixed(4)} (validation ${validation.toFixed(4)}): ${fewer(linear.test)} below linear, ${fewer(naive.test)} below naive`,
    wanted: 'below both',
    kept: test < linear.test && test < naive.test,
    seeds: [seed],
    steps,
    seconds,
  };
}

function baselines({ series, seasons }: Plan) {
  const parts = splitInTime(series);
  const [training, validation, test] = [parts.training, parts.validation, parts.test].map((part) => cut(part, series));
  const naive = chosen(seasons, (season) => seasonalNaive(training!, season), validation!);
  const orders = [1, 2, 4, 8, 12, 24, 25, 48, 96, 168].filter((order) => order <= series.past);
  const settings = orders.flatMap((order) => [0, 1e-3, 1e-2, 0.1, 0.3, 1].map((ridge) => ({ order, ridge })));
  const linear = chosen(settings, (setting) => autoregressive(training!, setting), validation!);
  return {
    naive: { season: naive.setting, validation: naive.crps, test: crpsOf(naive.forecaster, test!) },
    linear: { ...linear.setting, validation: linear.crps, test: crpsOf(linear.forecaster, test!) },
  };
}

async function recurrent({ name, series, patch, hidden, learningRate, steps }: Plan, sitting: Sitting) {
  const parts = splitInTime(series);
  const training = standardized(parts.training);
  const random = seeded(seed);
  const head = gaussianHead();
  const input = spec([series.past / patch, patch]);
  const network = recurrentPredictor({ input, targets: [series.horizon], head, hidden, random });
  const optimizer = adam({ learningRate: cosine({ from: learningRate, to: 1e-5, steps }) });
  const { run, seconds } = await trained(
    {
      name,
      game: regressor({ network, head, optimizer }),
      batches: patched(windows(training.values, { ...series, batchSize, random }), patch),
      steps,
      options: { seed, clipNorm: 1, averageDecay: 0.99 },
    },
    sitting,
  );
  const score = async (part: readonly number[]) => {
    const values = standardized(part, training).values;
    const whole = { ...series, batchSize: values.length - series.past - series.horizon + 1 };
    return training.scale * (await crps(network, head, await patched(windows(values, whole), patch).at(0)));
  };
  const found = await run.withAverages(async () => ({
    validation: await score(parts.validation),
    test: await score(parts.test),
  }));
  run.dispose();
  network.dispose();
  return { ...found, seconds };
}

/** Windows read a piece at a time: x [batch, past / patch, patch], so that a day of hours is one step. */
function patched(source: BatchSource<TargetedExamples>, patch: number): BatchSource<TargetedExamples> {
  const shape = [source.example.shape[0]! / patch, patch];
  return {
    ...source,
    example: spec(shape),
    async at(step) {
      const { x, targets } = await source.at(step);
      const read = reshape(x, [x.shape[0]!, ...shape]);
      x.dispose();
      return { x: read, targets };
    },
  };
}

/** Mean over windows and steps, in units of the targets. Disposes of the batch. */
async function crps(network: Network, head: Predictive, { x, targets }: TargetedExamples): Promise<number> {
  const score = tidy(() => {
    // Φ(1): one scale above the mean.
    const quantiles = head.quantiles(network.apply(x), [0.5, 0.841344746068543]);
    const [middle, above] = split(quantiles, 2, -1).map((one) => squeeze(one, [-1])) as [Tensor, Tensor];
    return mean(gaussianCrps(targets, middle, sub(above, middle)));
  });
  const [value] = await score.data();
  score.dispose();
  x.dispose();
  targets.dispose();
  return value!;
}
