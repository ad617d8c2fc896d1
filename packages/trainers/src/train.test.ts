import { useBackend } from '@gm/backends';
import { spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { memory } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, recipes, ring } from '../test/parts.js';
import {
  decodeCheckpoint,
  type Game,
  type Player,
  sgd,
  type TrainEvent,
  type TrainOptions,
  train,
  trainer,
} from './index.js';

async function collect(options: TrainOptions, data = ring(), recipe = recipes.vae!(1)): Promise<TrainEvent[]> {
  const run = trainer(recipe, { seed: 1 });
  const events: TrainEvent[] = [];
  try {
    for await (const event of train(run, data as never, options)) events.push(event);
  } finally {
    disposeAll(run);
  }
  return events;
}

const shown = (events: TrainEvent[]) => events.map(({ type, step }) => `${type} ${step}`);

describe('train', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('reports, saves and ends where asked', async () => {
    const saved: number[] = [];
    const checkpoint = { every: 4, save: (_: Uint8Array, step: number) => void saved.push(step) };
    const events = await collect({ steps: 10, reportEvery: 5, checkpoint });
    expect(shown(events)).toEqual([
      'start 0',
      'checkpoint 4',
      'report 5',
      'checkpoint 8',
      'report 10',
      'checkpoint 10',
      'end 10',
    ]);
    expect(saved).toEqual([4, 8, 10]);
    expect(events.at(-1)).toMatchObject({ reason: 'finished' });
  });

  it('counts epochs by the data', async () => {
    const events = await collect({ epochs: 1.5 });
    expect(events.at(-1)).toMatchObject({ type: 'end', step: 15 });
    expect(events.find(({ type }) => type === 'report')).toMatchObject({ epoch: 1.5, progress: 1, secondsLeft: 0 });
  });

  it('stops after the given time', async () => {
    const events = await collect({ minutes: 0.002 });
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'finished' });
  });

  it('reports means of each loss since the last report', async () => {
    const each = await collect({ steps: 4, reportEvery: 1 });
    const [both] = (await collect({ steps: 4, reportEvery: 4 })).filter(({ type }) => type === 'report');
    const losses = each.flatMap((event) => (event.type === 'report' ? [event.metrics['autoencoder/loss']!] : []));
    const mean = losses.reduce((total, loss) => total + loss) / 4;
    expect(both).toMatchObject({ metrics: { 'autoencoder/loss': expect.closeTo(mean, 6) } });
  });

  it('ends after the step under way when aborted, with a checkpoint that can be read', async () => {
    const abort = new AbortController();
    const run = trainer(recipes.gan!(1));
    const saved: Uint8Array[] = [];
    const checkpoint = { save: (bytes: Uint8Array) => void saved.push(bytes) };
    const events: TrainEvent[] = [];
    for await (const event of train(run, ring() as never, {
      steps: 100,
      reportEvery: 3,
      signal: abort.signal,
      checkpoint,
    })) {
      events.push(event);
      if (event.type === 'report') abort.abort();
    }
    expect(shown(events)).toEqual(['start 0', 'report 3', 'checkpoint 3', 'end 3']);
    expect(events.at(-1)).toMatchObject({ reason: 'aborted' });
    expect((await decodeCheckpoint(saved[0]!)).steps).toBe(3);
    disposeAll(run);
  });

  it('frees every batch and metric, and everything when the loop is left', async () => {
    const before = memory().numTensors;
    const run = trainer(recipes.vaeGan!(1));
    for await (const event of train(run, ring() as never, { steps: 50, reportEvery: 7, guardEvery: 3 })) {
      if (event.step === 21) break;
    }
    disposeAll(run);
    expect(memory().numTensors).toBe(before);
  });

  it('reads a player that moves seldom as often as it moves', async () => {
    const parts = recipes.gan!(1) as Game<never, never>;
    const [discriminator, generator] = parts.players as [Player<never, never>, Player<never, never>];
    const slow = { ...parts, players: [discriminator, { ...generator, every: 5 }] };
    const events = await collect({ steps: 24, guardEvery: 4, reportEvery: 12 }, ring(), slow as never);
    const reports = events.filter((event) => event.type === 'report');
    expect(reports.map(({ step }) => step)).toEqual([12, 24]);
    for (const { metrics } of reports) expect(metrics['generator/loss']).toBeGreaterThan(0);
  });

  it('stops at the step where a loss is not finite, and saves nothing broken', async () => {
    const saves: number[] = [];
    const broken = { ...ring(), at: (step: number) => (step === 4 ? poisoned(ring().at(step)) : ring().at(step)) };
    const options = {
      steps: 10,
      checkpoint: { every: 1, save: (_: Uint8Array, step: number) => void saves.push(step) },
    };
    await expectError(() => collect(options, broken as never), 'GM_NOT_FINITE', 'train, step 5', 'autoencoder/');
    expect(saves).toEqual([1, 2, 3, 4]);
  });

  it('stops when a learning rate makes training diverge', async () => {
    await expectError(
      () =>
        collect(
          { steps: 200 },
          ring(),
          recipes.vae!(1, () => sgd({ learningRate: 1e6 })),
        ),
      'GM_NOT_FINITE',
      'Lower the learning rate',
    );
  });

  it('refuses data that do not fit before the first step', async () => {
    const wide = { ...ring(), example: spec([3]) };
    await expectError(() => collect({ steps: 1 }, wide), 'GM_FIT', 'data → model', '[2]', '[3]');
    const { classes: _, ...unlabelled } = ring();
    await expectError(
      () => collect({ steps: 1 }, unlabelled as never, recipes.classifier!(1)),
      'GM_LABEL',
      'no labels',
    );
    await expectError(
      () => collect({ steps: 1 }, { ...ring(), classes: 3 }, recipes.classifier!(1)),
      'GM_LABEL',
      '3 classes',
    );
  });

  it('wants exactly one way to say how long, inside its limits', async () => {
    await expectError(() => collect({}), 'GM_OPTION', 'exactly one of steps, epochs and minutes', 'none');
    await expectError(() => collect({ steps: 1, minutes: 1 }), 'GM_OPTION', 'steps and minutes');
    await expectError(() => collect({ steps: 1.5 }), 'GM_OPTION', 'steps');
    await expectError(() => collect({ minutes: -1 }), 'GM_OPTION', 'minutes');
    await expectError(() => collect({ steps: 1, reportEvery: 0.5 }), 'GM_OPTION', 'reportEvery');
    await expectError(() => collect({ steps: 1, guardEvery: 0 }), 'GM_OPTION', 'guardEvery');
    const checkpoint = { every: 0, save: () => undefined };
    await expectError(() => collect({ steps: 1, checkpoint }), 'GM_OPTION', 'checkpoint.every');
  });
});

function poisoned(batch: unknown): unknown {
  const { x } = batch as { x: { shape: number[]; dataSync(): Float32Array } };
  x.dataSync().fill(Number.NaN);
  return batch;
}
