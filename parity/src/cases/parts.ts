import { seeded, spec } from '@gm/core';
import {
  convClassifier,
  dcganDiscriminator,
  discriminator,
  features,
  mlpClassifier,
  mlpDiscriminator,
  patchDiscriminator,
  predict,
  predictInterval,
  recurrentClassifier,
  recurrentDiscriminator,
  recurrentPredictor,
  resnetClassifier,
  resnetDiscriminator,
  withHead,
} from '@gm/discriminators';
import {
  codedGenerator,
  convDecoder,
  dcganGenerator,
  fromDecoder,
  mlpDecoder,
  recurrentDecoder,
  recurrentGenerator,
} from '@gm/generators';
import {
  categorical,
  categoricalEncoder,
  codebook,
  convEncoder,
  gaussian,
  gaussianEncoder,
  gaussianMixture,
  interpolate,
  lerp,
  mlpEncoder,
  recurrentEncoder,
  reparameterize,
  slerp,
  splitGaussian,
  standardNormal,
  trainedMixture,
  traversal,
  uniform,
  uniformCategorical,
  vampPrior,
} from '@gm/latent';
import { bernoulli, quantileHead } from '@gm/losses';
import { batchNorm, dense, sequential, tanh } from '@gm/networks';
import { clone, exp, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Case, Group } from '../case.js';
import { differentiated, functionCase } from '../differentiate.js';
import { draw, drawWhole, read } from '../numbers.js';
import { network, shake } from './layers.js';

type Inputs = Readonly<Record<string, Tensor>>;
type Disposable = Parameters<typeof shake>[0] & { dispose(): void };

const latent = functionCase('latents');

/** What a network gives in other ways than apply(), without gradients. */
function given<Part extends Disposable>(group: Group, name: string, make: () => Part, f: (part: Part) => Inputs): Case {
  return {
    group,
    name,
    async run() {
      const part = make();
      shake(part);
      try {
        return { forward: await read(tidy(() => f(part))) };
      } finally {
        part.dispose();
      }
    },
  };
}

/** Whole, and in two pieces with the state carried from one to the other. */
function symbols(cell: 'lstm' | 'gru'): Case {
  return {
    group: 'generators',
    name: `recurrentGenerator, ${cell}`,
    async run() {
      const options = { vocabulary: 5, time: 4, hidden: [6, 3], embedding: 3, random: random() };
      const generator = recurrentGenerator({ ...options, cell });
      const [x, more] = [drawWhole([2, 4], 5), drawWhole([2, 3], 5, 'more')];
      const f = () => {
        const { y, state } = generator.advance(more, generator.advance(x, generator.start(2)).state);
        return { whole: generator.apply(x), y, state: state[0]! };
      };
      try {
        return await differentiated({ f, inputs: {}, parameters: generator.parameters, second: false });
      } finally {
        x.dispose();
        more.dispose();
        generator.dispose();
      }
    },
  };
}

/** Its second derivatives are zero. */
const linear = { second: false };
const random = () => seeded('weights');
const image = spec([8, 8, 1], [-1, 1]);
const images = { input: image.shape, batch: 2 };
const codes = { mean: [3, 5], logVariance: [3, 5] } as const;
const ends = { a: [3, 5], b: [3, 5] } as const;
type Ends = { readonly a: Tensor; readonly b: Tensor };
type Codes = { readonly mean: Tensor; readonly logVariance: Tensor };

const smallEncoder = () => mlpEncoder({ input: spec([7]), hidden: [6], latent: 3, random: random() });
const smallDecoder = () => mlpDecoder({ latent: 3, hidden: [6], output: spec([7], 'logits'), random: random() });
const smallClassifier = () => mlpClassifier({ input: spec([7]), hidden: [6], classes: 3, random: random() });
const body = () => sequential(spec([7]), dense({ units: 5, random: random() }), tanh());

const mixture = () =>
  gaussianMixture({
    means: [
      [-1, 0],
      [1, 0.5],
    ],
    scales: 0.5,
    weights: [1, 2],
  });

const askewMixture = () =>
  gaussianMixture({
    means: [
      [-1, 0],
      [1, 0.5],
    ],
    factors: [
      [
        [0.5, 0],
        [0.3, 0.4],
      ],
      [
        [1, 0],
        [-0.6, 0.2],
      ],
    ],
    weights: [1, 2],
  });

export const latentCases: readonly Case[] = [
  latent('gaussian', codes, ({ mean, logVariance }: Codes) => {
    const posterior = gaussian(mean, logVariance);
    return { sample: posterior.sample(seeded('z')), logProb: posterior.logProb(draw([3, 5], { seed: 'z' })) };
  }),
  latent('reparameterize', codes, ({ mean, logVariance }: Codes) => reparameterize(mean, logVariance, seeded('z'))),
  latent('splitGaussian', { parameters: [3, 10] }, ({ parameters }) => ({ ...splitGaussian(parameters) }), linear),
  latent('standardNormal', { z: [3, 5], ...codes }, ({ z, mean, logVariance }: Codes & { readonly z: Tensor }) => ({
    logProb: standardNormal(5).logProb(z),
    divergence: standardNormal(5).divergenceFrom!(gaussian(mean, logVariance))!,
  })),
  {
    group: 'latents',
    name: 'standardNormal, drawn',
    run: async () => ({ forward: await read({ z: standardNormal(5).sample(4, seeded('z')) }) }),
  },
  {
    group: 'latents',
    name: 'uniform',
    run: async () => {
      const prior = uniform(5, { low: -0.5, high: 2 });
      const logProb = () => tidy(() => exp(prior.logProb(draw([6, 5], { low: -0.55, high: 2 }))));
      return { forward: await read({ z: prior.sample(4, seeded('z')), probability: logProb() }) };
    },
  },
  latent('categorical', { logits: [3, 2, 4] }, ({ logits }: { readonly logits: Tensor }) => {
    const posterior = categorical(logits, { hard: false, temperature: 0.7 });
    return { sample: posterior.sample(seeded('z')), logProb: posterior.logProb(draw([3, 8], { seed: 'z' })) };
  }),
  latent('uniformCategorical', { logits: [3, 2, 4] }, ({ logits }: { readonly logits: Tensor }) => ({
    divergence: uniformCategorical({ variables: 2, categories: 4 }).divergenceFrom!(categorical(logits))!,
  })),
  {
    group: 'latents',
    name: 'uniformCategorical, drawn',
    run: async () => {
      const prior = uniformCategorical({ variables: 2, categories: 4 });
      return {
        forward: await read({ z: prior.sample(8, seeded('z')), logProb: tidy(() => prior.logProb(draw([3, 8]))) }),
      };
    },
  },
  given(
    'latents',
    'categoricalEncoder',
    () =>
      categoricalEncoder(sequential(spec([7]), dense({ units: 6, random: random() })), { variables: 2, categories: 3 }),
    (encoder) => ({ logits: encoder.encode(draw([3, 7])).logits }),
  ),
  given(
    'latents',
    'recurrentEncoder',
    () => recurrentEncoder({ input: spec([4, 2]), hidden: [5], latent: 3, random: random() }),
    (encoder) => {
      const { mean, logVariance } = encoder.encode(draw([3, 4, 2]));
      return { mean, logVariance };
    },
  ),
  given(
    'latents',
    'trainedMixture',
    () => {
      const prior = trainedMixture({ latent: 2, components: 3, random: random() });
      return { ...prior.network, prior };
    },
    ({ prior }) => ({ logProb: prior.logProb(draw([5, 2])), z: prior.sample(6, seeded('z')) }),
  ),
  given(
    'latents',
    'vampPrior',
    () => {
      const encoder = mlpEncoder({ input: spec([4], [0, 1]), hidden: [5], latent: 2, random: random() });
      const prior = vampPrior({ encoder, components: 3, random: random() });
      return {
        prior,
        parameters: { ...encoder.parameters, ...prior.network.parameters },
        dispose() {
          encoder.dispose();
          prior.network.dispose();
        },
      };
    },
    ({ prior }) => ({ logProb: prior.logProb(draw([5, 2])), z: prior.sample(6, seeded('z')) }),
  ),
  given(
    'latents',
    'codebook',
    () => codebook({ input: spec([3, 2]), size: 4, random: random() }),
    (book) => {
      const x = draw([5, 3, 2]);
      const y = book.apply(x, { training: true, random: seeded('apply') });
      return { y, indices: book.indices(x), codes: clone(book.buffers!.codes!), counts: clone(book.buffers!.counts!) };
    },
  ),
  latent('gaussianMixture', { z: [3, 2] }, ({ z }) => mixture().logProb(z)),
  {
    group: 'latents',
    name: 'gaussianMixture, drawn',
    run: async () => ({ forward: await read({ z: mixture().sample(8, seeded('z')) }) }),
  },
  latent('gaussianMixture, askew', { z: [3, 2] }, ({ z }) => askewMixture().logProb(z)),
  {
    group: 'latents',
    name: 'gaussianMixture, askew, drawn',
    run: async () => ({ forward: await read({ z: askewMixture().sample(8, seeded('z')) }) }),
  },
  latent('lerp', ends, ({ a, b }: Ends) => lerp(a, b, 0.3), linear),
  latent('slerp', ends, ({ a, b }: Ends) => slerp(a, b, 0.3), linear),
  latent('interpolate', ends, ({ a, b }: Ends) => interpolate(a, b, 4)),
  latent('traversal', { z: [1, 5] }, ({ z }) => traversal({ z, axes: [0, 3] }), linear),
  network('mlpEncoder', smallEncoder, { input: [7] }, 'latents'),
  network(
    'convEncoder',
    () => convEncoder({ input: image, channels: [2, 4], latent: 3, activation: tanh, random: random() }),
    images,
    'latents',
  ),
  given(
    'latents',
    'gaussianEncoder',
    () => gaussianEncoder(sequential(spec([7]), dense({ units: 6, random: random() }))),
    (encoder) => {
      const { mean, logVariance } = encoder.encode(draw([3, 7]));
      return { mean, logVariance };
    },
  ),
];

export const generatorCases: readonly Case[] = [
  network('mlpDecoder', smallDecoder, { input: [3] }, 'generators'),
  network(
    'convDecoder',
    () => convDecoder({ latent: 3, output: image, channels: [4, 2], activation: tanh, random: random() }),
    { input: [3], batch: 2 },
    'generators',
  ),
  network(
    'dcganGenerator, in training',
    () => dcganGenerator({ latent: 3, output: image, channels: 2, random: random() }),
    { input: [3], batch: 2, training: true },
    'generators',
  ),
  network(
    'recurrentDecoder',
    () => recurrentDecoder({ latent: 3, output: spec([4, 2], [-1, 1]), hidden: [5], random: random() }),
    { input: [3] },
    'generators',
  ),
  given(
    'generators',
    'codedGenerator',
    () => {
      const generator = recurrentGenerator({ vocabulary: 5, time: 4, hidden: [6], random: random() });
      const coded = codedGenerator({ generator, latent: 3, random: random() });
      return { ...coded, parameters: { ...generator.parameters, ...coded.initial.parameters } };
    },
    ({ generator, startFrom }) => ({ y: generator.advance(drawWhole([2, 4], 5), startFrom(draw([2, 3]))).y }),
  ),
  ...(['lstm', 'gru'] as const).map((cell) => symbols(cell)),
  given('generators', 'fromDecoder', smallDecoder, (decoder) => ({
    samples: fromDecoder(decoder, standardNormal(3), { likelihood: bernoulli(), batch: 2 }).sample(5, seeded('z')),
  })),
];

const smallPredictor = () =>
  recurrentPredictor({ input: spec([4, 2]), targets: [2], head: { size: 3 }, hidden: [5], random: random() });

export const discriminatorCases: readonly Case[] = [
  network('mlpClassifier', smallClassifier, { input: [7] }, 'discriminators'),
  network(
    'mlpDiscriminator, in training',
    () => mlpDiscriminator({ input: spec([7]), hidden: [6, 5], dropout: 0.2, random: random() }),
    { input: [7], training: true },
    'discriminators',
  ),
  network(
    'dcganDiscriminator, in training',
    () => dcganDiscriminator({ input: image, channels: 2, random: random() }),
    { ...images, training: true },
    'discriminators',
  ),
  network(
    'convClassifier, in training',
    () => convClassifier({ input: image, classes: 3, channels: [2, 4], hidden: 5, kernelSize: 3, random: random() }),
    { ...images, training: true },
    'discriminators',
  ),
  network(
    'patchDiscriminator, in training',
    () => patchDiscriminator({ input: image, channels: 2, halvings: 1, random: random() }),
    { ...images, training: true },
    'discriminators',
  ),
  network(
    'resnetDiscriminator',
    () => resnetDiscriminator({ input: image, channels: [2, 3], classes: 3, random: random() }),
    images,
    'discriminators',
  ),
  network(
    'resnetClassifier, in training',
    () => resnetClassifier({ input: image, channels: [3], norm: batchNorm, classes: 3, random: random() }),
    { ...images, training: true },
    'discriminators',
  ),
  network(
    'recurrentDiscriminator',
    () => recurrentDiscriminator({ input: spec([4, 2]), hidden: [5], cell: 'gru', random: random() }),
    { input: [4, 2] },
    'discriminators',
  ),
  given(
    'discriminators',
    'recurrentClassifier',
    () =>
      recurrentClassifier({
        input: spec([4], [0, 4], 'int32'),
        padding: 0,
        hidden: [5],
        classes: 3,
        random: random(),
      }),
    (network) => ({ logits: network.logits(drawWhole([6, 4], 5)) }),
  ),
  network(
    'discriminator',
    () => discriminator({ body: body(), head: dense({ units: 1, random: random() }) }),
    { input: [7] },
    'discriminators',
  ),
  given('discriminators', 'features', smallClassifier, (network) => ({
    features: features(network, draw([5, 7]), { batch: 2 }),
  })),
  given('discriminators', 'predict', smallClassifier, (network) => ({ ...predict(network, draw([5, 7])) })),
  network('recurrentPredictor', smallPredictor, { input: [4, 2] }, 'discriminators'),
  given('discriminators', 'predictInterval', smallPredictor, (network) => ({
    ...predictInterval(network, quantileHead({ levels: [0.1, 0.5, 0.9] }), draw([5, 4, 2]), {
      coverage: 0.7,
      batch: 2,
    }),
  })),
  given('discriminators', 'withHead', smallClassifier, (network) => {
    const other = withHead(network, { classes: 4, random: seeded('head') });
    const logits = other.logits(draw([5, 7]));
    other.dispose();
    return { logits };
  }),
];
