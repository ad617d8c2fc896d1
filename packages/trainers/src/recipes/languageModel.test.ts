import { useBackend } from '@gm/backends';
import { type Recurrent, seeded, spec } from '@gm/core';
import { expectClose, expectError } from '@gm/core/testing';
import { alphabetOf, passages } from '@gm/data';
import { recurrentGenerator, sampleSymbols } from '@gm/generators';
import { memory } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll } from '../../test/parts.js';
import {
  adam,
  decodeCheckpoint,
  encodeCheckpoint,
  languageModel,
  restoreCheckpoint,
  train,
  trainer,
} from '../index.js';

const text = 'the cat sat on the mat. the dog sat on the log. '.repeat(20);
const alphabet = alphabetOf(text);
const vocabulary = alphabet.characters.length;
const [batchSize, time] = [4, 16];
const data = passages(alphabet.encode(text), { vocabulary, batchSize, time });

const compose = (cell: 'lstm' | 'gru' = 'lstm', seed = 1) => {
  const generator = recurrentGenerator({ vocabulary, time, hidden: [32], cell, random: seeded(seed) });
  return trainer(languageModel({ generator, batchSize, optimizer: adam({ learningRate: 1e-2 }) }), {
    seed: 1,
    clipNorm: 1,
  });
};

async function trainTo(run: ReturnType<typeof compose>, steps: number): Promise<number> {
  let bits = Number.NaN;
  for await (const event of train(run, data, { steps, reportEvery: 10 })) {
    if (event.type === 'report') bits = event.metrics['generator/bits']!;
  }
  return bits;
}

describe.each(['cpu', 'wasm'] as const)('languageModel on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('carries its state from step to step, and begins anew with the text', async () => {
    const run = compose();
    const state = () => run.networks.state!.buffers!;
    await trainTo(run, 1);
    const carried = [...(await state()[0]!.data())];
    expect(carried.some((value) => value !== 0)).toBe(true);
    // What the next step starts from is what advance gives after the first piece, with the weights of that time.
    const fresh = compose();
    const { x, next } = data.at(0);
    const { y, state: after } = (fresh.networks.generator as Recurrent).advance(
      x,
      (fresh.networks.generator as Recurrent).start(batchSize),
    );
    await expectClose(after[0]!, carried, 1e-5);
    for (const tensor of [x, next, y, ...after]) tensor.dispose();
    await trainTo(run, data.batchesPerEpoch);
    const end = [...(await state()[0]!.data())];
    await trainTo(run, data.batchesPerEpoch + 1);
    expect([...(await state()[0]!.data())]).not.toEqual(end);
    disposeAll(run);
    disposeAll(fresh);
  });

  it('goes on from a checkpoint as if it had not stopped, state included', async () => {
    const whole = compose();
    await trainTo(whole, 6);
    const half = compose();
    await trainTo(half, 3);
    const bytes = await encodeCheckpoint(half);
    const other = compose('lstm', 2);
    restoreCheckpoint(other, await decodeCheckpoint(bytes));
    await trainTo(other, 6);
    expect(await encodeCheckpoint(other)).toEqual(await encodeCheckpoint(whole));
    for (const run of [whole, half, other]) disposeAll(run);
  });

  it('leaves no tensor behind', async () => {
    const before = memory().numTensors;
    const run = compose();
    await trainTo(run, 3);
    const during = memory().numTensors;
    await trainTo(run, 6);
    expect(memory().numTensors).toBe(during);
    disposeAll(run);
    expect(memory().numTensors).toBe(before);
  });
});

describe('languageModel learns', () => {
  beforeEach(async () => void (await useBackend('wasm'))); // 250 steps on cpu would take half a minute

  it.each(['lstm', 'gru'] as const)('with %s a little text nearly by heart, and says it', async (cell) => {
    const run = compose(cell);
    const before = await trainTo(run, 1);
    expect(before).toBeGreaterThan(Math.log2(vocabulary) - 1); // knows nothing yet
    expect(await trainTo(run, 250)).toBeLessThan(0.6);
    const generator = run.networks.generator as Recurrent;
    let said = '';
    const prompt = alphabet.encode('the cat sat on the ');
    for await (const symbol of sampleSymbols(generator, { prompt, length: 3, topK: 1, random: seeded(1) })) {
      said += alphabet.decode([symbol]);
    }
    expect(['mat', 'log']).toContain(said);
    disposeAll(run);
  });
});

describe('languageModel', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('refuses what does not fit before the first step', async () => {
    const generator = recurrentGenerator({ vocabulary: 5, time, hidden: [3], random: seeded(1) });
    await expectError(() => languageModel({ generator, batchSize: 0 }), 'GM_OPTION', 'batchSize');
    const bounded = { ...generator, output: spec([time, 5], [0, 1]) };
    await expectError(
      () => languageModel({ generator: bounded, batchSize }),
      'GM_FIT',
      'generator → softmaxCrossEntropy',
    );
    const run = trainer(languageModel({ generator, batchSize }));
    await expectError(() => train(run, data, { steps: 1 }).next(), 'GM_FIT', 'data → model');
    run.dispose();
    generator.dispose();
  });
});
