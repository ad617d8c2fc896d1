import { createHash } from 'node:crypto';
import { useBackend } from '@gm/backends';
import { type BatchSource, type Examples, isGmError, seeded, spec } from '@gm/core';
import { dcganDiscriminator } from '@gm/discriminators';
import { convDecoder } from '@gm/generators';
import { standardNormal } from '@gm/latent';
import {
  adam,
  decodeCheckpoint,
  encodeCheckpoint,
  type Game,
  gan,
  type Player,
  restoreCheckpoint,
  type TrainEvent,
  type TrainOptions,
  train,
  trainer,
} from '@gm/trainers';
import { type DataId, engine, env, memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missing } from './present.js';

const absent = await missing('webgpu');
const [STEPS, EVERY] = [12, 4];
/** How often it is destroyed, and how often it refuses a command. */
const [LOSSES, REFUSALS] = [20, 5];
const image = spec([8, 8, 1], [-1, 1]);

type Device = { destroy(): void; createBuffer(options: object): unknown };
const deviceNow = () => (engine().backend as unknown as { device: Device }).device;
/** The device is gone, as when a driver crashes. */
const destroy = () => deviceNow().destroy();
/** It refuses a command: its batch leaves zeros, and nothing says so but an event. */
const refuse = () => void deviceNow().createBuffer({ size: 16, usage: 0 });

const renew = async () => {
  await useBackend('webgpu', { software: true });
  env().set('WEBGPU_CPU_FORWARD', false); // small tensors would be computed in JavaScript
};

/** Where the device fails, and in which step. */
interface Strike {
  readonly step: number;
  readonly place: 'batch' | 'between' | 'read' | 'encode' | 'save';
  readonly fail: () => void;
}

function adversaries(): Game<Examples, unknown> {
  const random = seeded(1);
  const optimizer = () => adam({ learningRate: 1e-3, beta1: 0.5 });
  return gan({
    generator: convDecoder({ latent: 4, output: image, channels: [4], random }),
    discriminator: dcganDiscriminator({ input: image, channels: 4, norm: 'none', random }),
    prior: standardNormal(4),
    optimizers: { generator: optimizer(), discriminator: optimizer() },
  }) as Game<Examples, unknown>;
}

/** Calls `between` when the first player of a step has moved and the second has not. */
function watched(game: Game<Examples, unknown>, between: (step: number) => void): Game<Examples, unknown> {
  const [first, second] = game.players as [Player<Examples, unknown>, Player<Examples, unknown>];
  const loss: typeof second.loss = (batch, shared, turn) => {
    between(turn.step);
    return second.loss(batch, shared, turn);
  };
  return { ...game, players: [first, { ...second, loss }] };
}

/** Fails while the next tensor of that rank or a higher one is read. */
function onRead(rank: number, fail: () => void): void {
  const { backend, state } = engine();
  const read = Reflect.get(backend, 'read');
  Reflect.set(backend, 'read', (id: DataId) => {
    const values = Reflect.apply(read, backend, [id]);
    if (state.tensorInfo.get(id as never)!.shape.length >= rank) fail();
    return values;
  });
}

async function play(strike: Strike | undefined, more: Partial<TrainOptions> = {}) {
  let struck = strike === undefined;
  const fail = () => {
    if (!struck) strike!.fail();
    struck = true;
  };
  const at = (place: Strike['place'], step: number) => !struck && strike!.place === place && strike!.step === step;
  const game = watched(adversaries(), (step) => at('between', step) && fail());
  const run = trainer(game, { seed: 5, averageDecay: 0.9 });
  const data: BatchSource<Examples> = {
    example: image,
    batchSize: 4,
    batchesPerEpoch: 8,
    at(step) {
      const x = seeded('images').split(step).uniform([4, 8, 8, 1]);
      if (at('batch', step)) fail();
      if (at('read', step)) onRead(0, fail);
      if (at('encode', step)) onRead(1, fail);
      return { x };
    },
  };
  const saved: [number, string][] = [];
  let newest: Uint8Array | undefined;
  const save = (bytes: Uint8Array, step: number) => {
    if (!struck && strike!.place === 'save' && step >= strike!.step) fail();
    saved.push([step, hashOf(bytes)]);
    newest = bytes;
  };
  const events: TrainEvent[] = [];
  let error: unknown;
  try {
    const plan = { steps: STEPS, reportEvery: 3, checkpoint: { save, every: EVERY }, ...more };
    for await (const event of train(run, data, plan)) events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  const dispose = () => {
    run.dispose();
    for (const network of Object.values(run.networks)) network.dispose();
  };
  return { run, saved, newest, events, error, struck, dispose };
}

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** At random, the same ones in each run of this test. */
function strikes(): Strike[] {
  const places = ['batch', 'between', 'read', 'encode', 'save'] as const;
  const words = seeded('device loss').words(LOSSES + REFUSALS);
  return Array.from(words, (word, index) => ({
    step: 1 + (word % (STEPS - 1)),
    place: places[index % places.length]!,
    fail: index < LOSSES ? destroy : refuse,
  }));
}

describe.skipIf(absent)(`A WebGPU device that fails ${absent ?? ''}`, () => {
  let whole: Awaited<ReturnType<typeof play>>;
  beforeEach(renew);
  beforeAll(async () => {
    await renew();
    whole = await play(undefined);
    whole.dispose();
  });
  afterAll(() => {
    expect(memory().numTensors).toBe(0);
  });

  for (const [index, strike] of strikes().entries()) {
    const { step, place, fail } = strike;
    const guardEvery = index % 2 === 0 ? 1 : 3;
    it(`(${fail.name}, step ${step}, ${place}, guarded every ${guardEvery}) trains on to the very same weights`, async () => {
      const { struck, error, events, saved, dispose } = await play(strike, { guardEvery, recover: renew });
      dispose();
      expect(error).toBeUndefined();
      expect(struck).toBe(true);
      const recovered = events.filter(({ type }) => type === 'recovered').map((event) => event.step);
      // After the last save nothing more is asked of the device.
      expect(recovered.length).toBe(place === 'save' && step > STEPS - EVERY ? 0 : 1);
      for (const back of recovered) expect(back).toBeGreaterThanOrEqual(step - EVERY - 1);
      expect(saved).toEqual(whole.saved); // the last one is of the end
    });
  }

  it.each([1, 100])(
    'ends training within a step without recover, guarded every %i, and saves nothing more',
    async (guardEvery) => {
      const ended = await play({ step: 6, place: 'between', fail: destroy }, { guardEvery });
      expect(isGmError(ended.error, 'GM_DEVICE')).toBe(true);
      expect(ended.run.steps).toBeLessThanOrEqual(7);
      expect(ended.saved).toEqual(whole.saved.filter(([step]) => step <= 6));
      await renew();
      restoreCheckpoint(ended.run, await decodeCheckpoint(ended.newest!));
      expect(await encodeCheckpoint(ended.run)).toEqual(ended.newest);
      ended.dispose();
    },
  );
});
