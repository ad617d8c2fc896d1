/**
 * Walks over what can be put together: every combination either trains five finite steps, or is refused, by an error of ours that says what
 * to do, with nothing left behind: when its parts are put together, or by train() before the first step where it is the data that do not
 * suit. None fails inside tfjs. How many there are of each is counted, and stands here: a refusal more is a loss, one less a hole.
 */
import { useBackend } from '@gm/backends';
import {
  type BatchSource,
  type Encoder,
  type Examples,
  isGmError,
  type Network,
  type Predictive,
  type Prior,
  type Recurrent,
  seeded,
  spec,
} from '@gm/core';
import {
  convClassifier,
  dcganDiscriminator,
  discriminator,
  type FeatureNetwork,
  mlpClassifier,
  mlpDiscriminator,
  patchDiscriminator,
  recurrentPredictor,
  resnetDiscriminator,
  withHead,
} from '@gm/discriminators';
import {
  type CodedGenerator,
  codedGenerator,
  convDecoder,
  dcganGenerator,
  mlpDecoder,
  recurrentDecoder,
  recurrentGenerator,
} from '@gm/generators';
import {
  categoricalEncoder,
  codebook,
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
  gaussianHead,
  gaussianLikelihood,
  gradientPenalty,
  hinge,
  leastSquares,
  minimax,
  nonSaturating,
  quantileHead,
  r1,
  r2,
  relativistic,
  wasserstein,
} from '@gm/losses';
import {
  batchNorm,
  conditioned,
  conv2d,
  conv2dTranspose,
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
import { cast, dispose, maxPool, memory, mul, prod, type Tensor4D, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential as layersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adam,
  adversarialAutoencoder,
  auxiliaryClassifierGan,
  classifier,
  type Game,
  type GameTrainer,
  gan,
  iwae,
  languageModel,
  linear,
  readMetrics,
  regressor,
  rmsprop,
  semiSupervisedGan,
  sequenceVae,
  sgd,
  train,
  trainer,
  vae,
  vaeGan,
  vqVae,
} from '../src/index.js';

const [side, classes, latent] = [8, 3, 4];
const image = spec([side, side, 1], [0, 1]);
const signed = spec([side, side, 1], [-1, 1]);
const logits = spec([side, side, 1], 'logits');
const [time, vocabulary] = [4, 5];
const symbols = spec([time], [0, vocabulary - 1], 'int32');
const random = seeded('walk');
const hidden = [6];

type Made<Part> = Readonly<Record<string, () => Part>>;

/** Some of them, where all would be too many. */
const only = <List extends Made<unknown>>(list: List, ...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, list[name]!])) as unknown as List;

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
/** Max pooling, as a stranger might write it: linear in pieces, and differentiated as often as one likes. */
const pooled = () =>
  networkOf({
    name: 'pooled',
    input: image,
    output: spec([side / 2, side / 2, 1], [0, 1]),
    apply: (x) => maxPool(x as Tensor4D, 2, 2, 'valid'),
  });
/** A product, which has a derivative, and that one none of its own: it trains, but under no penalty. */
const product4 = () =>
  networkOf({
    name: 'product',
    input: spec([4]),
    output: spec([1]),
    apply: (x) => prod(x, 1, true),
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
  'of a product': () => headed(sequential(image, flatten(), dense({ units: 4, random }), product4())),
  'of classes': () => mlpClassifier({ input: image, hidden, classes, random }),
  'of classes, conv': () => convClassifier({ input: image, classes, channels: [4], hidden: 16, kernelSize: 3, random }),
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

/** Encoders, codebooks and decoders of a VQ-VAE. */
const places = spec([side / 2, side / 2, 3]);
const readers: Made<Network> = {
  places: () => sequential(image, conv2d({ filters: 3, kernelSize: 4, strides: 2, random })),
  vector: () => sequential(image, flatten(), dense({ units: 3, random })),
  conditional: () => sequential(image, flatten(), conditioned({ classes }), dense({ units: 3, random })),
  'of signed images': () => sequential(signed, flatten(), dense({ units: 3, random })),
  'of more numbers': () => sequential(image, flatten(), dense({ units: 5, random })),
};
const books: Made<Network> = {
  places: () => codebook({ input: places, size: 5, random }),
  vectors: () => codebook({ input: spec([3]), size: 5, random }),
  'moved by gradients': () => sequential(spec([3]), dense({ units: 3, random })),
};
const writers: Made<Network> = {
  'places, logits': () => sequential(places, conv2dTranspose({ filters: 1, kernelSize: 4, strides: 2, random })),
  'vector, logits': () => mlpDecoder({ latent: 3, hidden, output: logits, random }),
  'vector, unit': () => mlpDecoder({ latent: 3, hidden, output: image, random }),
  'vector, unbounded': () => mlpDecoder({ latent: 3, hidden, output: spec(image.shape), random }),
  conditional: () => mlpDecoder({ latent: 3, hidden, output: image, classes, random }),
};

/** What predicts two numbers of an image, and how it may be read. */
const predictors: Made<Network> = {
  mlp: () => sequential(image, flatten(), dense({ units: 4, random }), reshape([2, 2])),
  recurrent: () =>
    sequential(
      image,
      rows(),
      recurrentPredictor({ input: series, targets: [2], head: gaussianHead(), hidden, cell: 'gru', random }),
    ),
  'of three numbers each': () => sequential(image, flatten(), dense({ units: 6, random }), reshape([2, 3])),
  'of three targets': () => sequential(image, flatten(), dense({ units: 6, random }), reshape([3, 2])),
  'all in a row': () => sequential(image, flatten(), dense({ units: 4, random })),
  conditional: () =>
    sequential(image, flatten(), conditioned({ classes }), dense({ units: 4, random }), reshape([2, 2])),
};
const heads: Made<Predictive> = {
  gaussian: () => gaussianHead(),
  quantiles: () => quantileHead({ levels: [0.1, 0.5, 0.9] }),
};
const moreClasses = () => mlpClassifier({ input: image, hidden, classes: classes + 1, random });

/** What reads and speaks pieces of text. */
const textEncoders: Made<Network & Encoder> = {
  gru: () => recurrentEncoder({ input: symbols, hidden, latent, cell: 'gru', random }),
  lstm: () => recurrentEncoder({ input: symbols, hidden, latent, random }),
  'of more symbols': () =>
    recurrentEncoder({ input: spec([time], [0, vocabulary], 'int32'), hidden, latent, cell: 'gru', random }),
  'of fewer numbers': () => recurrentEncoder({ input: symbols, hidden, latent: 3, cell: 'gru', random }),
  'of a series': () => recurrentEncoder({ input: series, hidden, latent, cell: 'gru', random }),
};
const talker = (options: object = {}) => recurrentGenerator({ vocabulary, time, hidden, random, ...options });
const speakers: Made<CodedGenerator> = {
  gru: () => codedGenerator({ generator: talker({ cell: 'gru' }), latent, random }),
  lstm: () => codedGenerator({ generator: talker(), latent, random }),
  'of longer pieces': () => codedGenerator({ generator: talker({ time: time + 1 }), latent, random }),
  'of fewer numbers': () => codedGenerator({ generator: talker(), latent: 3, random }),
};
const weights: Made<object> = {
  plain: () => ({}),
  'warm-up, free bits': () => ({ beta: linear({ from: 0, to: 1, steps: 4 }), freeBits: 0.1, stepDropout: 0.5 }),
  'below zero': () => ({ beta: -1 }),
};
const talkers: Made<Recurrent & { dispose(): void }> = {
  gru: () => talker({ cell: 'gru' }),
  lstm: () => talker(),
  'two layers, dropout': () => talker({ hidden: [4, 4], dropout: 0.5 }),
  'of more symbols': () => talker({ vocabulary: vocabulary + 1 }),
  'of probabilities': () => {
    const given = talker();
    return { ...given, output: { ...given.output, range: [0, 1] } };
  },
  conditional: () => ({ ...talker(), condition: spec([], [0, classes - 1], 'int32') }),
};
const sizes: Made<number> = { 'of six': () => BATCH, 'of none': () => 0, 'of a half': () => 2.5 };

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

const BATCH = 6;
const draw = random.split('batch');
const integers = () => tidy(() => cast(mul(vocabulary, draw.uniform([BATCH, time])), 'int32'));

/** What training is given: for each step the same batch, made anew. */
type Data = Pick<BatchSource<Examples>, 'classes' | 'targets' | 'at'>;

const pictures: Data = {
  classes,
  targets: [2],
  at: () => ({
    x: draw.uniform([BATCH, ...image.shape]),
    labels: tensor1d([0, 1, 2, 0, 1, 2], 'int32'),
    targets: draw.uniform([BATCH, 2]),
    unlabelled: draw.uniform([BATCH, ...image.shape]),
  }),
};
const text: Data = { classes: vocabulary, at: () => ({ x: integers(), next: integers(), first: true }) };

interface Counts {
  readonly trained: number;
  /** When parts are put together. */
  readonly refused: number;
  /** By train(), before the first step: parts fit each other, and not the data. */
  readonly unsuited?: number;
}
interface Outcome {
  readonly became: keyof Counts;
  readonly message?: string;
}
type Own = <Part extends { dispose(): void }>(part: Part) => Part;

async function tried(make: (own: Own) => Game<never, never>, data: Data): Promise<Outcome> {
  const before = memory().numTensors;
  const made: { dispose(): void }[] = [];
  const own: Own = (part) => {
    made.push(part);
    return part;
  };
  const { game, refusal } = composed(() => make(own));
  const outcome = game ? await trained(game as never, data) : { became: 'refused' as const, message: refusal! };
  for (const part of made) part.dispose();
  expect(memory().numTensors).toBe(before);
  return outcome;
}

/** Refusals come when parts are put together, not later. */
function composed(make: () => Game<never, never>): { game?: Game<never, never>; refusal?: string } {
  try {
    return { game: make() };
  } catch (error) {
    if (isGmError(error)) return { refusal: error.message };
    throw error;
  }
}

/** Five steps, unless train() will not begin. */
async function trained(game: Game<Examples>, data: Data): Promise<Outcome> {
  const run = trainer(game, { seed: 1, averageDecay: 0.9, clipNorm: 10 });
  try {
    const message = await refusalOf(run, data);
    if (message !== undefined) return { became: 'unsuited', message };
    await fiveSteps(run, game, data);
    return { became: 'trained' };
  } finally {
    run.dispose();
  }
}

/** What train() says before the first step. Data are in the range that the game asks for. */
async function refusalOf(run: GameTrainer<Examples>, data: Data): Promise<string | undefined> {
  const source = { ...data, example: run.game.input, batchSize: BATCH, batchesPerEpoch: 1 };
  try {
    expect(await train(run, source, { steps: 5 }).next()).toEqual({ done: false, value: { type: 'start', step: 0 } });
    return undefined;
  } catch (error) {
    if (isGmError(error)) return error.message;
    throw error;
  }
}

async function fiveSteps(run: GameTrainer<Examples>, { players }: Game<Examples>, { at }: Data): Promise<void> {
  const valuesOf = async () =>
    Promise.all(
      players.map(({ networks }) =>
        Promise.all(
          Object.values(networks)
            .flatMap(({ parameters }) => Object.values(parameters))
            .map((one) => one.data()),
        ),
      ),
    );
  const before = await valuesOf();
  const examples = await at(0);
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
      const { name } = players[player]!;
      expect([name, moved]).toEqual([name, parameters.length > 0]); // a frozen one has none
      expect(parameters.every((values) => values.every(Number.isFinite))).toBe(true);
    }
  } finally {
    dispose(examples as never);
  }
}

/** A prior whose network, if any, is freed with the other parts. */
function owned(prior: Prior, own: Own): Prior {
  if (prior.network) own(prior.network);
  return prior;
}

/** Says what is expected, what came and what to do: two sentences at least. */
const REFUSAL = /^.+: expected .+, received .+\. .+\.$/s;

function walk(
  title: string,
  combinations: readonly { title: string; chosen: unknown }[],
  make: (chosen: never, own: Own) => Game<never, never>,
  counts: Counts,
  data = pictures,
) {
  it(`${title}: ${counts.trained} of ${combinations.length} train, the others are refused`, async () => {
    const outcomes = { trained: 0, refused: 0, unsuited: 0 };
    for (const { title: name, chosen } of combinations) {
      try {
        const { became, message } = await tried((own) => make(chosen as never, own), data);
        outcomes[became] += 1;
        if (message !== undefined) expect(message).toMatch(REFUSAL);
      } catch (error) {
        throw new Error(`${title}, ${name}: ${(error as Error).message}`, { cause: error });
      }
    }
    expect(outcomes).toEqual({ unsuited: 0, ...counts });
  }, 240_000);
}

interface Chosen {
  readonly encoder: () => Network & Encoder;
  readonly generator: () => Network;
  readonly discriminator: () => FeatureNetwork;
  readonly loss: () => ReturnType<typeof nonSaturating>;
  readonly likelihood: () => ReturnType<typeof bernoulli>;
  readonly prior: (typeof priors)[string];
  readonly penalty: () => ReturnType<typeof penalties.r1>;
}

describe('a walk over combinations', () => {
  beforeAll(async () => void (await useBackend('wasm')));
  const prior = turning({ normal: priors.normal!, uniform: priors.uniform! });
  const optimizer = turning<ReturnType<typeof adam>>(optimizers);
  const penalty = turning<ReturnType<typeof penalties.r1>>(penalties as never);
  const loss = turning<ReturnType<typeof nonSaturating>>(losses);

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
    // 97 pairs of generator and discriminator with each loss, and the product with each of 6 generators where the turn is at no penalty.
    { trained: 588, refused: 732 },
  );

  walk(
    'gan, by its prior',
    product({ generator: generators, prior: priors }),
    (chosen: Chosen, own) => {
      const encoder = own(encoders.mlp!());
      const parts = { generator: own(chosen.generator()), discriminator: own(discriminators.mlp!()) };
      return gan({ ...parts, prior: owned(chosen.prior(encoder), own) }) as never;
    },
    // 6 generators with normal, uniform, mixture and one-hot codes; priors that are trained are refused.
    { trained: 24, refused: 53 },
  );

  walk(
    'gan, by its penalty',
    product({ discriminator: discriminators, penalty: penalties, loss: losses }),
    (chosen: Chosen, own) => {
      const parts = {
        generator: own(generators.mlp!()),
        discriminator: own(chosen.discriminator()),
        loss: chosen.loss(),
      };
      return gan({ ...parts, prior: priors.normal!(), penalty: chosen.penalty() }) as never;
    },
    // 16 discriminators with every loss and penalty, and the product with every loss and no penalty.
    { trained: 486, refused: 114 },
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
    // Per prior of real codes 78 of encoder, decoder and likelihood, 13 fewer where pseudo-inputs would need a class; 13 of one-hot codes.
    { trained: 312, refused: 878, unsuited: 42 },
  );

  walk(
    'iwae',
    product({ encoder: encoders, generator: generators, likelihood: likelihoods, prior: priors }),
    (chosen: Chosen, own) => {
      const encoder = own(chosen.encoder());
      const parts = {
        encoder,
        decoder: own(chosen.generator()),
        prior: owned(chosen.prior(encoder), own),
        likelihood: chosen.likelihood(),
      };
      return iwae({ ...parts, samples: 3, optimizer: optimizer() }) as never;
    },
    // As for vae.
    { trained: 312, refused: 878, unsuited: 42 },
  );

  walk(
    'vqVae',
    product({ encoder: readers, codebook: books, decoder: writers, likelihood: likelihoods }),
    (chosen: Record<'encoder' | 'codebook' | 'decoder', () => Network> & Pick<Chosen, 'likelihood'>, own) => {
      const parts = {
        encoder: own(chosen.encoder()),
        codebook: own(chosen.codebook()),
        decoder: own(chosen.decoder()),
        likelihood: chosen.likelihood(),
      };
      return vqVae({ ...parts, optimizer: optimizer() }) as never;
    },
    // Two encoders of vectors with two readings as logits and three as means; places with either likelihood.
    { trained: 12, refused: 138 },
  );

  const codes = spec([latent]);
  const judgesOfCodes: Made<FeatureNetwork> = {
    mlp: () => mlpDiscriminator({ input: codes, hidden, random }),
    'layer norm': () => headed(sequential(codes, dense({ units: 4, random }), layerNorm(), tanh())),
    conditional: () => mlpDiscriminator({ input: codes, hidden, classes, random }),
    'of fewer numbers': () => mlpDiscriminator({ input: spec([3]), hidden, random }),
  };

  walk(
    'adversarialAutoencoder',
    product({ encoder: encoders, generator: generators, likelihood: likelihoods, prior: priors }),
    (chosen: Chosen, own) => {
      const encoder = own(chosen.encoder());
      const parts = {
        encoder,
        decoder: own(chosen.generator()),
        discriminator: own(judgesOfCodes.mlp!()),
        prior: owned(chosen.prior(encoder), own),
        likelihood: chosen.likelihood(),
      };
      return adversarialAutoencoder({ ...parts, loss: loss(), penalty: penalty() }) as never;
    },
    // 78 of encoder, decoder and likelihood with normal, uniform and mixture, 13 with one-hot codes; none with a prior that is trained.
    { trained: 247, refused: 953, unsuited: 32 },
  );

  walk(
    'adversarialAutoencoder, by its game',
    product({ discriminator: judgesOfCodes, prior: priors, loss: losses, penalty: penalties }),
    (chosen: Chosen, own) => {
      const encoder = own(encoders.mlp!());
      const parts = {
        encoder,
        decoder: own(generators['mlp, logits']!()),
        discriminator: own(chosen.discriminator()),
        prior: owned(chosen.prior(encoder), own),
      };
      return adversarialAutoencoder({ ...parts, loss: chosen.loss(), penalty: chosen.penalty() }) as never;
    },
    // Two discriminators, three priors, every loss and penalty.
    { trained: 180, refused: 660 },
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
      return vaeGan({ ...parts, loss: loss(), prior: priors.normal!() }) as never;
    },
    // 102 of generator and discriminator, and the signed generator with the signed discriminator, under 6 encoders.
    { trained: 618, refused: 1142 },
  );

  walk(
    'vaeGan, by its game',
    product({
      discriminator: only(discriminators, 'mlp', 'of classes'),
      prior: priors,
      loss: losses,
      penalty: penalties,
    }),
    (chosen: Chosen, own) => {
      const encoder = own(encoders.mlp!());
      const parts = {
        encoder,
        generator: own(generators.mlp!()),
        discriminator: own(chosen.discriminator()),
        prior: owned(chosen.prior(encoder), own),
      };
      return vaeGan({ ...parts, loss: chosen.loss(), penalty: chosen.penalty() }) as never;
    },
    // Four priors, those that are trained too, with every loss and penalty.
    { trained: 120, refused: 300 },
  );

  walk(
    'vaeGan, by its penalty',
    product({ discriminator: discriminators, penalty: penalties }),
    (chosen: Chosen, own) => {
      const parts = {
        encoder: own(encoders.mlp!()),
        generator: own(generators.mlp!()),
        discriminator: own(chosen.discriminator()),
      };
      return vaeGan({ ...parts, prior: priors.normal!(), loss: loss(), penalty: chosen.penalty() }) as never;
    },
    // 16 discriminators with every penalty, and the product with none.
    { trained: 81, refused: 19 },
  );

  walk(
    'semiSupervisedGan',
    product({ generator: generators, discriminator: discriminators, prior: priors }),
    (chosen: Chosen, own) => {
      const encoder = own(encoders.mlp!());
      const parts = {
        generator: own(chosen.generator()),
        discriminator: own(chosen.discriminator()),
        prior: owned(chosen.prior(encoder), own),
      };
      return semiSupervisedGan({ ...parts, penalty: penalty() }) as never;
    },
    // 5 generators that are not told, 2 discriminators of classes, 4 priors.
    { trained: 40, refused: 1500 },
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
        penalty: penalty(),
        prior: prior(),
      }) as never;
    },
    // 13 discriminators that are not told, with each loss, and the product where the turn is at no penalty.
    { trained: 79, refused: 1241 },
  );

  walk(
    'auxiliaryClassifierGan, by its game',
    product({
      discriminator: only(discriminators, 'mlp', 'conditional', 'residual, spectral norm'),
      prior: priors,
      penalty: penalties,
    }),
    (chosen: Chosen, own) => {
      const judge = own(chosen.discriminator());
      const parts = {
        generator: own(generators.conditional!()),
        discriminator: judge,
        classHead: own(dense({ units: classes, random })(judge.body.output)),
        prior: owned(chosen.prior(own(encoders.mlp!())), own),
      };
      return auxiliaryClassifierGan({ ...parts, loss: loss(), penalty: chosen.penalty() }) as never;
    },
    // Two discriminators, four priors, every penalty.
    { trained: 40, refused: 65 },
  );

  walk(
    'classifier',
    product({ discriminator: { ...discriminators, 'of more classes': moreClasses } }),
    (chosen: Chosen, own) => classifier({ network: own(chosen.discriminator()), optimizer: optimizer() }) as never,
    { trained: 2, refused: 18, unsuited: 1 },
  );

  walk(
    'regressor',
    product({ network: predictors, head: heads }),
    (chosen: { network: () => Network; head: () => Predictive }, own) =>
      regressor({ network: own(chosen.network()), head: chosen.head(), optimizer: optimizer() }) as never,
    { trained: 3, refused: 8, unsuited: 1 },
  );

  walk(
    'sequenceVae',
    product({ encoder: textEncoders, decoder: speakers, prior: priors, options: weights }),
    (chosen: { decoder: () => CodedGenerator; options: () => object } & Pick<Chosen, 'encoder' | 'prior'>, own) => {
      const encoder = own(chosen.encoder());
      const parts = { encoder, decoder: own(chosen.decoder()), prior: owned(chosen.prior(encoder), own) };
      return sequenceVae({ ...parts, ...chosen.options(), optimizer: optimizer() }) as never;
    },
    // Two encoders and two generators with three priors, or free bits with the one that has a closed form; and shorter codes, by themselves.
    { trained: 18, refused: 402 },
    text,
  );

  walk(
    'languageModel',
    product({ generator: talkers, batchSize: sizes }),
    (chosen: { generator: () => Recurrent & { dispose(): void }; batchSize: () => number }, own) => {
      const generator = own(chosen.generator());
      const game = languageModel({ generator, batchSize: chosen.batchSize(), optimizer: optimizer() });
      own(game.players[0]!.networks.state!);
      return game as never;
    },
    { trained: 3, refused: 14, unsuited: 1 },
    text,
  );
});
