/** Small parts and data that every test of training can share. */
import {
  type BatchSource,
  type Examples,
  type Optimizer,
  type PartlyLabelled,
  type Prior,
  type SeededRandom,
  seeded,
  spec,
  type TargetedExamples,
} from '@gm/core';
import { mlpClassifier, mlpDiscriminator, withHead } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import {
  categoricalEncoder,
  codebook,
  type GaussianEncoder,
  gaussianMixture,
  mlpEncoder,
  standardNormal,
  trainedMixture,
  uniformCategorical,
  vampPrior,
} from '@gm/latent';
import {
  gaussianHead,
  gaussianLikelihood,
  gradientPenalty,
  hinge,
  r1,
  r2,
  relativistic,
  wasserstein,
} from '@gm/losses';
import { dense, relu, reshape, sequential, tanh } from '@gm/networks';
import { tensor } from '@tensorflow/tfjs-core';
import {
  adam,
  adversarialAutoencoder,
  auxiliaryClassifierGan,
  classifier,
  clipped,
  type Game,
  type GameTrainer,
  type GanParts,
  gan,
  iwae,
  linear,
  lsgan,
  regressor,
  semiSupervisedGan,
  train,
  vae,
  vaeGan,
  vqVae,
} from '../src/index.js';

const plane = spec([2]);
const latent = 2;

/** Eight Gaussians on a ring of radius 1, labelled by which half they lie in; others without labels, and targets, beside them. */
export function ring(batchSize = 32): BatchSource<PartlyLabelled & TargetedExamples> {
  return {
    example: plane,
    classes: 2,
    targets: [2],
    batchSize,
    batchesPerEpoch: 10,
    at(step) {
      const random = seeded('ring').split(step);
      const { modes, points } = draw(batchSize, random);
      const halves = modes.map((mode) => (mode < 4 ? 0 : 1));
      return {
        x: tensor(points, [batchSize, 2]),
        labels: tensor(halves, [batchSize], 'int32'),
        targets: tensor(points, [batchSize, 2]),
        unlabelled: tensor(draw(batchSize, random.split('unlabelled')).points, [batchSize, 2]),
      };
    },
  };
}

function draw(count: number, random: SeededRandom) {
  const modes = Array.from(random.words(count), (word) => word % 8);
  const noise = random.normals(count * 2);
  const points = modes.flatMap((mode, row) => {
    const angle = (mode * Math.PI) / 4;
    return [Math.cos(angle) + 0.05 * noise[2 * row]!, Math.sin(angle) + 0.05 * noise[2 * row + 1]!];
  });
  return { modes, points };
}

const hidden = [16];
const narrow = gaussianLikelihood({ scale: 0.2 });
/** Of a prior whose codes gather in two places. */
const MEANS = [
  [-2, 0],
  [2, 0],
];

export const recipes: Record<string, (seed: number, optimizer?: () => Optimizer) => Game<never, never>> = {
  vae: (seed, optimizer = () => adam({ learningRate: 5e-3 })) => {
    const random = seeded(seed);
    const encoder = mlpEncoder({ input: plane, hidden, latent, random });
    const decoder = mlpDecoder({ latent, hidden, output: plane, random });
    const likelihood = gaussianLikelihood({ scale: 0.2 });
    return vae({ encoder, decoder, prior: standardNormal(latent), likelihood, optimizer: optimizer() }) as never;
  },
  iwae: (seed, optimizer = () => adam({ learningRate: 5e-3 })) => {
    const random = seeded(seed);
    const encoder = mlpEncoder({ input: plane, hidden, latent, random });
    const decoder = mlpDecoder({ latent, hidden, output: plane, random });
    const likelihood = gaussianLikelihood({ scale: 0.2 });
    return iwae({ encoder, decoder, prior: standardNormal(latent), likelihood, optimizer: optimizer() }) as never;
  },
  vaeWithMixture: withPrior((_, random) => trainedMixture({ latent, components: 4, random })),
  vaeWithVampPrior: withPrior((encoder, random) => vampPrior({ encoder, components: 8, random })),
  categoricalVae: (seed, optimizer = () => adam({ learningRate: 1e-2 })) => {
    const random = seeded(seed);
    const network = sequential(plane, dense({ units: 32, random }), relu(), dense({ units: 8, random }));
    const encoder = categoricalEncoder(network, { variables: 1, categories: 8, temperature: 0.5, hard: false });
    const decoder = mlpDecoder({ latent: 8, hidden, output: plane, random });
    const prior = uniformCategorical({ variables: 1, categories: 8 });
    const beta = linear({ from: 0.1, to: 1, steps: 600 });
    return vae({ encoder, decoder, prior, beta, likelihood: narrow, optimizer: optimizer() }) as never;
  },
  vqVae: (seed, optimizer = () => adam({ learningRate: 5e-3 })) => {
    const random = seeded(seed);
    const encoder = sequential(plane, dense({ units: 16, random }), relu(), dense({ units: latent, random }));
    const decoder = mlpDecoder({ latent, hidden, output: plane, random });
    const book = codebook({ input: encoder.output, size: 12, decay: 0.9, random });
    return vqVae({ encoder, codebook: book, decoder, likelihood: narrow, optimizer: optimizer() }) as never;
  },
  gan: (seed, optimizer = () => adam({ learningRate: 5e-3, beta1: 0.5 })) => gan(adversaries(seed, optimizer)) as never,
  lsgan: (seed, optimizer = () => adam({ learningRate: 5e-3, beta1: 0.5 })) =>
    lsgan(adversaries(seed, optimizer)) as never,
  wgan: (seed, optimizer = () => adam({ learningRate: 5e-3, beta1: 0.5 })) => {
    const { optimizers, ...parts } = adversaries(seed, optimizer);
    const clippedToo = { ...optimizers, discriminator: clipped(optimizers.discriminator, 0.3) };
    return gan({ ...parts, optimizers: clippedToo, loss: wasserstein(), discriminatorSteps: 2 }) as never;
  },
  wganGp: adversarial({ loss: wasserstein(), penalty: gradientPenalty({ weight: 0.1 }), discriminatorSteps: 3 }),
  hinge: adversarial({ loss: hinge(), penalty: r1({ gamma: 0.1 }) }),
  r3gan: adversarial({ loss: relativistic(), penalty: [r1({ gamma: 0.1 }), r2({ gamma: 0.1 })] }),
  vaeGan: (seed, optimizer = () => adam({ learningRate: 5e-3, beta1: 0.5 })) => {
    const { generator, discriminator, prior, optimizers } = adversaries(seed, optimizer);
    const encoder = mlpEncoder({ input: plane, hidden, latent, random: seeded(seed).split('encoder') });
    return vaeGan({
      encoder,
      generator,
      discriminator,
      prior,
      optimizers: { ...optimizers, encoder: optimizer() },
      beta: 0.05,
      reconstructionWeight: 1,
    }) as never;
  },
  conditionalVae: (seed, optimizer = () => adam({ learningRate: 5e-3 })) => {
    const random = seeded(seed);
    const encoder = mlpEncoder({ input: plane, hidden, latent, classes: 2, random });
    const decoder = mlpDecoder({ latent, hidden, output: plane, classes: 2, random });
    const likelihood = gaussianLikelihood({ scale: 0.2 });
    return vae({ encoder, decoder, prior: standardNormal(latent), likelihood, optimizer: optimizer() }) as never;
  },
  conditionalGan: (seed, optimizer = () => adam({ learningRate: 5e-3, beta1: 0.5 })) =>
    gan({ ...adversaries(seed, optimizer, { classes: 2 }), penalty: r1({ gamma: 0.1 }) }) as never,
  conditionalVaeGan: (seed, optimizer = () => adam({ learningRate: 5e-3, beta1: 0.5 })) => {
    const { optimizers, ...parts } = adversaries(seed, optimizer, { classes: 2 });
    const random = seeded(seed).split('encoder');
    const encoder = mlpEncoder({ input: plane, hidden, latent, classes: 2, random });
    return vaeGan({ ...parts, encoder, optimizers: { ...optimizers, encoder: optimizer() } }) as never;
  },
  auxiliaryClassifierGan: (seed, optimizer = () => adam({ learningRate: 5e-3, beta1: 0.5 })) => {
    const random = seeded(seed);
    const discriminator = mlpDiscriminator({ input: plane, hidden, random });
    return auxiliaryClassifierGan({
      generator: mlpDecoder({ latent, hidden, output: plane, classes: 2, random }),
      discriminator,
      classHead: withHead(discriminator, { classes: 2, random }).head,
      prior: standardNormal(latent),
      optimizers: { generator: optimizer(), discriminator: optimizer() },
    }) as never;
  },
  adversarialAutoencoder: (seed, optimizer = () => adam({ learningRate: 5e-3, beta1: 0.5 })) => {
    const random = seeded(seed);
    return adversarialAutoencoder({
      encoder: mlpEncoder({ input: plane, hidden, latent, random }),
      decoder: mlpDecoder({ latent, hidden, output: plane, random }),
      discriminator: mlpDiscriminator({ input: spec([latent]), hidden: [32], random }),
      prior: gaussianMixture({ means: MEANS, scales: 0.3 }),
      likelihood: gaussianLikelihood({ scale: 0.2 }),
      optimizers: { autoencoder: optimizer(), discriminator: optimizer() },
    }) as never;
  },
  semiSupervisedGan: (seed, optimizer = () => adam({ learningRate: 3e-3, beta1: 0.5 })) => {
    const random = seeded(seed);
    const generator = mlpDecoder({ latent, hidden, output: plane, random });
    const discriminator = mlpClassifier({ input: plane, hidden, classes: 2, random });
    const optimizers = { generator: optimizer(), discriminator: optimizer() };
    return semiSupervisedGan({ generator, discriminator, prior: standardNormal(latent), optimizers }) as never;
  },
  regressor: (seed, optimizer = () => adam({ learningRate: 1e-2 })) => {
    const random = seeded(seed);
    const layers = [dense({ units: 16, random }), tanh(), dense({ units: 4, random }), reshape([2, 2])];
    return regressor({ network: sequential(plane, ...layers), head: gaussianHead(), optimizer: optimizer() }) as never;
  },
  classifier: (seed, optimizer = () => adam({ learningRate: 1e-2 })) => {
    const network = mlpClassifier({ input: plane, hidden, classes: 2, random: seeded(seed) });
    return classifier({ network, optimizer: optimizer() }) as never;
  },
};

function withPrior(priorOf: (encoder: GaussianEncoder, random: SeededRandom) => Prior): (typeof recipes)[string] {
  return (seed, optimizer = () => adam({ learningRate: 5e-3 })) => {
    const random = seeded(seed);
    const encoder = mlpEncoder({ input: plane, hidden, latent, random });
    const decoder = mlpDecoder({ latent, hidden, output: plane, random });
    const prior = priorOf(encoder, random);
    return vae({ encoder, decoder, prior, likelihood: narrow, optimizer: optimizer() }) as never;
  };
}

function adversarial(options: Pick<GanParts, 'loss' | 'penalty' | 'discriminatorSteps'>): (typeof recipes)[string] {
  // Without momentum, as the papers on penalties have it.
  return (seed, optimizer = () => adam({ learningRate: 1e-2, beta1: 0, beta2: 0.9 })) =>
    gan({ ...adversaries(seed, optimizer), ...options }) as never;
}

function adversaries(seed: number, optimizer: () => Optimizer, conditional: { readonly classes?: number } = {}) {
  const random = seeded(seed);
  return {
    generator: mlpDecoder({ latent, hidden, output: plane, ...conditional, random }),
    discriminator: mlpDiscriminator({ input: plane, hidden, ...conditional, random }),
    prior: standardNormal(latent),
    optimizers: { generator: optimizer(), discriminator: optimizer() },
  };
}

/** Trains for so many steps and gives the metrics of each report. */
export async function trainFor<Batch extends Examples>(run: GameTrainer<Batch>, steps: number, reportEvery = steps) {
  const reports: Record<string, number>[] = [];
  const batches = ring() as unknown as BatchSource<Batch>;
  for await (const event of train(run, batches, { steps: run.steps + steps, reportEvery })) {
    if (event.type === 'report') reports.push({ ...event.metrics });
  }
  return reports;
}

/** Frees a run and the networks it moves. */
export function disposeAll<Batch>(run: GameTrainer<Batch>): void {
  run.dispose();
  for (const network of Object.values(run.networks)) network.dispose();
}
