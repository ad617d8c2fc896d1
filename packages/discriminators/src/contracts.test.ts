import { type SeededRandom, spec } from '@gm/core';
import { testDiscriminator, testNetwork } from '@gm/core/testing';
import {
  batchNorm,
  dense,
  flatten,
  fromLayersModel,
  layerNorm,
  sequential,
  spectralNorm,
  tanh,
  weightNorm,
} from '@gm/networks';
import { layers, sequential as model } from '@tensorflow/tfjs-layers';
import { beforeEach, describe, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { convClassifier } from './convClassifier.js';
import { dcganDiscriminator } from './dcganDiscriminator.js';
import { discriminator, type FeatureNetwork } from './discriminator.js';
import { mlpClassifier } from './mlpClassifier.js';
import { mlpDiscriminator } from './mlpDiscriminator.js';
import { patchDiscriminator } from './patchDiscriminator.js';
import { recurrentClassifier } from './recurrentClassifier.js';
import { recurrentDiscriminator } from './recurrentDiscriminator.js';
import { resnetClassifier } from './resnetClassifier.js';
import { resnetDiscriminator } from './resnetDiscriminator.js';
import { withHead } from './withHead.js';

const image = spec([8, 8, 2], [-1, 1]);
const channels = 3;

const factories: Record<string, { make: (random: SeededRandom) => FeatureNetwork; classes?: number }> = {
  mlpDiscriminator: { make: (random) => mlpDiscriminator({ input: spec([3, 2]), hidden: [6, 5], random }) },
  'mlpDiscriminator with dropout': {
    make: (random) => mlpDiscriminator({ input: spec([4]), hidden: [6], dropout: 0.3, random }),
  },
  'mlpDiscriminator without hidden layers': {
    make: (random) => mlpDiscriminator({ input: spec([4]), hidden: [], random }),
  },
  dcganDiscriminator: { make: (random) => dcganDiscriminator({ input: image, channels, random }) },
  'dcganDiscriminator without norm': {
    make: (random) => dcganDiscriminator({ input: image, channels, norm: 'none', random }),
  },
  'dcganDiscriminator with layer norm': {
    make: (random) => dcganDiscriminator({ input: image, channels: 8, norm: layerNorm, random }),
  },
  'dcganDiscriminator with spectral norm': {
    make: (random) => dcganDiscriminator({ input: image, channels, norm: 'none', kernelNorm: spectralNorm(), random }),
  },
  'mlpDiscriminator with spectral norm': {
    make: (random) => mlpDiscriminator({ input: spec([3, 2]), hidden: [6], kernelNorm: spectralNorm(), random }),
  },
  mlpClassifier: {
    make: (random) => mlpClassifier({ input: spec([3, 2], [0, 1]), hidden: [6], classes: 3, random }),
    classes: 3,
  },
  convClassifier: {
    make: (random) =>
      convClassifier({ input: spec([7, 6, 1], [0, 1]), classes: 3, channels: [2, 3], hidden: 4, random }),
    classes: 3,
  },
  patchDiscriminator: { make: (random) => patchDiscriminator({ input: image, channels, random }) },
  resnetDiscriminator: { make: (random) => resnetDiscriminator({ input: image, channels: [3, 4], random }) },
  'resnetDiscriminator with spectral norm': {
    make: (random) =>
      resnetDiscriminator({ input: spec([7, 5, 1]), channels: [3], kernelNorm: spectralNorm(), random }),
  },
  'resnetClassifier with batch norm': {
    make: (random) => resnetClassifier({ input: image, channels: [3, 4], norm: batchNorm, classes: 3, random }),
    classes: 3,
  },
  'resnetClassifier with weight norm': {
    make: (random) => resnetClassifier({ input: image, channels: [3], kernelNorm: weightNorm(), classes: 3, random }),
    classes: 3,
  },
  recurrentDiscriminator: {
    make: (random) => recurrentDiscriminator({ input: spec([4, 2]), hidden: [3, 4], random }),
  },
  'recurrentClassifier of symbols': {
    make: (random) =>
      recurrentClassifier({
        input: spec([4], [0, 5], 'int32'),
        padding: 0,
        hidden: [4],
        cell: 'gru',
        classes: 3,
        random,
      }),
    classes: 3,
  },
  'a body and a head that are finished networks': {
    make: (random) =>
      discriminator({
        body: sequential(spec([2, 2]), flatten(), dense({ units: 3, random }), tanh()),
        head: sequential(spec([3]), dense({ units: 2, random }), tanh(), dense({ units: 1, random })),
      }),
  },
  'an adopted model under a head': {
    make: (random) => discriminator({ body: adopted(), head: dense({ units: 2, random }) }),
    classes: 2,
  },
  withHead: { make: (random) => reheaded(random, { frozen: false }), classes: 3 },
  'withHead on a frozen body': { make: (random) => reheaded(random, { frozen: true }), classes: 3 },
};

/** A head on the body of another, which is freed with it. */
function reheaded(random: SeededRandom, options: { readonly frozen: boolean }): FeatureNetwork {
  const given = mlpDiscriminator({ input: spec([4]), hidden: [5], random });
  const classifier = withHead(given, { classes: 3, random, ...options });
  return {
    ...classifier,
    dispose() {
      classifier.dispose();
      given.dispose();
    },
  };
}

/** A tfjs-layers model; its weights are seeded by its own initialisers. */
function adopted() {
  const seeds = { kernelInitializer: 'ones', activation: 'tanh' } as const;
  return fromLayersModel(model({ layers: [layers.dense({ units: 4, inputShape: [3], ...seeds })] }));
}

describe.each(backends)('on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  for (const [name, { make, classes }] of Object.entries(factories)) {
    testNetwork({ describe, it }, name, make);
    testDiscriminator({ describe, it }, name, make, classes === undefined ? {} : { classes });
  }
});
