import * as v from 'valibot';

const OPTIMIZERS = { adam: 'Adam', adamW: 'AdamW', rmsprop: 'RMSprop', sgd: 'SGD' } as const;

/** What can be chosen for each slot, with the words that the page shows. */
export const CHOICES = {
  system: {
    vae: 'Variational autoencoder',
    gan: 'GAN',
    'vae-gan': 'VAE-GAN',
    'adversarial-autoencoder': 'Adversarial autoencoder',
    classifier: 'Classifier',
    'semi-supervised': 'Semi-supervised classifier',
    'language-model': 'Character RNN',
  },
  data: {
    digits: 'Handwritten digits',
    images: 'Your own images',
    ring: 'Points: ring of eight',
    grid: 'Points: grid of 25',
    moons: 'Points: moons',
    swissRoll: 'Points: Swiss roll',
    checkerboard: 'Points: checkerboard',
    pinwheel: 'Points: pinwheel',
    spirals: 'Points: spirals',
    points: 'Points: drawn by you',
    text: 'Text: Moby-Dick',
  },
  encoder: { mlp: 'Perceptron', conv: 'Convolutions' },
  prior: { normal: 'Normal', uniform: 'Uniform', mixture: 'Trained mixture', vamp: 'VampPrior' },
  generator: { mlp: 'Perceptron', conv: 'Convolutions', dcgan: 'DCGAN' },
  discriminator: { mlp: 'Perceptron', conv: 'Convolutions', dcgan: 'DCGAN', patch: 'Patches', resnet: 'Residual' },
  likelihood: { bernoulli: 'Bernoulli', gaussian: 'Gaussian' },
  loss: {
    'non-saturating': 'Non-saturating',
    minimax: 'Minimax',
    'least-squares': 'Least squares',
    wasserstein: 'Wasserstein',
    hinge: 'Hinge',
    relativistic: 'Relativistic pairs',
  },
  penalty: {
    none: 'None',
    gradient: 'Gradient (WGAN-GP)',
    dragan: 'DRAGAN',
    r1: 'R1',
    'r1-r2': 'R1 and R2',
  },
  optimizer: OPTIMIZERS,
  discriminatorOptimizer: OPTIMIZERS,
  cell: { lstm: 'LSTM', gru: 'GRU' },
} as const;

export type Choosable = keyof typeof CHOICES;

/** What can be set as a number, with its limits. */
export const NUMBERS = {
  latent: { label: 'Latent dimensions', min: 1, max: 128, integer: true },
  hidden: { label: 'Width of layers', min: 4, max: 512, integer: true },
  beta: { label: 'Weight of the divergence, β', min: 0, max: 10, integer: false },
  learningRate: { label: 'Learning rate', min: 1e-6, max: 1, integer: false },
  discriminatorLearningRate: { label: 'Rate of the discriminator', min: 1e-6, max: 1, integer: false },
  discriminatorSteps: { label: 'Discriminator steps per step', min: 1, max: 10, integer: true },
  batch: { label: 'Batch size', min: 2, max: 512, integer: true },
  perClass: { label: 'Labels per class', min: 1, max: 100, integer: true },
  seed: { label: 'Seed', min: 0, max: 1e6, integer: true },
} as const;

export type Countable = keyof typeof NUMBERS;

const choice = <Name extends Choosable>(name: Name) =>
  v.picklist(Object.keys(CHOICES[name]) as unknown as readonly (keyof (typeof CHOICES)[Name] & string)[]);
const number = (name: Countable) => {
  const { min, max, integer } = NUMBERS[name];
  const within = v.pipe(v.number(), v.minValue(min), v.maxValue(max));
  return integer ? v.pipe(within, v.integer()) : within;
};

const schema = v.strictObject({
  system: choice('system'),
  data: choice('data'),
  encoder: choice('encoder'),
  prior: choice('prior'),
  generator: choice('generator'),
  discriminator: choice('discriminator'),
  likelihood: choice('likelihood'),
  loss: choice('loss'),
  penalty: choice('penalty'),
  optimizer: choice('optimizer'),
  discriminatorOptimizer: choice('discriminatorOptimizer'),
  cell: choice('cell'),
  latent: number('latent'),
  hidden: number('hidden'),
  beta: number('beta'),
  learningRate: number('learningRate'),
  discriminatorLearningRate: number('discriminatorLearningRate'),
  discriminatorSteps: number('discriminatorSteps'),
  batch: number('batch'),
  perClass: number('perClass'),
  seed: number('seed'),
  /** The parts are told the class of each example. */
  conditional: v.boolean(),
  /** x and y of each point that was drawn, in turn. */
  points: v.pipe(v.array(v.pipe(v.number(), v.minValue(-8), v.maxValue(8))), v.maxLength(1000)),
});

/** All that decides what the page trains; the exported program says the same in TypeScript. */
export type Composition = Readonly<v.InferOutput<typeof schema>>;

export const isSystem = (text: string): text is Composition['system'] => text in CHOICES.system;
export const isData = (text: string): text is Composition['data'] => text in CHOICES.data;

/** @throws an error that says which field is wrong, and how */
export function checkComposition(value: unknown): Composition {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new Error(`${v.getDotPath(issue) ?? 'composition'}: ${issue.message}`);
}

/** A batch holds each example of the user's own at most once, of drawn points or so many images. */
export function withBatchFor(composition: Composition, images = 0): Composition {
  const { data, points, batch } = composition;
  const count = data === 'points' ? Math.floor(points.length / 2) : data === 'images' ? images : 0;
  return count === 0 ? composition : { ...composition, batch: Math.max(NUMBERS.batch.min, Math.min(batch, count)) };
}

export type Media = 'image' | 'plane' | 'text';

/** What one example looks like. */
export function mediaOf({ data }: Pick<Composition, 'data'>): Media {
  if (data === 'text') return 'text';
  return data === 'digits' || data === 'images' ? 'image' : 'plane';
}
