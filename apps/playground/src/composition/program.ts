import { type Composition, mediaOf } from './composition.js';
import { call, type Input, member, method, name, type Program, type Statement, type Term, waited } from './term.js';

/** Symbols in one piece of truncated back-propagation. */
const TIME = 48;
/** How many points a toy has. */
const TOY_COUNT = 4000;
/** Decay of the average of a GAN's weights that samples are drawn with. */
const AVERAGE = 0.998;
/** Of a trained prior. */
const COMPONENTS = 20;

const data = name('data');
const example = member(data, 'example');
const random = name('random');
const stream = (purpose: string) => method(random, 'split', purpose);
const assign = (called: string, value: Term): Statement => ({ name: called, value });
const fields = (record: Readonly<Record<string, Input | undefined>>) =>
  Object.fromEntries(Object.entries(record).filter((entry): entry is [string, Input] => entry[1] !== undefined));

/** The statements that make the parts, the run and its batches: `data`, the parts by their roles, `run`, `source`. */
export function programOf(composition: Composition): Program {
  return [
    assign('random', call('seeded', composition.seed)),
    ...dataOf(composition),
    ...PARTS[composition.system](composition),
    ...sourceOf(composition),
  ];
}

function dataOf({ system, data: of, points }: Composition): Program {
  if (of === 'text')
    return [
      assign('text', call('readFileSync', 'text.txt', 'utf8')),
      assign('alphabet', call('alphabetOf', name('text'))),
    ];
  if (of === 'digits' || of === 'images')
    return [assign('data', waited('idxDirectory', of, { split: 'train', range: system === 'gan' ? [-1, 1] : [0, 1] }))];
  if (of === 'points')
    return [assign('data', call('arrayDataset', { values: call('Float32Array.of', ...points), shape: [2] }))];
  return [assign('data', call('toy', of, { count: TOY_COUNT, random: stream('data') }))];
}

function sourceOf({ system, data: of, batch, perClass }: Composition): Program {
  const [batchSize, own] = [batch, stream('batches')];
  if (of === 'text')
    return [
      assign(
        'source',
        call('passages', method(name('alphabet'), 'encode', name('text')), {
          vocabulary: member(member(name('alphabet'), 'characters'), 'length'),
          batchSize,
          time: TIME,
        }),
      ),
    ];
  if (system !== 'semi-supervised') return [assign('source', call('batches', data, { batchSize, random: own }))];
  return [
    assign('labelled', call('balanced', data, perClass, stream('labelled'))),
    assign('source', call('semiSupervised', name('labelled'), data, { batchSize, random: own })),
  ];
}

const PARTS: Readonly<Record<Composition['system'], (composition: Composition) => Program>> = {
  vae: (c) => [
    ...autoencoderOf(c),
    ...runOf(c, 'vae', {
      encoder: name('encoder'),
      decoder: name('decoder'),
      prior: name('prior'),
      likelihood: name('likelihood'),
      beta: c.beta,
      optimizer: optimizerOf(c),
    }),
  ],
  gan: (c) => [
    generatorOf(c, 'generator', example),
    discriminatorOf(c),
    ...priorOf(c),
    ...runOf(
      c,
      'gan',
      {
        generator: name('generator'),
        discriminator: name('discriminator'),
        prior: name('prior'),
        loss: lossOf(c),
        penalty: penaltyOf(c),
        discriminatorSteps: c.discriminatorSteps,
        optimizers: { generator: rivalOf(c), discriminator: rivalOf(c) },
      },
      AVERAGE,
    ),
  ],
  'vae-gan': (c) => [
    encoderOf(c),
    generatorOf(c, 'generator', example),
    discriminatorOf(c),
    ...priorOf(c),
    ...runOf(
      c,
      'vaeGan',
      {
        encoder: name('encoder'),
        generator: name('generator'),
        discriminator: name('discriminator'),
        prior: name('prior'),
        loss: lossOf(c),
        beta: c.beta,
        reconstructionWeight: 0.8,
        optimizers: { encoder: rivalOf(c), generator: rivalOf(c), discriminator: rivalOf(c, 0.5) },
      },
      AVERAGE,
    ),
  ],
  'adversarial-autoencoder': (c) => [
    ...autoencoderOf(c),
    assign(
      'discriminator',
      call('mlpDiscriminator', {
        input: call('spec', [c.latent]),
        hidden: [c.hidden, c.hidden],
        random: stream('discriminator'),
      }),
    ),
    ...runOf(c, 'adversarialAutoencoder', {
      encoder: name('encoder'),
      decoder: name('decoder'),
      discriminator: name('discriminator'),
      prior: name('prior'),
      likelihood: name('likelihood'),
      loss: lossOf(c),
      optimizers: { autoencoder: optimizerOf(c), discriminator: optimizerOf(c) },
    }),
  ],
  classifier: (c) => [
    classifierOf(c, 'network'),
    ...runOf(c, 'classifier', { network: name('network'), optimizer: optimizerOf(c) }),
  ],
  'semi-supervised': (c) => [
    generatorOf(c, 'generator', example),
    classifierOf(c, 'discriminator'),
    ...priorOf(c),
    ...runOf(
      c,
      'semiSupervisedGan',
      {
        generator: name('generator'),
        discriminator: name('discriminator'),
        prior: name('prior'),
        optimizers: { generator: rivalOf(c), discriminator: rivalOf(c) },
      },
      AVERAGE,
    ),
  ],
  'language-model': (c) => [
    assign(
      'generator',
      call('recurrentGenerator', {
        vocabulary: member(member(name('alphabet'), 'characters'), 'length'),
        time: TIME,
        hidden: [c.hidden],
        cell: c.cell,
        random: stream('generator'),
      }),
    ),
    ...runOf(c, 'languageModel', { generator: name('generator'), batchSize: c.batch, optimizer: optimizerOf(c) }),
  ],
};

function autoencoderOf(c: Composition): Program {
  const likelihood = c.likelihood === 'bernoulli' ? call('bernoulli') : call('gaussianLikelihood', gaussianScale(c));
  const output = call('spec', member(example, 'shape'), member(name('likelihood'), 'prediction'));
  return [assign('likelihood', likelihood), encoderOf(c), generatorOf(c, 'decoder', output), ...priorOf(c)];
}

/** Points lie a tenth apart; grey values half. */
const gaussianScale = (c: Composition) => ({ scale: mediaOf(c) === 'plane' ? 0.1 : 0.5 });

const told = ({ conditional }: Composition) => (conditional ? member(data, 'classes') : undefined);
const layers = ({ hidden, data: of }: Composition) => (mediaOf({ data: of }) === 'plane' ? [hidden, hidden] : [hidden]);

function encoderOf(c: Composition): Statement {
  const shared = { input: example, latent: c.latent, classes: told(c), random: stream('encoder') };
  if (c.encoder === 'conv') return assign('encoder', call('convEncoder', fields(shared)));
  return assign('encoder', call('mlpEncoder', fields({ ...shared, hidden: layers(c) })));
}

function generatorOf(c: Composition, called: string, output: Term): Statement {
  const shared = { latent: c.latent, output, classes: told(c), random: stream(called) };
  if (c.generator === 'conv') return assign(called, call('convDecoder', fields(shared)));
  if (c.generator === 'dcgan')
    return assign(called, call('dcganGenerator', fields({ ...shared, channels: channelsOf(c) })));
  const hidden = c.system === 'vae' || c.system === 'adversarial-autoencoder' ? layers(c) : [c.hidden, c.hidden];
  return assign(called, call('mlpDecoder', fields({ ...shared, hidden })));
}

/** Filters of the first convolution of a DCGAN as wide as that. */
const channelsOf = ({ hidden }: Composition) => Math.max(2, Math.round(hidden / 16));

function discriminatorOf(c: Composition): Statement {
  const shared = { input: example, classes: told(c), random: stream('discriminator') };
  // Batch normalisation would mix the examples that a penalty wants apart.
  const norm = c.penalty !== 'none' && c.system === 'gan' ? 'none' : undefined;
  const channels = channelsOf(c);
  const part = {
    mlp: () => call('mlpDiscriminator', fields({ ...shared, hidden: [c.hidden, c.hidden] })),
    conv: () =>
      call(
        'withHead',
        call('convClassifier', {
          input: example,
          channels: [channels, 2 * channels],
          classes: 2,
          random: shared.random,
        }),
        { classes: 1, random: stream('head') },
      ),
    dcgan: () => call('dcganDiscriminator', fields({ ...shared, channels, norm })),
    patch: () => call('patchDiscriminator', fields({ ...shared, channels, norm })),
    resnet: () => call('resnetDiscriminator', fields({ ...shared, channels: [channels, 2 * channels] })),
  };
  return assign('discriminator', part[c.discriminator]());
}

/** The same bodies with one logit for each class. */
function classifierOf(c: Composition, called: string): Statement {
  const shared = { input: example, classes: member(data, 'classes'), random: stream(called) };
  const channels = channelsOf(c);
  const headless = { input: example, channels, random: stream(called) };
  const head = { classes: member(data, 'classes'), random: stream('head') };
  const part = {
    mlp: () => call('mlpClassifier', { ...shared, hidden: [c.hidden, c.hidden] }),
    conv: () => call('convClassifier', { ...shared, channels: [channels, 2 * channels] }),
    dcgan: () => call('withHead', call('dcganDiscriminator', headless), head),
    patch: () => call('withHead', call('patchDiscriminator', headless), head),
    resnet: () => call('resnetClassifier', { ...shared, channels: [channels, 2 * channels] }),
  };
  return assign(called, part[c.discriminator]());
}

function priorOf({ prior, latent }: Composition): Program {
  const own = { components: COMPONENTS, random: stream('prior') };
  const part = {
    normal: () => call('standardNormal', latent),
    uniform: () => call('uniform', latent),
    mixture: () => call('trainedMixture', { latent, ...own }),
    vamp: () => call('vampPrior', { encoder: name('encoder'), ...own }),
  };
  return [assign('prior', part[prior]())];
}

const LOSS = {
  'non-saturating': 'nonSaturating',
  minimax: 'minimax',
  'least-squares': 'leastSquares',
  wasserstein: 'wasserstein',
  hinge: 'hinge',
  relativistic: 'relativistic',
} as const;

const lossOf = ({ loss }: Composition) => call(LOSS[loss]);

/** Weaker in the plane, where data lie further apart than a network of that size can follow. */
function penaltyOf(c: Composition): Input {
  const weight = mediaOf(c) === 'plane' ? 1 : 10;
  const penalties = {
    none: [],
    gradient: [call('gradientPenalty', { weight })],
    dragan: [call('dragan', { weight })],
    r1: [call('r1', { gamma: weight })],
    'r1-r2': [call('r1', { gamma: weight }), call('r2', { gamma: weight })],
  };
  return penalties[c.penalty];
}

const optimizerOf = ({ optimizer, learningRate }: Composition) => call(optimizer, { learningRate });

/** Of one of two adversaries: β₁ 0.5 after Radford et al. (2016), 0 and β₂ 0.9 under a penalty after Gulrajani et al. (2017). */
function rivalOf({ optimizer, learningRate, penalty, system }: Composition, share = 1): Term {
  const rate = { learningRate: learningRate * share };
  if (optimizer === 'sgd' || optimizer === 'rmsprop') return call(optimizer, rate);
  const betas = penalty === 'none' || system !== 'gan' ? { beta1: 0.5 } : { beta1: 0, beta2: 0.9 };
  return call(optimizer, { ...rate, ...betas });
}

function runOf(c: Composition, recipe: string, parts: Readonly<Record<string, Input>>, averageDecay?: number): Program {
  const options = fields({ seed: c.seed, averageDecay, clipNorm: c.system === 'language-model' ? 1 : undefined });
  return [assign('run', call('trainer', call(recipe, parts), options))];
}
