import { join } from 'node:path';
import { type AdversarialLoss, type Examples, type LabelledExamples, type Penalty, seeded } from '@gm/core';
import { batches, type Dataset, epochOf, take } from '@gm/data';
import { dcganDiscriminator } from '@gm/discriminators';
import { dcganGenerator, fromDecoder } from '@gm/generators';
import { standardNormal } from '@gm/latent';
import { gradientPenalty, leastSquares, nonSaturating, r1, r2, relativistic, wasserstein } from '@gm/losses';
import {
  classBalance,
  drawn,
  type FeatureRows,
  featuresOf,
  fld,
  type Lenet,
  type Measurement,
  manifoldMeasures,
} from '@gm/metrics';
import { readLenet } from '@gm/metrics/node';
import { adam, gan } from '@gm/trainers';
import { add, argMax, div, tidy } from '@tensorflow/tfjs-core';
import { keyed, once } from '../kept.js';
import { mnist } from '../mnist.js';
import type { Finding, Row, Sitting } from '../row.js';
import { spread } from '../spread.js';
import { trained } from '../training.js';

const [steps, batchSize, channels, latent, seeds] = [5000, 64, 16, 64, [1, 2, 3]];
/** Five times that of Radford et al. (2016), chosen by FLD of single runs: so narrow networks learn far faster with it. */
const LEARNING_RATE = 1e-3;
/** Examples that a distance is measured with, and, of fewer, the neighbourhoods, whose time grows with the square. */
const [COUNT, FEW] = [10_000, 2000];
/** Of the weights that are measured. */
const AVERAGE_DECAY = 0.999;

/** What trained networks depend on beside the contestant and the seed; with other settings others are trained. */
const SETTINGS = { steps, batchSize, channels, latent, learningRate: LEARNING_RATE, averageDecay: AVERAGE_DECAY };

interface Contestant {
  readonly name: string;
  readonly loss: AdversarialLoss;
  readonly penalty?: readonly Penalty[];
  readonly discriminatorSteps?: number;
}

const contestants = (): readonly Contestant[] => [
  { name: 'NS-GAN', loss: nonSaturating() },
  { name: 'LSGAN', loss: leastSquares() },
  // Gulrajani et al. (2017), algorithm 1, but for the five critic steps: three do.
  { name: 'WGAN-GP', loss: wasserstein(), penalty: [gradientPenalty()], discriminatorSteps: 3 },
  { name: 'R3GAN', loss: relativistic(), penalty: [r1(), r2()] },
];

/** The same generator, discriminator, data and number of generator steps for all; β of Adam and batch norm as their papers have them. */
export const gans: Row = {
  name: 'gans',
  title: 'NS-GAN, LSGAN, WGAN-GP and R3GAN on MNIST: FLD, coverage and classes, three seeds each',
  async run(sitting) {
    const lenet = await readLenet();
    const [train, test] = [await mnist('train'), await mnist('test')];
    const real = await featuresOf(lenet.features, epochOf(test, { batchSize: 500 }));
    const others = await featuresOf(lenet.features, epochOf(take(train, COUNT), { batchSize: 500 }));
    const protocol = { split: 'test', beside: 'train' };
    const { value: floor } = await fld({ lenet, real, generated: others, protocol });
    sitting.say(`real against real: ${floor.toFixed(2)}, LeNet ${lenet.hash}`);
    const best = { floor, coverage: manifoldMeasures(few(others, real)).coverage };
    const findings: Finding[] = [];
    for (const contestant of contestants()) {
      const scores: Score[] = [];
      for (const seed of seeds) scores.push(await scoreOf({ contestant, seed, lenet, real }, sitting));
      findings.push(findingOf(contestant, scores, best));
    }
    return findings;
  },
};

interface Score {
  readonly fld: Measurement;
  readonly coverage: number;
  /** The share of the rarest digit that the LeNet sees. */
  readonly rarest: number;
  readonly seconds: number;
}

interface Trial {
  readonly contestant: Contestant;
  readonly seed: number;
  readonly lenet: Lenet;
  readonly real: FeatureRows;
}

/** Of a trial, what its files are named after. */
interface Named {
  readonly contestant: Pick<Contestant, 'name' | 'discriminatorSteps'>;
  readonly seed: number;
  readonly lenet: Pick<Lenet, 'hash'>;
}

/** What the files of a training and of its score are called; the score depends on what it is measured with, too. */
export function namesOf({ contestant, seed, lenet }: Named, settings = SETTINGS) {
  const { name, discriminatorSteps = 1 } = contestant;
  const training = keyed(`${name}-${seed}`, { ...settings, discriminatorSteps });
  return { training, score: keyed(training, { network: lenet.hash, count: COUNT, few: FEW }) };
}

function scoreOf(trial: Trial, sitting: Sitting): Promise<Score> {
  const names = namesOf(trial);
  return once(join(sitting.folder, `${names.score}.json`), async () => {
    const score = await measured(names.training, trial, sitting);
    sitting.say(
      `${names.training}: FLD ${score.fld.value.toFixed(2)}, coverage ${score.coverage.toFixed(3)}, rarest digit ${(100 * score.rarest).toFixed(1)} %`,
    );
    return score;
  });
}

async function measured(name: string, { contestant, seed, lenet, real }: Trial, sitting: Sitting): Promise<Score> {
  const data: Dataset<LabelledExamples> = await mnist('train', [-1, 1]);
  const { loss, penalty = [], discriminatorSteps = 1 } = contestant;
  const random = seeded(seed);
  const generator = dcganGenerator({ latent, output: data.example, channels, random: random.split('generator') });
  const discriminator = dcganDiscriminator({
    input: data.example,
    channels,
    random: random.split('discriminator'),
    ...(penalty.length > 0 && { norm: 'none' }),
  });
  const prior = standardNormal(latent);
  const betas = penalty.length > 0 ? { beta1: 0, beta2: 0.9 } : { beta1: 0.5 };
  const optimizer = () => adam({ learningRate: LEARNING_RATE, ...betas });
  const optimizers = { generator: optimizer(), discriminator: optimizer() };
  const game = gan({ generator, discriminator, prior, loss, penalty, discriminatorSteps, optimizers });
  const source = batches(data, { batchSize, random: random.split('batches') });
  // A step moves the discriminator; the generator moves in each discriminatorSteps-th.
  const plan = {
    name,
    game,
    batches: source,
    steps: steps * discriminatorSteps,
    options: { seed, averageDecay: AVERAGE_DECAY },
  };
  const { run, seconds } = await trained(plan, sitting);
  const [features, digits] = await run.withAverages(async () => {
    const random = seeded(`samples ${seed}`);
    const samples = [...inUnit(drawn(fromDecoder(generator, prior), { count: COUNT, random }))];
    const digits = await digitsIn(samples, lenet);
    return [await featuresOf(lenet.features, samples), digits];
  });
  for (const part of [run, generator, discriminator]) part.dispose();
  const { counts } = classBalance(digits, 10);
  const { coverage } = manifoldMeasures(few(features, real));
  const distance = await fld({ lenet, real, generated: features, protocol: { split: 'test', seed } });
  return { fld: distance, coverage, rarest: Math.min(...counts) / COUNT, seconds };
}

/** From [-1, 1] to [0, 1], which the LeNet reads. */
function* inUnit(source: Iterable<Examples>): Iterable<Examples> {
  for (const { x } of source) {
    const scaled = tidy(() => div(add(x, 1), 2));
    x.dispose();
    yield { x: scaled };
  }
}

/** What the LeNet takes each for; the samples stay. */
async function digitsIn(source: Iterable<Examples>, lenet: Lenet): Promise<number[]> {
  const digits: number[] = [];
  for (const { x } of source) {
    const found = tidy(() => argMax(lenet.apply(x), -1));
    digits.push(...(await found.data()));
    found.dispose();
  }
  return digits;
}

const few = (generated: FeatureRows, real: FeatureRows) => ({ real: first(real), generated: first(generated) });
const first = ({ values, size }: FeatureRows): FeatureRows => ({
  values: values.subarray(0, FEW * size),
  count: FEW,
  size,
});

function findingOf({ name }: Contestant, scores: readonly Score[], real: { floor: number; coverage: number }): Finding {
  const rarest = Math.min(...scores.map((score) => score.rarest));
  return {
    figure: `${name}, ${COUNT.toLocaleString('en')} samples: FLD, coverage of ${FEW.toLocaleString('en')} test digits, the rarest digit`,
    reference: `real digits: FLD ${real.floor.toFixed(2)}, coverage ${real.coverage.toFixed(3)}; FID on MNIST, each loss at its best of a hundred settings: NS GAN 6.8, LSGAN 7.8, WGAN GP 20.3 (Lucic et al. 2018, table 4)`,
    ours: `FLD ${spread(
      scores.map(({ fld }) => fld.value),
      1,
    )}, coverage ${spread(
      scores.map(({ coverage }) => coverage),
      3,
    )}, rarest digit ${(100 * rarest).toFixed(1)} %`,
    wanted: 'no collapse: every digit at least 3 % of the samples',
    kept: rarest >= 0.03,
    seeds,
    steps,
    seconds: scores.reduce((total, { seconds }) => total + seconds, 0) / scores.length,
  };
}
