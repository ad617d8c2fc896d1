import { describeBackend, useBackend } from '@gm/backends';
import { attachDevice, type Layer, type Network, type Spec, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import * as discriminators from '@gm/discriminators';
import * as generators from '@gm/generators';
import * as latent from '@gm/latent';
import * as networks from '@gm/networks';
import { classifier, gan, trainer, vae } from '@gm/trainers';
import {
  engine,
  getBackend,
  getKernel,
  type KernelConfig,
  memory,
  ones,
  registerKernel,
  setBackend,
  tidy,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { layers, sequential as layersSequential } from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kernelsCalled } from './kernels.js';

/** What every backend of tfjs has, wasm without our kernels too. */
const ARITHMETIC = new Set(
  [
    'Add Sub Multiply RealDiv Neg Square Sqrt Rsqrt Pow Exp Minimum Sum Mean BatchMatMul Relu Sigmoid Tanh Step',
    'Log Maximum ArgMax ArgMin Less Floor NotEqual _FusedMatMul FusedConv2D Cast Fill Identity ZerosLike OnesLike Range Reshape ExpandDims Transpose Concat SplitV Tile OneHot GreaterEqual LogicalNot',
  ].flatMap((line) => line.split(' ')),
);

const random = seeded(1);
const [row, image, sequence] = [spec([6]), spec([8, 8, 1], [-1, 1]), spec([3, 4])];
const symbols = spec([3], [0, 4], 'int32');

type Made = readonly [part: string | undefined, make: () => Network];
const of = (layer: Layer, input: Spec) => () => layer(input);

/** Every layer, and under which name describeBackends() knows it where it calls more than arithmetic. */
const everyLayer: Record<Exclude<LayerName, 'fromLayersModel' | 'conditionBy'>, Made> = {
  dense: [undefined, of(networks.dense({ units: 3, random }), row)],
  conv2d: ['convolutions', of(networks.conv2d({ filters: 2, kernelSize: 3, random }), image)],
  conv2dTranspose: ['convolutions', of(networks.conv2dTranspose({ filters: 2, kernelSize: 3, random }), image)],
  embedding: ['embeddings', of(networks.embedding({ vocabulary: 5, units: 3, random }), symbols)],
  lstm: ['recurrent layers', of(networks.lstm({ units: 3, sequences: true, random }), sequence)],
  gru: ['recurrent layers', of(networks.gru({ units: 3, random }), sequence)],
  selfAttention: ['attention', of(networks.selfAttention({ causal: true, heads: 2, random }), sequence)],
  batchNorm: ['batch normalization', of(networks.batchNorm(), image)],
  groupNorm: [undefined, of(networks.groupNorm({ groups: 1 }), image)],
  layerNorm: [undefined, of(networks.layerNorm(), row)],
  frozen: [undefined, () => networks.frozen(networks.dense({ units: 3, random })(row))],
  globalAverage: [undefined, of(networks.globalAverage(), image)],
  gumbelSoftmax: ['activations', of(networks.gumbelSoftmax(), row)],
  parallel: ['activations', of(networks.parallel([], [networks.elu()]), row)],
  projection: [undefined, of(networks.projection({ classes: 3, random }), row)],
  conditioned: [undefined, of(networks.conditioned({ classes: 3 }), row)],
  gaussianNoise: [undefined, of(networks.gaussianNoise({ scale: 0.5 }), row)],
  dropout: [undefined, of(networks.dropout({ rate: 0.5 }), row)],
  rescale: [undefined, of(networks.rescale([-1, 1], [0, 1]), image)],
  flatten: [undefined, of(networks.flatten(), image)],
  reshape: [undefined, of(networks.reshape([2, 3]), row)],
  relu: [undefined, of(networks.relu(), row)],
  leakyRelu: ['activations', of(networks.leakyRelu(), row)],
  elu: ['activations', of(networks.elu(), row)],
  selu: ['activations', of(networks.selu(), row)],
  tanh: [undefined, of(networks.tanh(), row)],
  sigmoid: [undefined, of(networks.sigmoid(), row)],
  softplus: ['activations', of(networks.softplus(), row)],
  swish: [undefined, of(networks.swish(), row)],
  gelu: ['activations', of(networks.gelu(), row)],
  softmax: ['activations', of(networks.softmax(), row)],
  residual: ['activations', of(networks.residual(networks.elu()), row)],
  perStep: ['activations', of(networks.perStep(networks.elu()), sequence)],
  sequential: [
    'convolutions',
    () => networks.sequential(image, networks.conv2d({ filters: 2, kernelSize: 3, random })),
  ],
  sequenceReader: ['recurrent layers', () => networks.sequenceReader({ input: sequence, hidden: [3], random })],
  network: [undefined, () => networks.network({ name: 'own', input: row, output: row, apply: (x) => x })],
  recurrentNetwork: [
    undefined,
    () =>
      networks.recurrentNetwork({
        name: 'own',
        input: sequence,
        output: sequence,
        state: [],
        advance: (y) => ({ y, state: [] }),
      }),
  ],
};

/** Whatever @gm/networks exports that makes networks; a new one has to be added to the list above. */
type Makers = typeof networks;
type LayerName = {
  [Name in keyof Makers]: Makers[Name] extends (...given: never) => infer Result
    ? Result extends Layer | Network
      ? Name
      : never
    : never;
}[keyof Makers];

const everyPart: Record<string, () => Network> = {
  'mlp encoder': () => latent.mlpEncoder({ input: row, hidden: [4], latent: 2, random }),
  'categorical encoder': () =>
    latent.categoricalEncoder(networks.sequential(row, networks.dense({ units: 6, random })), {
      variables: 2,
      categories: 3,
    }),
  'recurrent encoder': () => latent.recurrentEncoder({ input: sequence, hidden: [3], latent: 2, random }),
  codebook: () => latent.codebook({ input: row, size: 4, random }),
  'conv encoder': () => latent.convEncoder({ input: image, channels: [2], latent: 2, random }),
  'mlp decoder': () => generators.mlpDecoder({ latent: 2, hidden: [4], output: row, random }),
  'conv decoder': () => generators.convDecoder({ latent: 2, channels: [2], output: image, random }),
  'recurrent generator': () => generators.recurrentGenerator({ vocabulary: 5, time: 3, hidden: [4], random }),
  'dcgan generator': () => generators.dcganGenerator({ latent: 2, channels: 2, output: image, random }),
  'dcgan discriminator': () => discriminators.dcganDiscriminator({ input: image, channels: 2, random }),
  'mlp discriminator': () => discriminators.mlpDiscriminator({ input: row, hidden: [4], random }),
  'mlp classifier': () => discriminators.mlpClassifier({ input: row, hidden: [4], classes: 3, random }),
  'conv classifier': () => discriminators.convClassifier({ input: image, channels: [2], classes: 3, random }),
  'patch discriminator': () =>
    discriminators.patchDiscriminator({ input: image, channels: 2, kernelNorm: networks.spectralNorm(), random }),
  'resnet discriminator': () => discriminators.resnetDiscriminator({ input: image, channels: [2], classes: 3, random }),
  'resnet classifier': () =>
    discriminators.resnetClassifier({
      input: image,
      channels: [2],
      kernelNorm: networks.weightNorm(),
      classes: 3,
      random,
    }),
  'recurrent discriminator': () => discriminators.recurrentDiscriminator({ input: sequence, hidden: [3], random }),
  'recurrent classifier': () =>
    discriminators.recurrentClassifier({ input: symbols, padding: 0, hidden: [3], cell: 'gru', classes: 3, random }),
  'recurrent decoder': () => generators.recurrentDecoder({ latent: 2, output: spec([3, 1]), hidden: [3], random }),
  'borrowed body': () => {
    const given = discriminators.dcganDiscriminator({ input: image, channels: 2, random });
    return { ...discriminators.withHead(given, { classes: 3, random }), dispose: () => given.dispose() };
  },
  'adopted model': () => {
    const model = layersSequential();
    model.add(layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1], activation: 'relu' }));
    model.add(layers.maxPooling2d({ poolSize: 2 }));
    model.add(layers.averagePooling2d({ poolSize: 1 }));
    model.add(layers.depthwiseConv2d({ kernelSize: 2 }));
    model.add(layers.batchNormalization());
    model.add(layers.flatten());
    model.add(layers.dense({ units: 2 }));
    return networks.fromLayersModel(model);
  },
};

describe('the kernels that a network says it calls', () => {
  beforeEach(() => useBackend('cpu'));
  const all = Object.entries({
    ...Object.fromEntries(Object.entries(everyLayer).map(([k, [, make]]) => [k, make])),
    ...everyPart,
  });

  it.each(all)('are those that %s calls beyond arithmetic', (_, make) => {
    const network = make();
    const called = kernelsCalled(network).filter((kernel) => !ARITHMETIC.has(kernel));
    expect([...(network.kernels ?? [])]).toEqual(expect.arrayContaining(called));
    expect(new Set(network.kernels).size).toBe(network.kernels?.length ?? 0);
    network.dispose();
  });

  it.each(Object.entries(everyLayer))('are those that describeBackend() misses for %s', async (_, [part, make]) => {
    const network = make();
    for (const kernel of network.kernels ?? []) {
      const { cannotTrain } = (await without([kernel], describeBackend))!;
      expect(cannotTrain).toContainEqual({ part, kernels: [kernel] });
    }
    expect((network.kernels?.length ?? 0) > 0).toBe(part !== undefined);
    network.dispose();
  });
});

/** On a backend that lacks kernels. */
async function without<Result>(names: readonly string[], work: () => Promise<Result>): Promise<Result> {
  const backend = getBackend();
  const kernels = names.map((name): KernelConfig => getKernel(name, backend));
  for (const name of names) unregisterKernel(name, backend);
  try {
    return await work();
  } finally {
    for (const kernel of kernels) registerKernel(kernel);
  }
}

describe('a game that the backend in use cannot train', () => {
  afterEach(() => useBackend('cpu'));

  const adversaries = () => ({
    generator: generators.dcganGenerator({ latent: 2, channels: 2, output: image, random }),
    discriminator: discriminators.dcganDiscriminator({ input: image, channels: 2, random }),
    prior: latent.standardNormal(2),
  });

  // The first to use wasm in this file, so that it has no kernels yet but those of tfjs.
  it('is refused on wasm as tfjs ships it, which cannot train convolutions, and trains once gm’s kernels are there', async () => {
    await import('@tensorflow/tfjs-backend-wasm');
    expect(await setBackend('wasm')).toBe(true);
    expect([...ARITHMETIC].filter((kernel) => !getKernel(kernel, 'wasm'))).toEqual([]);
    const parts = adversaries();
    const tensors = memory().numTensors;
    await expectError(
      () => trainer(gan(parts), { averageDecay: 0.9 }),
      'GM_BACKEND',
      "training 'discriminator' calls",
      "'wasm' without Conv2DBackpropFilter",
      "await useBackend('wasm')",
    );
    expect(memory().numTensors).toBe(tensors);
    expect((await describeBackend())?.cannotTrain).toEqual(
      expect.arrayContaining([{ part: 'convolutions', kernels: ['Conv2DBackpropFilter'] }]),
    );
    await useBackend('wasm');
    const run = trainer(gan(parts));
    const x = tidy(() => ones([4, 8, 8, 1]));
    const metrics = run.step({ x });
    expect(Object.keys(metrics)).toContain('generator/loss');
    for (const tensor of [x, ...Object.values(metrics)]) tensor.dispose();
    run.dispose();
    for (const { dispose } of [parts.generator, parts.discriminator]) dispose();
  });

  it('is refused by the names of what is missing, of an embedding for instance', async () => {
    const head = networks.sequential(
      symbols,
      networks.embedding({ vocabulary: 5, units: 3, random }),
      networks.flatten(),
      networks.dense({ units: 2, random }),
    );
    const network = discriminators.discriminator({ body: head, head: networks.dense({ units: 2, random }) });
    await without(['UnsortedSegmentSum'], async () => {
      await expectError(() => trainer(classifier({ network })), 'GM_BACKEND', "'cpu' without UnsortedSegmentSum");
    });
    network.dispose();
  });

  it('is refused where a parameter is larger than the device takes', async () => {
    await expectNoLeak(async () => {
      const encoder = latent.mlpEncoder({ input: row, hidden: [40], latent: 2, random });
      const decoder = generators.mlpDecoder({ latent: 2, hidden: [4], output: row, random });
      attachDevice(engine().backend, {
        failure: undefined,
        tensorBytes: 6 * 40 * 4 - 1,
        settle: async () => undefined,
      });
      const game = vae({ encoder, decoder, prior: latent.standardNormal(2) } as never);
      await expectError(
        () => trainer(game, { averageDecay: 0.9 }),
        'GM_MEMORY',
        'at most 959 bytes',
        'encoder/',
        'of 960 bytes',
      );
      attachDevice(engine().backend, { failure: undefined, tensorBytes: 960, settle: async () => undefined });
      trainer(game).dispose();
      for (const part of [encoder, decoder]) part.dispose();
      attachDevice(engine().backend, { failure: undefined, settle: async () => undefined });
    });
  });
});
