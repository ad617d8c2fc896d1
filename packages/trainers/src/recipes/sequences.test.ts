import { useBackend } from '@gm/backends';
import { type BatchSource, type Examples, type LabelledExamples, type Network, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { batches, sequenceDataset } from '@gm/data';
import { recurrentClassifier, recurrentDiscriminator } from '@gm/discriminators';
import { codedGenerator, recurrentDecoder, recurrentGenerator, sampleSymbols } from '@gm/generators';
import { type GaussianEncoder, recurrentEncoder, standardNormal, uniform } from '@gm/latent';
import { gaussianLikelihood } from '@gm/losses';
import { gumbelSoftmax, sequential } from '@gm/networks';
import { cast, memory, oneHot, type Tensor1D, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll } from '../../test/parts.js';
import {
  adam,
  classifier,
  decodeCheckpoint,
  encodeCheckpoint,
  type GameTrainer,
  gan,
  linear,
  readMetrics,
  restoreCheckpoint,
  sequenceVae,
  sgd,
  train,
  trainer,
  vae,
} from '../index.js';

const [TIME, VOCABULARY, BATCH] = [6, 5, 32];
const symbols = spec([TIME], [0, VOCABULARY - 1], 'int32');

/** Sequences of the symbols 1 … 4 that alternate between two: 1212…, 2121…, 3434…, 4343…, labelled by which pair. */
const alternating = (first: number) =>
  Array.from({ length: TIME }, (_, step) => (step % 2 === 0 ? first : first % 2 === 0 ? first - 1 : first + 1));
const KINDS = [1, 2, 3, 4].map(alternating);
const isKind = (sequence: ArrayLike<number>) => KINDS.some((kind) => kind.join() === Array.from(sequence).join());

function pairs(): BatchSource<LabelledExamples> {
  return {
    example: symbols,
    classes: 2,
    batchSize: BATCH,
    batchesPerEpoch: 10,
    at(step) {
      const kinds = Array.from(seeded('pairs').split(step).words(BATCH), (word) => word % 4);
      return {
        x: tensor(
          kinds.flatMap((kind) => KINDS[kind]!),
          [BATCH, TIME],
          'int32',
        ),
        labels: tensor(
          kinds.map((kind) => kind >> 1),
          [BATCH],
          'int32',
        ),
      };
    },
  };
}

/** The same as one-hot rows, which gradients of a generator reach. */
function pairsOneHot(): BatchSource<Examples> {
  const whole = pairs();
  return {
    ...whole,
    example: spec([TIME, VOCABULARY], [0, 1]),
    async at(step) {
      const { x, labels } = await whole.at(step);
      const hot = tidy(() => cast(oneHot(x as Tensor1D, VOCABULARY), 'float32'));
      x.dispose();
      labels.dispose();
      return { x: hot };
    },
  };
}

/** Sines of one length and of any phase, [12, 1]. */
const STEPS = 12;
function sines(): BatchSource<Examples> {
  return {
    example: spec([STEPS, 1], [-1, 1]),
    batchSize: BATCH,
    batchesPerEpoch: 10,
    at(step) {
      const phases = seeded('sines').split(step).uniforms(BATCH);
      const values = Array.from(phases, (phase) => wave(2 * Math.PI * phase)).flat();
      return { x: tensor(values, [BATCH, STEPS, 1]) };
    },
  };
}
const wave = (phase: number) =>
  Array.from({ length: STEPS }, (_, step) => 0.8 * Math.sin(phase + (2 * Math.PI * step) / STEPS));

/** Root mean square distance of each series from the nearest sine of that length, with any phase and height. */
function distances(values: ArrayLike<number>): number[] {
  return Array.from({ length: values.length / STEPS }, (_, row) => {
    const series = Array.from({ length: STEPS }, (_, step) => values[row * STEPS + step]!);
    const along = (f: (x: number) => number) =>
      series.reduce((total, value, step) => total + value * f((2 * Math.PI * step) / STEPS), 0);
    const explained = (along(Math.sin) ** 2 + along(Math.cos) ** 2) / (STEPS / 2);
    const length = series.reduce((total, value) => total + value * value, 0);
    return Math.sqrt(Math.max(0, length - explained) / STEPS);
  });
}

async function trainTo<Batch>(run: GameTrainer<Batch>, data: BatchSource<never>, steps: number) {
  let metrics: Readonly<Record<string, number>> = {};
  for await (const event of train(run, data as never, { steps, reportEvery: 50 })) {
    if (event.type === 'report') metrics = event.metrics;
  }
  return metrics;
}

const compose = (seed = 1) => {
  const random = seeded(seed);
  const encoder = recurrentEncoder({ input: symbols, hidden: [24], latent: 2, random });
  const generator = recurrentGenerator({ vocabulary: VOCABULARY, time: TIME, hidden: [24], random });
  const decoder = codedGenerator({ generator, latent: 2, random });
  const beta = linear({ from: 0, to: 0.5, steps: 300 });
  const optimizer = adam({ learningRate: 1e-2 });
  const game = sequenceVae({ encoder, decoder, prior: standardNormal(2), beta, optimizer });
  return { run: trainer(game, { seed: 1 }), encoder, decoder };
};

describe('sequences', () => {
  // The layers are tried on each backend elsewhere; here it is the games, and the processor alone would take minutes.
  beforeEach(async () => void (await useBackend('wasm')));

  it('sequenceVae keeps in its code what a sequence is, and draws new ones from the prior', async () => {
    const { run, encoder, decoder } = compose();
    await trainTo(run, pairs() as never, 500);
    const told = async (z: ReturnType<GaussianEncoder['encode']>['mean']) => {
      const state = decoder.startFrom(z);
      const sequence: number[] = [];
      const options = { prompt: [0], state, length: TIME, temperature: 0.1, random: seeded(3) };
      for await (const symbol of sampleSymbols(decoder.generator, options)) sequence.push(symbol);
      for (const place of state) place.dispose();
      return sequence;
    };
    for (const kind of KINDS) {
      const { mean } = encoder.encode(tensor(kind, [1, TIME], 'int32'));
      expect(await told(mean)).toEqual(kind);
    }
    const random = seeded(4);
    const drawn = [];
    for (let index = 0; index < 40; index++) drawn.push(await told(random.normal([1, 2])));
    expect(drawn.filter(isKind).length).toBeGreaterThan(30); // by chance, 4 of 5⁶
    expect(new Set(drawn.map((sequence) => sequence.join())).size).toBeGreaterThanOrEqual(3);
    disposeAll(run);
  });

  it('sequenceVae goes on from a checkpoint as if it had not stopped, and leaves nothing behind', async () => {
    const tensors = memory().numTensors;
    const [whole, half, other] = [compose(), compose(), compose(2)];
    await trainTo(whole.run, pairs() as never, 6);
    await trainTo(half.run, pairs() as never, 3);
    restoreCheckpoint(other.run, await decodeCheckpoint(await encodeCheckpoint(half.run)));
    await trainTo(other.run, pairs() as never, 6);
    expect(await encodeCheckpoint(other.run)).toEqual(await encodeCheckpoint(whole.run));
    for (const { run } of [whole, half, other]) disposeAll(run);
    expect(memory().numTensors).toBe(tensors);
  });

  it('a classifier reads sequences of different lengths', async () => {
    const random = seeded(1);
    const network = recurrentClassifier({ input: symbols, padding: 0, hidden: [12], classes: 2, random });
    const run = trainer(classifier({ network, optimizer: adam({ learningRate: 1e-2 }) }), { seed: 1 });
    const lengths = Array.from(seeded('lengths').words(400), (word) => 1 + (word % TIME));
    const sequences = lengths.map((length, index) => KINDS[index % 4]!.slice(0, length));
    const labels = lengths.map((_, index) => (index % 4) >> 1);
    const cut = sequenceDataset({ sequences, vocabulary: VOCABULARY, padding: 0, time: TIME, labels });
    const metrics = await trainTo(run, batches(cut, { batchSize: BATCH, random }) as never, 150);
    expect(metrics['classifier/accuracy']).toBeGreaterThan(0.95);
    disposeAll(run);
  });

  it('a GAN of recurrent parts makes sines of any phase', async () => {
    const random = seeded(2);
    const output = spec([STEPS, 1], [-1, 1]);
    const generator = recurrentDecoder({ latent: 3, output, hidden: [16], cell: 'gru', random });
    const discriminator = recurrentDiscriminator({ input: output, hidden: [16], cell: 'gru', random });
    const optimizers = {
      generator: adam({ learningRate: 4e-3, beta1: 0.5 }),
      discriminator: adam({ learningRate: 4e-3, beta1: 0.5 }),
    };
    const prior = standardNormal(3);
    const run = trainer(gan({ generator, discriminator, prior, optimizers }), { seed: 1 });
    const look = async () => {
      const drawn = await tidy(() => generator.apply(prior.sample(200, seeded(5)))).data();
      const spread = Array.from({ length: 200 }, (_, row) => drawn[row * STEPS]!);
      const off = distances(drawn).sort((a, b) => a - b)[100]!;
      return { off, low: Math.min(...spread), high: Math.max(...spread) };
    };
    await trainTo(run, sines() as never, 600);
    const { off, low, high } = await look();
    expect(off).toBeLessThan(0.15); // the heights are 0.8
    expect([low < -0.3, high > 0.3]).toEqual([true, true]);
    disposeAll(run);
  });

  it('a GAN of symbols learns through Gumbel-softmax', async () => {
    const random = seeded(1);
    const logits = spec([TIME, VOCABULARY], 'logits');
    const generator = sequential(
      spec([4]),
      recurrentDecoder({ latent: 4, output: logits, hidden: [32], random }) as Network,
      gumbelSoftmax(),
    );
    const discriminator = recurrentDiscriminator({ input: spec([TIME, VOCABULARY], [0, 1]), hidden: [24], random });
    const optimizers = {
      generator: adam({ learningRate: 2e-2, beta1: 0.5 }),
      discriminator: adam({ learningRate: 2e-3, beta1: 0.5 }),
    };
    const prior = standardNormal(4);
    const run = trainer(gan({ generator, discriminator, prior, optimizers }), { seed: 1 });
    await trainTo(run, pairsOneHot() as never, 2000);
    const drawn = await tidy(() => generator.apply(prior.sample(200, seeded(5)), { random: seeded(6) })).data();
    const sequences = Array.from({ length: 200 }, (_, row) =>
      Array.from({ length: TIME }, (_, step) => {
        const at = (row * TIME + step) * VOCABULARY;
        return drawn.slice(at, at + VOCABULARY).indexOf(1);
      }),
    );
    expect(sequences.filter(isKind).length).toBeGreaterThan(100); // by chance, 0.05
    disposeAll(run);
  });

  it('a VAE of series is made of recurrent parts', async () => {
    const random = seeded(1);
    const output = spec([STEPS, 1], [-1, 1]);
    const encoder = recurrentEncoder({ input: output, hidden: [16], cell: 'gru', latent: 2, random });
    const decoder = recurrentDecoder({ latent: 2, output, hidden: [16], cell: 'gru', random });
    const parts = { encoder, decoder, prior: standardNormal(2), likelihood: gaussianLikelihood({ scale: 0.2 }) };
    const run = trainer(vae({ ...parts, optimizer: adam({ learningRate: 1e-2 }) }), { seed: 1 });
    const first = await trainTo(run, sines() as never, 50);
    const last = await trainTo(run, sines() as never, 250);
    expect(last['autoencoder/loss']).toBeLessThan(first['autoencoder/loss']! - 20); // of STEPS · ½ (0.8² ½ / 0.2²) ≈ 48 nats
    disposeAll(run);
  });
});

describe('the options of sequenceVae', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('let freeBits set a floor under what the code costs', async () => {
    const random = seeded(1);
    const encoder = recurrentEncoder({ input: symbols, hidden: [4], latent: 2, random });
    const generator = recurrentGenerator({ vocabulary: VOCABULARY, time: TIME, hidden: [4], random });
    const decoder = codedGenerator({ generator, latent: 2, random });
    const costs = async (freeBits: number) => {
      const game = sequenceVae({
        encoder,
        decoder,
        prior: standardNormal(2),
        freeBits,
        optimizer: sgd({ learningRate: 1e-9 }),
      });
      const run = trainer(game, { seed: 1 });
      const x = tensor2d(Array(2 * TIME).fill(1), [2, TIME], 'int32');
      const metrics = await readMetrics(run.step({ x }));
      run.dispose();
      return metrics;
    };
    const [none, some] = [await costs(0), await costs(3)];
    expect(none['autoencoder/divergence']).toBeLessThan(6);
    expect(some['autoencoder/divergence']).toBeCloseTo(2 * 3, 5);
    expect(some['autoencoder/reconstruction']).toBeCloseTo(none['autoencoder/reconstruction']!, 5);
  });

  it('are refused outside their limits, and parts that do not fit', async () => {
    const random = seeded(1);
    const encoder = recurrentEncoder({ input: symbols, hidden: [4], latent: 2, random });
    const generator = recurrentGenerator({ vocabulary: VOCABULARY, time: TIME, hidden: [4], random });
    const decoder = codedGenerator({ generator, latent: 2, random });
    const parts = { encoder, decoder, prior: standardNormal(2) };
    const series = recurrentEncoder({ input: spec([TIME, 1]), hidden: [4], latent: 2, random });
    await expectNoLeak(async () => {
      for (const stepDropout of [-0.1, 1.1]) {
        await expectError(() => sequenceVae({ ...parts, stepDropout }), 'GM_OPTION', 'stepDropout');
      }
      await expectError(() => sequenceVae({ ...parts, beta: -1 }), 'GM_OPTION', 'beta');
      await expectError(() => sequenceVae({ ...parts, freeBits: -1 }), 'GM_OPTION', 'freeBits');
      const sampled = { ...standardNormal(2), divergenceFrom: undefined };
      await expectError(
        () => sequenceVae({ ...parts, prior: sampled as never, freeBits: 1 }),
        'GM_OPTION',
        'sequenceVae: expected a prior whose divergence has a closed form',
      );
      await expectError(() => sequenceVae({ ...parts, start: 5 }), 'GM_OPTION', 'start');
      await expectError(() => sequenceVae({ ...parts, padding: 1.5 }), 'GM_OPTION', 'padding');
      await expectError(() => sequenceVae({ ...parts, prior: standardNormal(3) }), 'GM_FIT', 'encoder → prior');
      await expectError(() => sequenceVae({ ...parts, prior: uniform(2) }), 'GM_FIT', 'infinite');
      await expectError(() => sequenceVae({ ...parts, encoder: series }), 'GM_FIT', 'encoder → generator');
    });
    const other = codedGenerator({ generator, latent: 3, random });
    await expectError(() => sequenceVae({ ...parts, decoder: other }), 'GM_FIT', 'prior → initial');
  });
});
