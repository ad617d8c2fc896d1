import { seeded, spec } from '@gm/core';
import { mlpDecoder, recurrentGenerator } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { bernoulli } from '@gm/losses';
import {
  accuracy,
  activeUnits,
  bitsPerSymbol,
  confidence,
  correct,
  elboParts,
  evaluate,
  iwaeBound,
  type LatentVariableModel,
  topProbability,
} from '@gm/metrics';
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
  metric('evaluate', async () => {
    const { total } = await evaluate(batches(), ({ x }) => ({ total: sum(x, 1) }));
    return { total: [total.mean, total.standardError, total.count] };
  }),
];
