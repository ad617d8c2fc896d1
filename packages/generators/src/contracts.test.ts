import { type Generator, type Network, type SeededRandom, type Spec, spec } from '@gm/core';
import { testGenerator, testNetwork } from '@gm/core/testing';
import { standardNormal, uniform } from '@gm/latent';
import { bernoulli, gaussianLikelihood } from '@gm/losses';
import { gumbelSoftmax, sequential } from '@gm/networks';
import { beforeEach, describe, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { convDecoder } from './convDecoder.js';
import { dcganGenerator } from './dcganGenerator.js';
import { type FromDecoderOptions, fromDecoder } from './fromDecoder.js';
import { mlpDecoder } from './mlpDecoder.js';
import { recurrentDecoder } from './recurrentDecoder.js';

const latent = 3;
const image = [8, 12, 2];

const networks: Record<string, (random: SeededRandom) => Network> = {
  mlpDecoder: (random) => mlpDecoder({ latent, hidden: [6, 5], output: spec([2, 2], [0, 1]), random }),
  'mlpDecoder without hidden layers': (random) => mlpDecoder({ latent, hidden: [], output: spec([4]), random }),
  'mlpDecoder to another interval': (random) =>
    mlpDecoder({ latent, hidden: [6], output: spec([4], [0, 255]), random }),
  convDecoder: (random) => convDecoder({ latent, output: spec(image, 'logits'), channels: [4, 3], random }),
  'convDecoder of one doubling': (random) =>
    convDecoder({ latent, output: spec([6, 6, 1], [-1, 1]), channels: [3], kernelSize: 3, random }),
  recurrentDecoder: (random) => recurrentDecoder({ latent, output: spec([4, 2], [-1, 1]), hidden: [3, 2], random }),
  'recurrentDecoder of drawn symbols': (random) =>
    sequential(
      spec([latent]),
      recurrentDecoder({ latent, output: spec([4, 5], 'logits'), hidden: [3], cell: 'gru', random }),
      gumbelSoftmax({ hard: false }),
    ),
  dcganGenerator: (random) => dcganGenerator({ latent, output: spec(image, [-1, 1]), channels: 4, random }),
  'dcganGenerator of logits': (random) =>
    dcganGenerator({ latent, output: spec([4, 4, 1], 'logits'), channels: 4, random }),
};

interface Sampled {
  readonly decoder: (random: SeededRandom) => Network;
  readonly options: FromDecoderOptions;
  readonly output: Spec;
}

const sampled: Record<string, Sampled> = {
  'fromDecoder with images': {
    decoder: networks.dcganGenerator!,
    options: { batch: 2 },
    output: spec(image, [-1, 1]),
  },
  'fromDecoder with logits': {
    decoder: networks.convDecoder!,
    options: { likelihood: bernoulli() },
    output: spec(image, [0, 1]),
  },
  'fromDecoder with means': {
    decoder: networks['mlpDecoder without hidden layers']!,
    options: { likelihood: gaussianLikelihood() },
    output: spec([4]),
  },
};

describe.each(backends)('on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  for (const [name, make] of Object.entries(networks)) testNetwork({ describe, it }, name, make);

  for (const [name, { decoder, options, output }] of Object.entries(sampled)) {
    const prior = name.endsWith('images') ? uniform(latent) : standardNormal(latent);
    const make = (random: SeededRandom): Generator & { dispose(): void } => {
      const network = decoder(random);
      return { ...fromDecoder(network, prior, options), dispose: network.dispose };
    };
    testGenerator({ describe, it }, name, make, { output });
  }
});
