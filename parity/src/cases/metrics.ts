import { type Random, seeded, spec } from '@gm/core';
import { mlpDecoder, recurrentGenerator } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { bernoulli } from '@gm/losses';
import {
  accuracy,
  activeUnits,
  bitsPerSymbol,
  confidence,
  correct,
  drawn,
  elboParts,
  evaluate,
  featuresOf,
  fld,
  gaussianCrps,
  iwaeBound,
  type LatentVariableModel,
  lenetParts,
  quantileCrps,
  sampleCrps,
  topProbability,
} from '@gm/metrics';
import { dense, sequential, tanh } from '@gm/networks';
import { dispose, softmax, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Case, Numbers } from '../case.js';
import { draw, drawWhole, read } from '../numbers.js';

const metric = (name: string, measure: () => Promise<Numbers>): Case => ({
  group: 'metrics',
  name,
  run: async () => ({ forward: await measure() }),
});

const scores = () => draw([6, 4]);
const labels = () => drawWhole([6], 4);
const measured = (name: string, f: () => Tensor) => metric(name, () => read(tidy(() => ({ value: f() }))));

/** A measure of a variational autoencoder. */
function modelled(name: string, measure: (model: LatentVariableModel) => Readonly<Record<string, Tensor>>): Case {
  return metric(name, async () => {
    const random = seeded('weights');
    const encoder = mlpEncoder({ input: spec([7]), hidden: [6], latent: 3, random });
    const decoder = mlpDecoder({ latent: 3, hidden: [6], output: spec([7], 'logits'), random });
    const x = draw([4, 7], { low: 0 });
    const parts = { encoder, decoder, prior: standardNormal(3), likelihood: bernoulli(), x, random: seeded('z') };
    try {
      return await read(tidy(() => measure(parts)));
    } finally {
      dispose(x);
      encoder.dispose();
      decoder.dispose();
    }
  });
}

const batches = () => [1, 2].map((seed) => ({ x: draw([4, 7], { seed }) }));

export const metricCases: readonly Case[] = [
  measured('correct', () => correct(scores(), labels())),
  measured('accuracy', () => accuracy(scores(), labels())),
  measured('topProbability', () => topProbability(softmax(scores()))),
  measured('confidence', () => confidence(softmax(scores()))),
  modelled('elboParts', (model) => elboParts({ ...model, samples: 3 })),
  modelled('iwaeBound', (model) => ({ bound: iwaeBound({ ...model, samples: 5, chunk: 2 }) })),
  metric('activeUnits', async () => {
    const encoder = mlpEncoder({ input: spec([7]), hidden: [6], latent: 3, random: seeded('weights') });
    const { active, variances } = await activeUnits({ encoder, batches: batches() });
    encoder.dispose();
    return { active: [active], variances };
  }),
  metric('bitsPerSymbol', async () => {
    const generator = recurrentGenerator({ vocabulary: 5, time: 4, hidden: [6], random: seeded('weights') });
    const symbols = Int32Array.from(seeded('text').words(40), (word) => word % 5);
    const { bits, count } = await bitsPerSymbol(generator, symbols, { rows: 2, time: 8 });
    generator.dispose();
    return { bits: [bits], count: [count] };
  }),
  measured('gaussianCrps', () => {
    const [targets, mean] = [draw([6]), draw([6], { seed: 1 })];
    return gaussianCrps(targets, mean, draw([6], { low: 0.5, seed: 2 }));
  }),
  measured('sampleCrps', () => sampleCrps(draw([6]), draw([5, 6], { seed: 1 }))),
  measured('quantileCrps', () => quantileCrps(draw([6]), draw([6, 3], { seed: 1 }), [0.1, 0.5, 0.9])),
  metric('featuresOf', async () => {
    const { values, count } = await featuresOf(sequential(spec([7]), tanh()), batches());
    return { values, count: [count] };
  }),
  metric('drawn', async () => {
    const generator = { sample: (count: number, random: Random) => random.uniform([count, 3]) };
    const batches = drawn(generator, { count: 5, batchSize: 2, random: seeded('z') });
    const { values } = await featuresOf(sequential(spec([3]), tanh()), batches);
    return { values };
  }),
  metric('fld', async () => {
    const network = sequential(spec([7]), dense({ units: 2, random: seeded('weights') }));
    const real = batches();
    const generated = [3, 4].map((seed) => ({ x: draw([4, 7], { seed }) }));
    const { value } = await fld({ lenet: { features: network, hash: 'of a test' }, real, generated, protocol: {} });
    network.dispose();
    return { value: [value] };
  }),
  metric('lenetParts', async () => {
    const { body, head } = lenetParts(seeded('weights'));
    const x = draw([2, 28, 28, 1], { low: 0 });
    const features = body.apply(x);
    const logits = head.apply(features);
    dispose(x);
    body.dispose();
    head.dispose();
    return read({ features, logits });
  }),
  metric('evaluate', async () => {
    const { total } = await evaluate(batches(), ({ x }) => ({ total: sum(x, 1) }));
    return { total: [total.mean, total.standardError, total.count] };
  }),
];
