import * as v from 'valibot';

export const KINDS = [
  'vae',
  'iwae',
  'gan',
  'lsgan',
  'wgan-gp',
  'r3gan',
  'acgan',
  'vae-gan',
  'adversarial-autoencoder',
  'vq-vae',
  'classifier',
  'semi-supervised',
  'forecast',
  'sequence-vae',
  'language-model',
] as const;
export type Kind = (typeof KINDS)[number];

/** The choices of each role; which of them a kind can use stands in `KIND_OPTIONS`. */
export const ENCODERS = ['mlp', 'conv', 'recurrent'] as const;
export const GENERATORS = ['mlp', 'conv', 'dcgan', 'recurrent'] as const;
export const DISCRIMINATORS = ['mlp', 'conv', 'dcgan', 'patch', 'resnet', 'recurrent'] as const;
export const PRIORS = ['normal', 'mixture', 'vamp', 'categorical'] as const;
/** Of any discriminator that scores examples; the first is taken where nothing is said. */
export const ADVERSARIAL_LOSSES = [
  'non-saturating',
  'minimax',
  'least-squares',
  'wasserstein',
  'hinge',
  'relativistic',
] as const;
export const LOSSES = ['bernoulli', 'gaussian', ...ADVERSARIAL_LOSSES, 'cross-entropy', 'quantile'] as const;
export const PENALTIES = ['none', 'gradient', 'dragan', 'r1', 'r1-r2'] as const;
export const CELLS = ['lstm', 'gru'] as const;
export const PIXELS = ['unit', 'signed'] as const;

const positive = v.pipe(v.number(), v.gtValue(0));
const count = v.pipe(v.number(), v.integer(), v.minValue(1));

/** All that decides what a run trains, apart from how long. It stands in run.json. */
export const settingsSchema = v.strictObject({
  kind: v.picklist(KINDS),
  data: v.string(),
  seed: v.number(),
  batch: count,
  learningRate: positive,
  /** Decay of the average of the weights that samples are drawn with; 0 keeps none. */
  average: v.pipe(v.number(), v.minValue(0), v.ltValue(1)),
  /** Steps over which the learning rate falls to a twentieth along half a cosine; constant without it. */
  decay: v.optional(count),
  /** Units of MLP or recurrent parts, from the data inwards. */
  hidden: v.array(count),
  /** Units of an MLP or recurrent generator, from z outwards; `hidden` the other way round without it. */
  generatorHidden: v.optional(v.array(count)),
  /** Of the discriminator, where it differs from the others'. */
  discriminatorLearningRate: v.optional(positive),
  /** How grey values are scaled: unit is [0, 1], signed is [-1, 1]. Toys are what they are. */
  pixels: v.picklist(PIXELS),
  loss: v.picklist(LOSSES),
  binarize: v.optional(v.boolean()),
  encoder: v.optional(v.picklist(ENCODERS)),
  generator: v.optional(v.picklist(GENERATORS)),
  discriminator: v.optional(v.picklist(DISCRIMINATORS)),
  /** How many numbers a code has; under a categorical prior, how many variables. */
  latent: v.optional(count),
  /** mixture and vamp are trained with the model. */
  prior: v.optional(v.picklist(PRIORS)),
  /** Of a trained prior. */
  components: v.optional(count),
  /** That each variable of a categorical code chooses among. */
  categories: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2))),
  beta: v.optional(v.pipe(v.number(), v.minValue(0))),
  /** Nats of each dimension of a code that cost nothing. */
  freeBits: v.optional(v.pipe(v.number(), v.minValue(0))),
  scale: v.optional(positive),
  /** γ of a VAE-GAN: what reconstruction weighs against fooling the discriminator. */
  reconstruction: v.optional(v.pipe(v.number(), v.minValue(0))),
  /** The parts are told the class of each example. */
  conditional: v.optional(v.boolean()),
  /** How many examples keep their label. */
  labels: v.optional(count),
  /** How many codes a codebook has. */
  codes: v.optional(count),
  /** K of an IWAE. */
  samples: v.optional(count),
  penalty: v.optional(v.picklist(PENALTIES)),
  /** Of the penalty; the penalty's own default without it. */
  penaltyWeight: v.optional(v.pipe(v.number(), v.minValue(0))),
  /** Steps of the discriminator for each one of the generator. */
  discriminatorSteps: v.optional(count),
  /** The kernels of the discriminator are divided by their largest singular values. */
  spectralNorm: v.optional(v.boolean()),
  /** The discriminator's weights stay within ± this (Wasserstein). */
  clip: v.optional(positive),
  /** Steps of a series that are seen, and those after them that are predicted. */
  past: v.optional(count),
  horizon: v.optional(count),
  /** Of a CSV file. */
  column: v.optional(v.string()),
  /** Steps in one piece: of truncated back-propagation, or all that a sequence VAE or a model of series sees. */
  time: v.optional(count),
  cell: v.optional(v.picklist(CELLS)),
  /** Share of the symbols that the generator of a sequence VAE is not told. */
  stepDropout: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** Steps over which the divergence comes to its weight. */
  warmUp: v.optional(count),
  dropout: v.optional(v.pipe(v.number(), v.minValue(0), v.ltValue(1))),
  /** Gradients longer than this are shortened to it. */
  clipNorm: v.optional(positive),
});

export type Settings = Readonly<v.InferOutput<typeof settingsSchema>>;

/** What was said on the command line; the rest comes from `completeSettings`. */
export type Choices = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/** Where the data come from: what stands before the colon, 'toy' of 'toy:ring'. */
export function sourceOf({ data }: Pick<Settings, 'data'>): string {
  return data.split(':')[0]!;
}

/** What was given, of things that may be left out. */
export function withoutUndefined<Fields extends object>(
  record: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}
