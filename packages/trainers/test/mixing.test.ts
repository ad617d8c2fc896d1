/**
 * A walk over what can be put together: every combination either trains five finite steps, or is refused at once, by an error of ours that
 * says what to do, with nothing left behind. None fails inside tfjs.
 */
import { useBackend } from '@gm/backends';
import { type Encoder, isGmError, type Network, type PartlyLabelled, type Prior, seeded, spec } from '@gm/core';
import {
  convClassifier,
  dcganDiscriminator,
  discriminator,
  type FeatureNetwork,
  mlpClassifier,
  mlpDiscriminator,
  patchDiscriminator,
  resnetDiscriminator,
  withHead,
} from '@gm/discriminators';
import { convDecoder, dcganGenerator, mlpDecoder, recurrentDecoder } from '@gm/generators';
import {
  categoricalEncoder,
  convEncoder,
  gaussianEncoder,
  gaussianMixture,
  mlpEncoder,
  recurrentEncoder,
  standardNormal,
  trainedMixture,
  uniform,
  uniformCategorical,
  vampPrior,
} from '@gm/latent';
import {
  bernoulli,
  dragan,
  gaussianLikelihood,
  gradientPenalty,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  r1,
  r2,
  relativistic,
  wasserstein,
} from '@gm/losses';
import {
  batchNorm,
  conditioned,
  dense,
  flatten,
  fromLayersModel,
  frozen,
  groupNorm,
  layerNorm,
  lstm,
  network as networkOf,
  reshape,
  selfAttention,
  sequenceReader,
  sequential,
  softplus,
  spectralNorm,
  swish,
  tanh,
} from '@gm/networks';
import { dispose, maxPool, memory, type Tensor4D, tensor1d } from '@tensorflow/tfjs-core';
import { layers, sequential as layersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adam,
  adversarialAutoencoder,
  auxiliaryClassifierGan,
  classifier,
  type Game,
  gan,
  iwae,
  readMetrics,
  rmsprop,
  semiSupervisedGan,
  sgd,
  trainer,
  vae,
  vaeGan,
} from '../src/index.js';

const [side, classes, latent] = [8, 3, 4];
const image = spec([side, side, 1], [0, 1]);
const signed = spec([side, side, 1], [-1, 1]);
const logits = spec([side, side, 1], 'logits');
const random = seeded('walk');
const hidden = [6];

type Made<Part> = Readonly<Record<string, () => Part>>;

const encoders: Made<Network & Encoder> = {
  mlp: () => mlpEncoder({ input: image, hidden, latent, random }),
  conv: () => convEncoder({ input: image, channels: [2], latent, random }),
  conditional: () => mlpEncoder({ input: image, hidden, latent, classes, random }),
  recurrent: () =>
    gaussianEncoder(
      sequential(image, rows(), recurrentEncoder({ input: series, hidden, latent, cell: 'gru', random })),
    ),
  categorical: () =>
    categoricalEncoder(sequential(image, flatten(), dense({ units: latent, random })), { variables: 2, categories: 2 }),
  frozen: () => {
    const given = mlpEncoder({ input: image, hidden, latent, random });
    return { ...gaussianEncoder(frozen(given)), dispose: given.dispose };
  },
  'of signed images': () => mlpEncoder({ input: signed, hidden, latent, random }),
  'of fewer numbers': () => mlpEncoder({ input: image, hidden, latent: 3, random }),
};

const generators: Made<Network> = {
  mlp: () => mlpDecoder({ latent, hidden, output: image, random, activation: swish }),
  'mlp, logits': () => mlpDecoder({ latent, hidden, output: logits, random }),
  'mlp, unbounded': () => mlpDecoder({ latent, hidden, output: spec(image.shape), random }),
  conditional: () => mlpDecoder({ latent, hidden, output: image, classes, random }),
  'of more classes': () => mlpDecoder({ latent, hidden, output: logits, classes: classes + 1, random }),
  recurrent: () =>
    sequential(
      spec([latent]),
      recurrentDecoder({ latent, output: spec([side, side], [0, 1]), hidden, random }),
      reshape(image.shape),
    ),
  'of tfjs-layers': () =>
    fromLayersModel(
      layersModel({
        layers: [
          layers.dense({ units: side * side, inputShape: [latent], activation: 'sigmoid' }),
          layers.reshape({ targetShape: [side, side, 1] }),
        ],
      }),
      { output: [0, 1] },
    ),
  conv: () => convDecoder({ latent, output: image, channels: [3], random }),
  'conv, logits': () => convDecoder({ latent, output: logits, channels: [3], random }),
  dcgan: () => dcganGenerator({ latent, output: image, channels: 2, random }),
  'dcgan, signed': () => dcganGenerator({ latent, output: signed, channels: 2, random }),
};

const headed = (body: Network): FeatureNetwork => discriminator({ body, head: dense({ units: 1, random }) });
const rows = () => reshape([side, side]);
const series = spec([side, side], [0, 1]);
/** An operation whose second derivative there is none of, as a stranger might write it. */
const pooled = () =>
  networkOf({
    name: 'pooled',
    input: image,
    output: spec([side / 2, side / 2, 1], [0, 1]),
    apply: (x) => maxPool(x as Tensor4D, 2, 2, 'valid'),
  });

const discriminators: Made<FeatureNetwork> = {
  mlp: () => mlpDiscriminator({ input: image, hidden, random }),
  'mlp with dropout': () => mlpDiscriminator({ input: image, hidden, dropout: 0.3, random, activation: softplus }),
  conditional: () => mlpDiscriminator({ input: image, hidden, classes, random }),
  'conditional, of classes': () =>
    discriminator({
      body: sequential(image, flatten(), conditioned({ classes }), dense({ units: 4, random }), tanh()),
      head: dense({ units: classes, random }),
    }),
  dcgan: () => dcganDiscriminator({ input: image, channels: 2, random }),
  'dcgan, layer norm': () => dcganDiscriminator({ input: image, channels: 2, norm: layerNorm, random }),
  'dcgan, signed': () => dcganDiscriminator({ input: signed, channels: 2, norm: 'none', random }),
  recurrent: () => headed(sequential(image, rows(), lstm({ units: 4, random }))),
  attention: () => headed(sequential(image, rows(), selfAttention({ heads: 2, random }), flatten())),
  normalised: () =>
    headed(sequential(image, groupNorm({ groups: 1 }), flatten(), dense({ units: 4, random }), batchNorm(), tanh())),
  patch: () => patchDiscriminator({ input: image, channels: 2, halvings: 1, norm: 'none', random }),
  'residual, spectral norm': () =>
    resnetDiscriminator({ input: image, channels: [8], kernelNorm: spectralNorm(), random }),
  'residual, projected classes': () => resnetDiscriminator({ input: image, channels: [8], classes, random }),
  'of rows': () => headed(sequential(image, rows(), sequenceReader({ input: series, hidden, cell: 'gru', random }))),
  'frozen below': () => {
    const given = mlpDiscriminator({ input: image, hidden, random });
    const whole = withHead(given, { classes: 1, frozen: true, random });
    return {
      ...whole,
      dispose() {
        whole.dispose();
        given.dispose();
      },
    };
  },
  'of tfjs-layers': () =>
    headed(
      sequential(
        image,
        fromLayersModel(
          layersModel({
            layers: [
              layers.conv2d({ filters: 2, kernelSize: 3, strides: 2, inputShape: [side, side, 1], activation: 'tanh' }),
              layers.flatten(),
            ],
          }),
        ),
      ),
    ),
  pooled: () => headed(sequential(image, pooled(), flatten())),
  'of classes': () => mlpClassifier({ input: image, hidden, classes, random }),
  'of classes, conv': () => convClassifier({ input: image, classes, channels: [2], hidden: 4, kernelSize: 3, random }),
};

const priors: Readonly<Record<string, (encoder?: Network & Encoder) => Prior>> = {
  normal: () => standardNormal(latent),
  uniform: () => uniform(latent),
  'of fewer': () => standardNormal(3),
  mixture: () => gaussianMixture({ means: [Array(latent).fill(-1), Array(latent).fill(1)], scales: 0.5 }),
  'trained mixture': () => trainedMixture({ latent, components: 3, random }),
  pseudoInputs: (encoder) => vampPrior({ encoder: encoder as never, components: 3, random }),
  categorical: () => uniformCategorical({ variables: 2, categories: 2 }),
};
const losses = { nonSaturating, minimax, leastSquares, wasserstein, hinge, relativistic };
const penalties = {
  none: () => [],
  gradientPenalty: () => [gradientPenalty()],
  dragan: () => [dragan()],
  r1: () => [r1()],
  'r1 and r2': () => [r1(), r2()],
};
const likelihoods = { bernoulli, gaussian: () => gaussianLikelihood() };
const optimizers = { adam: () => adam(), sgd: () => sgd({ learningRate: 1e-3 }), rmsprop: () => rmsprop() };

/** Every member of one with every member of the others, named. */
function product<Lists extends Readonly<Record<string, Readonly<Record<string, unknown>>>>>(lists: Lists) {
  type Chosen = { [Name in keyof Lists]: Lists[Name][keyof Lists[Name]] };
  let all: { title: string; chosen: Record<string, unknown> }[] = [{ title: '', chosen: {} }];
  for (const [role, list] of Object.entries(lists)) {
    all = all.flatMap(({ title, chosen }) =>
      Object.entries(list).map(([name, part]) => ({
        title: title === '' ? name : `${title} · ${name}`,
        chosen: { ...chosen, [role]: part },
      })),
    );
  }
  return all as { title: string; chosen: Chosen }[];
}

/** Parts that turn by turn go with the combinations, where all of them would be too many. */
function turning<Part>(list: Readonly<Record<string, () => Part>>): () => Part {
  const makers = Object.values(list);
  let turn = 0;
  return () => makers[turn++ % makers.length]!();
}

function batch(): PartlyLabelled {
  const draw = random.split('batch');
  return {
    x: draw.uniform([6, ...image.shape]),
    labels: tensor1d([0, 1, 2, 0, 1, 2], 'int32'),
    unlabelled: draw.uniform([6, ...image.shape]),
  };
}

/** What became of a combination: null where it trained, else the refusal. */
async function tried(make: (own: <Part extends Network>(part: Part) => Part) => Game<never, never>) {
  const before = memory().numTensors;
  const made: Network[] = [];
  const own = <Part extends Network>(part: Part): Part => {
    made.push(part);
    return part;
  };
  const { game, refusal } = composed(() => make(own));
  if (game !== undefined && fits(game)) await fiveSteps(game as never);
  for (const part of made) part.dispose();
  expect(memory().numTensors).toBe(before);
  return refusal ?? (fits(game!) ? null : OTHER_CLASSES);
}

const OTHER_CLASSES = 'other classes than the data have, which train() refuses';
const fits = (game: Game<never, never>) => game.classes === undefined || game.classes === classes;

/** Refusals come when parts are put together, not later. */
function composed(make: () => Game<never, never>): { game?: Game<never, never>; refusal?: string } {
  try {
    return { game: make() };
  } catch (error) {
    if (isGmError(error)) return { refusal: error.message };
    throw error;
  }
}

async function fiveSteps(game: Game<PartlyLabelled, never>): Promise<void> {
  const run = trainer(game, { seed: 1, averageDecay: 0.9, clipNorm: 10 });
  const valuesOf = async () =>
    Promise.all(
      game.players.map(({ networks }) =>
        Promise.all(
          Object.values(networks)
            .flatMap(({ parameters }) => Object.values(parameters))
            .map((one) => one.data()),
        ),
      ),
    );
  const before = await valuesOf();
  const examples = batch();
  try {
    for (let step = 0; step < 5; step++) {
      const metrics = await readMetrics(run.step(examples));
      for (const value of Object.values(metrics)) expect(value).toBeTypeOf('number');
      expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
    }
    const after = await valuesOf();
    for (const [player, parameters] of after.entries()) {
      const moved = parameters.some((values, index) =>
        values.some((value, at) => value !== before[player]![index]![at]),
      );
      const { name } = game.players[player]!;
      expect([name, moved]).toEqual([name, parameters.length > 0]); // a frozen one has none
      expect(parameters.every((values) => values.every(Number.isFinite))).toBe(true);
    }
  } finally {
    dispose(examples as never);
    run.dispose();
  }
}

/** A prior whose network, if any, is freed with the other parts. */
function owned(prior: Prior, own: <Part extends Network>(part: Part) => Part): Prior {
  if (prior.network) own(prior.network);
  return prior;
}

/** Says what is expected, what came and what to do: two sentences at least. */
const REFUSAL = /^.+: expected .+, received .+\. .+\.$/s;

function walk(
  title: string,
  combinations: readonly { title: string; chosen: unknown }[],
  make: (chosen: never, own: <Part extends Network>(part: Part) => Part) => Game<never, never>,
) {
  it(`${title}: all ${combinations.length} train or are refused`, async () => {
    const refused: string[] = [];
    let trained = 0;
    for (const { title: name, chosen } of combinations) {
      const outcome = await tried((own) => make(chosen as never, own)).catch((error) => {
        throw new Error(`${title}, ${name}: ${(error as Error).message}`, { cause: error });
      });
      if (outcome === null) trained += 1;
      else refused.push(outcome);
    }
    for (const message of refused) if (message !== OTHER_CLASSES) expect(message).toMatch(REFUSAL);
    expect(trained).toBeGreaterThan(combinations.length / 30);
    expect(refused.length).toBeGreaterThan(0);
  }, 240_000);
}

describe('a walk over combinations', () => {
  beforeAll(async () => void (await useBackend('wasm')));
  const prior = turning({ normal: priors.normal!, uniform: priors.uniform! });
  const optimizer = turning<ReturnType<typeof adam>>(optimizers);
  const penalty = turning<ReturnType<typeof penalties.r1>>(penalties as never);
  type Chosen = {
    encoder: () => Network & Encoder;
    generator: () => Network;
    discriminator: () => FeatureNetwork;
    loss: () => ReturnType<typeof nonSaturating>;
    likelihood: () => ReturnType<typeof bernoulli>;
    prior: (typeof priors)[string];
    penalty: () => ReturnType<typeof penalties.r1>;
  };

  walk(
    'gan',
    product({ generator: generators, discriminator: discriminators, loss: losses }),
    (chosen: Chosen, own) => {
      const parts = {
        generator: own(chosen.generator()),
        discriminator: own(chosen.discriminator()),
        loss: chosen.loss(),
      };
      return gan({
        ...parts,
        prior: prior(),
        penalty: penalty(),
        optimizers: { generator: optimizer(), discriminator: optimizer() },
      }) as never;
    },
  );

  walk(
    'penalties',
    product({ discriminator: discriminators, penalty: penalties, loss: losses }),
    (chosen: Chosen, own) => {
      const parts = {
        generator: own(generators.mlp!()),
        discriminator: own(chosen.discriminator()),
        loss: chosen.loss(),
      };
      return gan({ ...parts, prior: priors.normal!(), penalty: chosen.penalty() }) as never;
    },
  );

  walk(
    'vae',
    product({ encoder: encoders, generator: generators, likelihood: likelihoods, prior: priors }),
    (chosen: Chosen, own) => {
      const encoder = own(chosen.encoder());
      const parts = {
        encoder,
        decoder: own(chosen.generator()),
        prior: owned(chosen.prior(encoder), own),
        likelihood: chosen.likelihood(),
      };
      return vae({ ...parts, optimizer: optimizer() }) as never;
    },
  );

  walk(
    'iwae',
    product({ encoder: encoders, generator: generators, likelihood: likelihoods }),
    (chosen: Chosen, own) => {
      const parts = {
        encoder: own(chosen.encoder()),
        decoder: own(chosen.generator()),
        likelihood: chosen.likelihood(),
      };
      return iwae({ ...parts, prior: priors.normal!(), samples: 3, optimizer: optimizer() }) as never;
    },
  );

  walk(
    'adversarialAutoencoder',
    product({ encoder: encoders, generator: generators, prior: priors }),
    (chosen: Chosen, own) => {
      const encoder = own(chosen.encoder());
      const parts = {
        encoder,
        decoder: own(chosen.generator()),
        discriminator: own(mlpDiscriminator({ input: spec([latent]), hidden, random })),
        prior: owned(chosen.prior(encoder), own),
      };
      return adversarialAutoencoder({ ...parts, likelihood: bernoulli() }) as never;
    },
  );

  walk(
    'vaeGan',
    product({ encoder: encoders, generator: generators, discriminator: discriminators }),
    (chosen: Chosen, own) => {
      const parts = {
        encoder: own(chosen.encoder()),
        generator: own(chosen.generator()),
        discriminator: own(chosen.discriminator()),
      };
      return vaeGan({ ...parts, prior: priors.normal!() }) as never;
    },
  );

  walk(
    'semiSupervisedGan',
    product({ generator: generators, discriminator: discriminators }),
    (chosen: Chosen, own) => {
      const parts = { generator: own(chosen.generator()), discriminator: own(chosen.discriminator()) };
      return semiSupervisedGan({ ...parts, prior: priors.normal!() }) as never;
    },
  );

  walk(
    'auxiliaryClassifierGan',
    product({ generator: generators, discriminator: discriminators, loss: losses }),
    (chosen: Chosen, own) => {
      const judge = own(chosen.discriminator());
      const classHead = own(dense({ units: classes, random })(judge.body.output));
      const generator = own(chosen.generator());
      return auxiliaryClassifierGan({
        generator,
        discriminator: judge,
        classHead,
        loss: chosen.loss(),
        prior: prior(),
      }) as never;
    },
  );

  walk(
    'classifier',
    product({ discriminator: discriminators }),
    (chosen: Chosen, own) => classifier({ network: own(chosen.discriminator()), optimizer: optimizer() }) as never,
  );
});
