import {
  type Examples,
  type LabelledExamples,
  type Layer,
  type Network,
  type Prior,
  type Spec,
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
  predictInterval,
  recurrentDiscriminator,
  recurrentPredictor,
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
  categoricalEncoder,
  codebook,
  convEncoder,
  gaussianMixture,
  mlpEncoder,
  recurrentEncoder,
  standardNormal,
  trainedMixture,
  uniformCategorical,
  vampPrior,
} from '@gm/latent';
import {
  bernoulli,
  dragan,
  gaussianHead,
  gradientPenalty,
  hinge,
  minimax,
  r1,
  r2,
  relativistic,
  wasserstein,
} from '@gm/losses';
import {
  dense,
  embedding,
  flatten,
  gru,
  gumbelSoftmax,
  layerNorm,
  lstm,
  residual,
  selfAttention,
  sequential,
  spectralNorm,
  tanh,
} from '@gm/networks';
import {
  adam,
  adversarialAutoencoder,
  auxiliaryClassifierGan,
  classifier,
  clipped,
  type Game,
  gan,
  iwae,
  languageModel,
  linear,
  lsgan,
  regressor,
  semiSupervisedGan,
  sequenceVae,
  type VaeParts,
  vae,
  vaeGan,
  vqVae,
} from '@gm/trainers';
import { cast, oneHot, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import type { Case } from '../case.js';
import { draw, drawWhole } from '../numbers.js';
import { BATCH, BATCHES, type Recipe, recipe, started } from '../recipe.js';

const random = () => seeded('weights');
const prior = () => standardNormal(3);
const image = spec([8, 8, 1], [0, 1]);
const data = (shape: readonly number[]) => (step: number) => ({
  x: draw([BATCH, ...shape], { low: 0, seed: step % BATCHES }),
});
const sampled =
  (decoder: Network, options?: Parameters<typeof fromDecoder>[2], codes: Prior = prior()) =>
  () => ({ samples: fromDecoder(decoder, codes, options).sample(3, seeded('z')) });

const warmedUp = (parts: VaeParts) => vae({ ...parts, beta: linear({ from: 0, to: 1, steps: 50 }) });

function autoencoder(
  name: string,
  parts: () => Pick<VaeParts, 'encoder' | 'decoder'> & { readonly prior?: Prior },
  recipeOf: (parts: VaeParts) => Game<Examples> = warmedUp,
): Case {
  return recipe(name, () => {
    const { encoder, decoder, prior: codes = prior() } = parts();
    return {
      run: started(recipeOf({ encoder, decoder, prior: codes })),
      networks: { encoder, decoder, ...(codes.network && { prior: codes.network }) },
      batch: data(encoder.input.shape),
      outcome: sampled(decoder, { likelihood: bernoulli() }, codes),
    };
  });
}

type Adversaries = { readonly generator: Network; readonly discriminator: FeatureNetwork };

function adversarial(
  name: string,
  recipeOf: typeof lsgan,
  parts: () => Adversaries,
  x?: (step: number) => Tensor,
): Case {
  return recipe(name, () => {
    const { generator, discriminator } = parts();
    return {
      run: started(recipeOf({ generator, discriminator, prior: prior() })),
      networks: { generator, discriminator },
      batch: x ? (step) => ({ x: x(step) }) : data(discriminator.input.shape),
      outcome: sampled(generator),
    };
  });
}

function learned(name: string, parts: () => Adversaries & { readonly encoder: ReturnType<typeof mlpEncoder> }): Case {
  return recipe(name, () => {
    const { encoder, generator, discriminator } = parts();
    return {
      run: started(vaeGan({ encoder, generator, discriminator, prior: prior() })),
      networks: { encoder, generator, discriminator },
      batch: data(encoder.input.shape),
      outcome: sampled(generator),
    };
  });
}

/** Three classes of such examples. */
const labelled = (x: (step: number) => Tensor) => (step: number) => ({
  x: x(step),
  labels: drawWhole([BATCH], 3, step % BATCHES),
});

function classified(name: string, make: () => FeatureNetwork, x?: (step: number) => Tensor): Case {
  return recipe(name, () => {
    const network = make();
    const examples = x ?? ((step) => data(network.input.shape)(step).x);
    return {
      run: started(classifier({ network }), { averageDecay: 0.9, clipNorm: 1 }),
      networks: { classifier: network },
      batch: labelled(examples),
      outcome: () => ({ logits: network.logits(examples(0)) }),
    };
  });
}

const mlp = {
  encoder: () => mlpEncoder({ input: spec([7], [0, 1]), hidden: [6], latent: 3, random: random() }),
  decoder: () => mlpDecoder({ latent: 3, hidden: [6], output: spec([7], 'logits'), random: random() }),
  generator: () => mlpDecoder({ latent: 3, hidden: [6], output: spec([7], [0, 1]), random: random() }),
  discriminator: () => mlpDiscriminator({ input: spec([7], [0, 1]), hidden: [6], random: random() }),
};

/** No discriminator has a batch norm: it would put what a new generator makes, all alike, on the kinks of rectifiers. */
const conv = {
  encoder: () => convEncoder({ input: image, channels: [2, 4], latent: 3, random: random() }),
  decoder: () => convDecoder({ latent: 3, output: spec([8, 8, 1], 'logits'), channels: [4, 2], random: random() }),
  generator: () => dcganGenerator({ latent: 3, output: image, channels: 2, random: random() }),
  discriminator: () => dcganDiscriminator({ input: image, channels: 2, norm: 'none', random: random() }),
};

const smallConvClassifier = () =>
  convClassifier({ input: image, classes: 3, channels: [2, 4], hidden: 6, kernelSize: 3, random: random() });

/** A penalty's gradient jumps at the kinks of rectifiers. */
const smooth = () => ({
  generator: mlp.generator(),
  discriminator: mlpDiscriminator({ input: spec([7], [0, 1]), hidden: [6], activation: tanh, random: random() }),
});

/** Of series and of symbols, [time, channels]. */
const recurrent = {
  generator: (output: Spec) => recurrentDecoder({ latent: 3, output, hidden: [6], cell: 'gru', random: random() }),
  discriminator: (input: Spec) => recurrentDiscriminator({ input, hidden: [5], random: random() }),
};
const series = spec([3, 2], [0, 1]);

/** Symbols that are drawn one-hot, with the gradients of the soft numbers. */
const symbolic = () => ({
  generator: sequential(spec([3]), recurrent.generator(spec([3, 5], 'logits')), gumbelSoftmax()),
  discriminator: recurrent.discriminator(spec([3, 5], [0, 1])),
});
const hotSymbols = (step: number) =>
  tidy(() => cast(oneHot(drawWhole([BATCH, 3], 5, `x ${step % BATCHES}`) as Tensor1D, 5), 'float32'));

/** A critic is kept in its limits by clipping. */
const clippedCritic = (parts: Parameters<typeof gan>[0]) =>
  gan({ ...parts, loss: wasserstein(), optimizers: { discriminator: clipped(adam(), 0.1) }, discriminatorSteps: 2 });

/** Codes of two variables of three categories. */
const categorised = () => {
  const network = sequential(spec([7], [0, 1]), dense({ units: 6, random: random() }));
  return {
    encoder: categoricalEncoder(network, { variables: 2, categories: 3 }),
    decoder: mlpDecoder({ latent: 6, hidden: [6], output: spec([7], 'logits'), random: random() }),
    prior: uniformCategorical({ variables: 2, categories: 3 }),
  };
};

/** The body of an adversary, which stays as it is, under a head for classes. */
const borrowing = recipe('classifier, on a frozen body', () => {
  const adversary = conv.discriminator();
  const network = withHead(adversary, { classes: 3, frozen: true, random: random() });
  const examples = (step: number) => data(image.shape)(step).x;
  return {
    run: started(classifier({ network })),
    networks: { classifier: network, adversary },
    batch: labelled(examples),
    outcome: () => ({ logits: network.logits(examples(0)) }),
  };
});

const reads = (layer: Layer) =>
  discriminator({ body: sequential(spec([3, 3], [0, 1]), layer), head: dense({ units: 3, random: random() }) });

function attending(): FeatureNetwork {
  const body = sequential(
    spec([4], [0, 4], 'int32'),
    embedding({ vocabulary: 5, units: 6, random: random() }),
    residual(layerNorm(), selfAttention({ heads: 2, random: random() })),
    flatten(),
  );
  return discriminator({ body, head: dense({ units: 3, random: random() }) });
}

/** Of symbols in rows that go on from batch to batch; what is made are the logits that the carried state leads to. */
const speaking = recipe('languageModel', () => {
  const generator = recurrentGenerator({ vocabulary: 5, time: 4, hidden: [6], random: random() });
  const run = started(languageModel({ generator, batchSize: BATCH }), { clipNorm: 1 });
  const symbols = (name: string, step: number) => drawWhole([BATCH, 4], 5, `${name} ${step % BATCHES}`);
  return {
    run,
    networks: run.networks,
    batch: (step) => ({ x: symbols('x', step), next: symbols('next', step), first: step % BATCHES === 0 }),
    outcome: () => {
      const state = Object.values(run.networks.state!.buffers!);
      return { logits: generator.advance(symbols('x', 0), state).y };
    },
  };
});

/** With the class of each example. */
function told<Shared>(
  name: string,
  make: () => { game: Game<LabelledExamples, Shared> } & Pick<Recipe<never>, 'networks' | 'outcome'>,
): Case {
  return recipe(name, () => {
    const { game, ...rest } = make();
    const x = data(game.input.shape);
    return {
      ...rest,
      run: started(game),
      batch: (step) => ({ ...x(step), labels: drawWhole([BATCH], 3, `labels ${step % BATCHES}`) }),
    };
  });
}

/** Few labelled examples beside others. */
function halfKnowing(name: string, parts: () => Adversaries): Case {
  return recipe(name, () => {
    const { generator, discriminator } = parts();
    const x = data(discriminator.input.shape);
    return {
      run: started(semiSupervisedGan({ generator, discriminator, prior: prior() })),
      networks: { generator, discriminator },
      batch: (step) => ({
        x: x(step).x,
        labels: drawWhole([BATCH], 3, `labels ${step % BATCHES}`),
        unlabelled: x(step + 1).x,
      }),
      outcome: sampled(generator),
    };
  });
}

/** Codes that a discriminator keeps where a mixture is. */
const matching = recipe('adversarialAutoencoder', () => {
  const [encoder, decoder] = [mlp.encoder(), mlp.decoder()];
  const discriminator = mlpDiscriminator({ input: spec([3]), hidden: [6], random: random() });
  const mixture = gaussianMixture({ means: [0, 1].map((at) => [at, -at, 2 * at]), scales: 0.5 });
  return {
    run: started(adversarialAutoencoder({ encoder, decoder, discriminator, prior: mixture })),
    networks: { encoder, decoder, discriminator },
    batch: data([7]),
    outcome: sampled(decoder, { likelihood: bernoulli() }),
  };
});

/** Vectors that are replaced by codes. */
const quantising = recipe('vqVae', () => {
  const encoder = sequential(spec([7], [0, 1]), dense({ units: 3, random: random() }));
  const book = codebook({ input: encoder.output, size: 5, random: random() });
  const decoder = mlp.decoder();
  return {
    run: started(vqVae({ encoder, codebook: book, decoder })),
    networks: { encoder, codebook: book, decoder },
    batch: data([7]),
    outcome: () => ({ logits: decoder.apply(draw([4, 3])) }),
  };
});

/** Sequences of symbols that a code sets off. */
const narrating = recipe('sequenceVae', () => {
  const symbols = spec([4], [0, 4], 'int32');
  const encoder = recurrentEncoder({ input: symbols, hidden: [5], latent: 3, random: random() });
  const generator = recurrentGenerator({ vocabulary: 5, time: 4, hidden: [6], random: random() });
  const decoder = codedGenerator({ generator, latent: 3, random: random() });
  const run = started(sequenceVae({ encoder, decoder, prior: prior() }), { clipNorm: 1 });
  return {
    run,
    networks: run.networks,
    batch: (step) => ({ x: drawWhole([BATCH, 4], 5, `x ${step % BATCHES}`) }),
    outcome: () => ({ logits: generator.advance(drawWhole([2, 4], 5), decoder.startFrom(draw([2, 3]))).y }),
  };
});

/** A recurrent forecast of what comes next. */
const foretelling = recipe('regressor', () => {
  const head = gaussianHead();
  const network = recurrentPredictor({ input: spec([4, 2]), targets: [3], head, hidden: [5], random: random() });
  return {
    run: started(regressor({ network, head }), { clipNorm: 1 }),
    networks: { network },
    batch: (step) => ({
      x: draw([BATCH, 4, 2], { seed: `x ${step % BATCHES}` }),
      targets: draw([BATCH, 3], { seed: `targets ${step % BATCHES}` }),
    }),
    outcome: () => ({ ...predictInterval(network, head, draw([2, 4, 2])) }),
  };
});

export const recipeCases: readonly Case[] = [
  autoencoder('iwae', () => ({ encoder: mlp.encoder(), decoder: mlp.decoder() }), iwae),
  autoencoder('vae', () => ({ encoder: mlp.encoder(), decoder: mlp.decoder() })),
  autoencoder('vae, convolutional', () => ({ encoder: conv.encoder(), decoder: conv.decoder() })),
  autoencoder('vae, categorical', categorised),
  autoencoder('vae, with trainedMixture', () => ({
    encoder: mlp.encoder(),
    decoder: mlp.decoder(),
    prior: trainedMixture({ latent: 3, components: 4, random: random() }),
  })),
  autoencoder('vae, with vampPrior', () => {
    const encoder = mlp.encoder();
    return { encoder, decoder: mlp.decoder(), prior: vampPrior({ encoder, components: 4, random: random() }) };
  }),
  adversarial('gan', gan, () => ({ generator: mlp.generator(), discriminator: mlp.discriminator() })),
  adversarial('gan, convolutional', gan, () => ({ generator: conv.generator(), discriminator: conv.discriminator() })),
  adversarial('lsgan', lsgan, () => ({ generator: mlp.generator(), discriminator: mlp.discriminator() })),
  adversarial(
    'gan, with a gradient penalty',
    (parts) => gan({ ...parts, loss: wasserstein(), penalty: gradientPenalty() }),
    smooth,
  ),
  adversarial('gan, relativistic', (parts) => gan({ ...parts, loss: relativistic(), penalty: [r1(), r2()] }), smooth),
  adversarial('gan, hinge', (parts) => gan({ ...parts, loss: hinge() }), smooth),
  adversarial('gan, minimax with dragan', (parts) => gan({ ...parts, loss: minimax(), penalty: dragan() }), smooth),
  adversarial('gan, clipped Wasserstein', clippedCritic, smooth),
  adversarial('gan, with a patch discriminator', gan, () => ({
    generator: conv.generator(),
    discriminator: patchDiscriminator({ input: image, channels: 2, halvings: 1, norm: 'none', random: random() }),
  })),
  adversarial('gan, with a residual discriminator', gan, () => ({
    generator: conv.generator(),
    discriminator: resnetDiscriminator({
      input: image,
      channels: [2],
      kernelNorm: spectralNorm(),
      random: random(),
    }),
  })),
  adversarial('gan, recurrent', gan, () => ({
    generator: recurrent.generator(series),
    discriminator: recurrent.discriminator(series),
  })),
  adversarial('gan, of symbols', gan, symbolic, hotSymbols),
  speaking,
  learned('vaeGan', () => ({
    ...mlp,
    encoder: mlp.encoder(),
    generator: mlp.generator(),
    discriminator: mlp.discriminator(),
  })),
  learned('vaeGan, convolutional', () => ({
    encoder: conv.encoder(),
    generator: convDecoder({ latent: 3, output: image, channels: [4, 2], random: random() }),
    discriminator: conv.discriminator(),
  })),
  halfKnowing('semiSupervisedGan', () => ({
    generator: mlp.generator(),
    discriminator: mlpClassifier({
      input: spec([7], [0, 1]),
      hidden: [6],
      classes: 3,
      activation: tanh,
      random: random(),
    }),
  })),
  halfKnowing('semiSupervisedGan, convolutional', () => ({
    generator: conv.generator(),
    discriminator: smallConvClassifier(),
  })),
  matching,
  foretelling,
  quantising,
  narrating,
  told('vae, conditional', () => {
    const encoder = mlpEncoder({ input: spec([7], [0, 1]), hidden: [6], latent: 3, classes: 3, random: random() });
    const output = spec([7], 'logits');
    const decoder = mlpDecoder({ latent: 3, hidden: [6], output, classes: 3, random: random() });
    const game = warmedUp({ encoder, decoder, prior: prior() });
    return { game, networks: { encoder, decoder }, outcome: sampled(decoder, { likelihood: bernoulli() }) };
  }),
  told('gan, conditional, convolutional', () => {
    const generator = dcganGenerator({ latent: 3, output: image, channels: 2, classes: 3, random: random() });
    const options = { channels: 2, norm: 'none', classes: 3, random: random() } as const;
    const discriminator = dcganDiscriminator({ input: image, ...options });
    const game = gan({ generator, discriminator, prior: prior() });
    return { game, networks: { generator, discriminator }, outcome: sampled(generator) };
  }),
  told('auxiliaryClassifierGan', () => {
    const output = spec([7], [0, 1]);
    const generator = mlpDecoder({ latent: 3, hidden: [6], output, classes: 3, random: random() });
    const discriminator = mlp.discriminator();
    const { head: classHead } = withHead(discriminator, { classes: 3, random: random() });
    const game = auxiliaryClassifierGan({ generator, discriminator, classHead, prior: prior() });
    return { game, networks: { generator, discriminator, classHead }, outcome: sampled(generator) };
  }),
  classified('classifier', () =>
    mlpClassifier({
      input: spec([7], [0, 1]),
      hidden: [6],
      classes: 3,
      dropout: 0.2,
      activation: tanh,
      random: random(),
    }),
  ),
  classified('classifier, convolutional', smallConvClassifier),
  borrowing,
  classified('classifier, lstm', () => reads(lstm({ units: 5, random: random() }))),
  classified('classifier, gru', () => reads(gru({ units: 5, random: random() }))),
  classified('classifier, attention', attending, (step) => drawWhole([BATCH, 4], 5, `x ${step % BATCHES}`)),
];
