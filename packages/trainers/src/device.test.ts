import { useBackend } from '@gm/backends';
import { type BatchSource, isGmError, seeded } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { type DataId, engine, memory, setBackend, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FailingDevice, type Fault, newDevice } from '../test/device.js';
import { disposeAll, recipes, ring, trainFor } from '../test/parts.js';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type Game,
  type GameTrainer,
  type Player,
  readMetrics,
  restoreCheckpoint,
  type TrainEvent,
  type TrainOptions,
  train,
  trainer,
} from './index.js';

const options = { seed: 3, averageDecay: 0.99 };
const STEPS = 24;
const EVERY = 5;

/** The device in use; tests make it fail, `recover` replaces it. */
let device: FailingDevice;
beforeEach(async () => {
  await useBackend('cpu');
  device = await newDevice();
});
const renew = async () => {
  device = await newDevice();
};

const shown = (events: readonly TrainEvent[]) => events.map(({ type, step }) => `${type} ${step}`);
const reportsOf = (events: readonly TrainEvent[]) =>
  events.flatMap((event) => (event.type === 'report' ? [[event.step, event.metrics]] : []));

interface Faults {
  /** While that batch is made. */
  batch?(step: number): void;
  /** After the first player of that step has moved, before the second does. */
  between?(step: number): void;
  save?(bytes: Uint8Array, step: number): void | Promise<void>;
}

interface Ending {
  readonly events: TrainEvent[];
  readonly bytes: Uint8Array | undefined;
  readonly saved: ReadonlyMap<number, Uint8Array>;
  readonly error: unknown;
  readonly lastBatch: number;
}

/** Trains a GAN and gives its last state, all it said and saved, and what ended it. */
async function play(faults: Faults, more: Partial<TrainOptions> = {}, recipe = 'gan'): Promise<Ending> {
  const run = trainer(interrupted(recipes[recipe]!(1), faults), options);
  const events: TrainEvent[] = [];
  const saved = new Map<number, Uint8Array>();
  let lastBatch = -1;
  const data: BatchSource<never> = {
    ...(ring() as unknown as BatchSource<never>),
    at(step) {
      faults.batch?.(step);
      lastBatch = step;
      return ring().at(step) as never;
    },
  };
  const save = async (bytes: Uint8Array, step: number) => {
    await faults.save?.(bytes, step);
    saved.set(step, bytes);
  };
  const plan = { steps: STEPS, reportEvery: 4, checkpoint: { save, every: EVERY }, ...more };
  let error: unknown;
  try {
    for await (const event of train(run, data, plan)) events.push(event);
  } catch (thrown) {
    error = thrown;
  }
  const bytes = error === undefined ? await encodeCheckpoint(run) : undefined;
  disposeAll(run);
  return { events, bytes, saved, error, lastBatch };
}

function interrupted(game: Game<never, never>, { between }: Faults): Game<never, never> {
  const [first, ...others] = game.players as Player<never, never>[];
  const before = (player: Player<never, never>): Player<never, never> => ({
    ...player,
    loss(batch, shared, turn) {
      between?.(turn.step);
      return player.loss(batch, shared, turn);
    },
  });
  return { ...game, players: [first!, ...others.map(before)] };
}

/** Runs `work` once, at the chosen step, however often that is reached. */
function once(step: number, work: () => void) {
  let done = false;
  return (now: number) => {
    if (done || now !== step) return;
    done = true;
    work();
  };
}

/** The places where a failure strikes, at a step from 1 to STEPS − 1; a save is one of those that come next. */
const places: Record<string, (step: number, fault: Fault) => Faults> = {
  'while the batch is made': (step, fault) => ({ batch: once(step, () => device.fail(fault)) }),
  'between two players': (step, fault) => ({ between: once(step, () => device.fail(fault)) }),
  'seen between two players': (step) => ({ between: once(step, () => device.failAloud()) }),
  'while losses are read': (step, fault) => ({ batch: once(step, () => failOnRead(fault, 0)) }),
  'while a checkpoint is read': (step, fault) => ({ batch: once(step, () => failOnRead(fault, 1)) }),
  'while a checkpoint is written': (step, fault) => {
    const strike = once(Math.ceil(step / (EVERY + 1)) * EVERY, () => device.fail(fault));
    return { save: (_, now) => strike(now) };
  },
};

/** Fails when a tensor of that rank or a higher one is read next. */
function failOnRead(fault: Fault, rank: number): void {
  const { backend, state } = engine();
  const read = Reflect.get(backend, 'read');
  const failing = (id: DataId) => {
    if (state.tensorInfo.get(id as never)!.shape.length >= rank) device.fail(fault);
    return Reflect.apply(read, backend, [id]);
  };
  Reflect.set(backend, 'read', failing);
}

const draws = seeded('where the device fails');
/** So many different steps, the same ones each time. */
const randomSteps = (place: string, count: number) =>
  [...draws.split(place).permutation(STEPS - 1)].slice(0, count).map((step) => step + 1);

describe('training whose device fails', () => {
  for (const [place, faultsAt] of Object.entries(places)) {
    for (const fault of ['lost', 'refused'] as const) {
      for (const guardEvery of [1, 7]) {
        it(`${place} (${fault}, guarded every ${guardEvery}) goes on as if nothing had happened`, async () => {
          const whole = await play({}, { guardEvery });
          for (const step of randomSteps(`${place} ${fault} ${guardEvery}`, 4)) {
            const tensors = memory().numTensors;
            const mended = await play(faultsAt(step, fault), { guardEvery, recover: renew });
            expect(mended.error).toBeUndefined();
            expect(mended.bytes).toEqual(whole.bytes);
            expect([...mended.saved]).toEqual([...whole.saved]);
            const at = mended.events.findIndex(({ type }) => type === 'recovered');
            const back = mended.events[at]?.step ?? -1;
            expect(back % EVERY).toBe(0);
            // What is said after going back is what the uninterrupted run said of those steps.
            expect(reportsOf(mended.events.slice(at))).toEqual(
              reportsOf(whole.events).filter(([s]) => Number(s) > back),
            );
            expect(memory().numTensors).toBe(tensors);
          }
        });
      }
    }
  }
});

describe('without recover, a failing device', () => {
  it.each([1, 7])(
    'ends training within one step (guarded every %i), and nothing read from it is saved',
    async (guardEvery) => {
      const whole = await play({}, { guardEvery });
      for (const step of randomSteps(`alone ${guardEvery}`, 5)) {
        await renew();
        await renew();
        const { error, saved, lastBatch } = await play(places['between two players']!(step, 'refused'), { guardEvery });
        expect(isGmError(error, 'GM_DEVICE')).toBe(true);
        expect(lastBatch).toBe(step);
        expect([...saved]).toEqual([...whole.saved].filter(([at]) => at <= step));
      }
    },
  );

  it('ends a step before it starts, and one under way before it counts', async () => {
    const run = trainer(interrupted(recipes.gan!(1), { between: once(1, () => device.failAloud()) }), options);
    const batch = await ring().at(0);
    await readMetrics(run.step(batch as never));
    const tensors = memory().numTensors;
    await expectError(() => run.step(batch as never), 'GM_DEVICE', 'a device that works');
    await expectError(() => run.step(batch as never), 'GM_DEVICE');
    await expectError(() => run.withAverages(() => 0), 'GM_DEVICE');
    expect(run.steps).toBe(1);
    expect(memory().numTensors).toBe(tensors);
    disposeAll(run);
  });

  it('is what is thrown in place of whatever goes wrong then, which becomes its cause', async () => {
    const run = trainer(recipes.vae!(1), options);
    const batch = await ring().at(0);
    const metrics = run.step(batch as never);
    device.fail('lost');
    const tensors = memory().numTensors;
    const error = await caught(readMetrics(metrics));
    expect(error).toMatchObject({ code: 'GM_DEVICE', cause: { name: 'AbortError', message: '' } });
    await expectError(() => encodeCheckpoint(run), 'GM_DEVICE');
    expect(memory().numTensors).toBe(tensors - Object.keys(metrics).length);
    disposeAll(run);
  });

  it('gives no checkpoint of the zeros that a refused command leaves', async () => {
    const run = trainer(recipes.vae!(1), options);
    await trainFor(run, 2);
    device.fail('refused');
    const tensors = memory().numTensors;
    expect(await caught(encodeCheckpoint(run))).toMatchObject({ code: 'GM_DEVICE' });
    expect(memory().numTensors).toBe(tensors);
    disposeAll(run);
  });

  it('that had failed before ends training before it begins', async () => {
    device.failAloud();
    const { events, error } = await play({}, { recover: renew });
    expect([events.length, isGmError(error, 'GM_DEVICE')]).toEqual([0, true]);
  });
});

describe('recover', () => {
  const lose = () => device.fail('lost');

  it('says where training goes on, and repeats what was said of later steps', async () => {
    const { events } = await play({ batch: once(9, lose) }, { recover: renew });
    expect(shown(events)).toEqual([
      ...['start 0', 'report 4', 'checkpoint 5', 'report 8', 'recovered 5', 'report 8', 'checkpoint 10', 'report 12'],
      ...['checkpoint 15', 'report 16', 'report 20', 'checkpoint 20', 'report 24', 'checkpoint 24', 'end 24'],
    ]);
  });

  it('goes back to the start of the call when nothing was saved since', async () => {
    const run = trainer(recipes.vae!(1), options);
    await trainFor(run, 3);
    const strike = once(8, lose);
    const at = (step: number) => {
      strike(step);
      return ring().at(step);
    };
    const data = { ...ring(), at };
    const events: TrainEvent[] = [];
    for await (const event of train(run, data as never, { steps: 10, recover: renew })) events.push(event);
    expect(shown(events)).toEqual(['start 3', 'recovered 3', 'report 10', 'end 10']);
    const twin = trainer(recipes.vae!(1), options);
    await trainFor(twin, 10);
    expect(await encodeCheckpoint(run)).toEqual(await encodeCheckpoint(twin));
    for (const one of [run, twin]) disposeAll(one);
  });

  it('is called again when the new device fails while training is put back', async () => {
    let calls = 0;
    const recover = async () => {
      await renew();
      calls += 1;
      if (calls < 3) device.failAloud();
    };
    const whole = await play({});
    const mended = await play({ batch: once(9, lose) }, { recover });
    expect([calls, mended.bytes]).toEqual([3, whole.bytes]);
  });

  it('is called three times for one checkpoint, and anew for the next', async () => {
    let calls = 0;
    const recover = async () => {
      calls += 1;
      await renew();
    };
    const stubborn = await play({ batch: (step) => step === 9 && lose() }, { recover });
    expect([calls, stubborn.error]).toEqual([3, expect.objectContaining({ code: 'GM_DEVICE' })]);
    await renew();
    calls = 0;
    const strikes = new Map([7, 8, 9, 11, 12, 13].map((step) => [step, once(step, lose)]));
    const lucky = await play({ batch: (step) => strikes.get(step)?.(step) }, { recover });
    expect([calls, lucky.error]).toEqual([6, undefined]);
  });

  it('that mends nothing ends with the failure', async () => {
    let calls = 0;
    const recover = async () => {
      calls += 1;
    };
    const { error } = await play({ batch: once(9, lose) }, { recover });
    expect([calls, isGmError(error, 'GM_DEVICE')]).toEqual([3, true]);
  });

  it('that throws ends training with what it threw', async () => {
    const recover = () => Promise.reject(new Error('no adapter answers'));
    expect((await play({ batch: once(9, lose) }, { recover })).error).toMatchObject({ message: 'no adapter answers' });
  });

  it('is not called for an error that is not the device’s', async () => {
    let calls = 0;
    const recover = async () => {
      calls += 1;
    };
    const broken = () => {
      throw new Error('no such file');
    };
    const { error } = await play({ batch: once(9, broken) }, { recover });
    expect([calls, error]).toEqual([0, expect.objectContaining({ message: 'no such file' })]);
  });

  it('repeats a save that used the failing device itself', async () => {
    const strike = once(10, lose);
    const save = async (_: Uint8Array, step: number) => {
      strike(step);
      const x = tensor1d([1]);
      await readMetrics({ x });
    };
    const whole = await play({});
    const mended = await play({ save }, { recover: renew });
    expect(shown(mended.events).slice(4, 7)).toEqual(['recovered 10', 'checkpoint 10', 'report 12']);
    expect([...mended.saved]).toEqual([...whole.saved]);
  });

  it('ends when the same save fails three times in a row', async () => {
    let calls = 0;
    const recover = async () => {
      calls += 1;
      await renew();
    };
    const save = async (_: Uint8Array, step: number) => {
      if (step === 10) lose();
      await readMetrics({ x: tensor1d([1]) });
    };
    const { error, saved } = await play({ save }, { recover });
    expect([calls, isGmError(error, 'GM_DEVICE'), [...saved.keys()]]).toEqual([3, true, [5]]);
  });

  it('keeps the newest checkpoint although the caller hands its bytes away', async () => {
    const save = (bytes: Uint8Array) => void structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    const whole = await play({});
    expect((await play({ save, batch: once(9, lose) }, { recover: renew })).bytes).toEqual(whole.bytes);
  });

  it.each(Object.keys(recipes))('continues %s bit for bit', async (recipe) => {
    const whole = await play({}, {}, recipe);
    const mended = await play({ batch: once(17, lose) }, { recover: renew }, recipe);
    expect(mended.bytes).toEqual(whole.bytes);
  });
});

describe('restoring', () => {
  it('works when the run lies on a device that is lost, and frees what it held', async () => {
    const run = trainer(recipes.vaeGan!(1), options);
    await trainFor(run, 3);
    const bytes = await encodeCheckpoint(run);
    await trainFor(run, 2);
    const tensors = memory();
    device.failAloud();
    await renew();
    restoreCheckpoint(run, await decodeCheckpoint(bytes));
    expect(await encodeCheckpoint(run)).toEqual(bytes);
    expect(memory()).toMatchObject({ numTensors: tensors.numTensors, numBytes: tensors.numBytes });
    disposeAll(run);
  });

  it('changes nothing when an optimizer refuses, or the device has failed', async () => {
    const run = trainer(recipes.gan!(1), options);
    await trainFor(run, 3);
    const old = await decodeCheckpoint(await encodeCheckpoint(run));
    await trainFor(run, 2);
    const before = await encodeCheckpoint(run);
    const tensors = memory().numTensors;
    const [, last] = Object.entries(run.optimizers);
    const refusing = { ...run.optimizers, [last![0]]: { ...last![1], restore: () => notMine() } };
    const wrapped: GameTrainer<never> = Object.create(run, { optimizers: { value: refusing } });
    await expectError(() => restoreCheckpoint(wrapped, old), 'GM_OPTION', 'mine');
    expect(await encodeCheckpoint(run)).toEqual(before);
    expect(memory().numTensors).toBe(tensors);
    device.failAloud();
    await expectError(() => restoreCheckpoint(run, old), 'GM_DEVICE');
    expect(run.steps).toBe(5);
    disposeAll(run);
  });

  it('shares no memory with the checkpoint, which can be restored again', async () => {
    const run = trainer(recipes.vae!(1), options);
    await trainFor(run, 3);
    const bytes = await encodeCheckpoint(run);
    const checkpoint = await decodeCheckpoint(bytes);
    for (let time = 0; time < 2; time++) {
      restoreCheckpoint(run, checkpoint);
      expect(await encodeCheckpoint(run)).toEqual(bytes);
      await trainFor(run, 3);
      restoreCheckpoint(run, checkpoint);
      for (const parameter of Object.values(run.networks.encoder!.parameters)) parameter.dataSync().fill(7);
    }
    disposeAll(run);
  });
});

describe('a run on another backend than the one in use', () => {
  it('is refused by name, with the call that moves it', async () => {
    const run = trainer(recipes.classifier!(1), options);
    await trainFor(run, 2);
    const bytes = await encodeCheckpoint(run);
    const batch = await ring().at(0);
    await useBackend('wasm');
    await setBackend('cpu');
    await expectError(
      () => run.step(batch as never),
      'GM_BACKEND',
      "all parameters on 'cpu'",
      "parameters/classifier/body/1/kernel on 'wasm'",
      "await useBackend('cpu')",
    );
    await expectError(() => encodeCheckpoint(run), 'GM_BACKEND');
    await expectError(() => run.withAverages(() => 0), 'GM_BACKEND');
    await useBackend('cpu');
    expect(await encodeCheckpoint(run)).toEqual(bytes);
    await readMetrics(run.step(batch as never));
    disposeAll(run);
  });

  it('is at home again once a checkpoint is restored, or moves while its averages are in place', async () => {
    const run = trainer(recipes.classifier!(1), options);
    await trainFor(run, 2);
    const bytes = await encodeCheckpoint(run);
    await useBackend('wasm');
    await setBackend('cpu');
    restoreCheckpoint(run, await decodeCheckpoint(bytes));
    expect(await encodeCheckpoint(run)).toEqual(bytes);
    await run.withAverages(() => useBackend('wasm'));
    expect(await encodeCheckpoint(run)).toEqual(bytes);
    disposeAll(run);
  });

  it('is refused when only an optimizer or the averages lie elsewhere, or where its backend is gone', async () => {
    const run = trainer(recipes.vae!(1), options);
    await trainFor(run, 1);
    const bytes = await encodeCheckpoint(run);
    const batch = await ring().at(0);
    await renew();
    await expectError(
      () => run.step(batch as never),
      'GM_BACKEND',
      'on a backend that is gone',
      'Restore a checkpoint',
    );
    const { arrays } = await decodeCheckpoint(bytes);
    for (const [name, variable] of Object.entries(run.networks).flatMap(([network, { parameters }]) =>
      Object.entries(parameters).map(([key, value]) => [`parameters/${network}/${key}`, value] as const),
    )) {
      const value = tensor(arrays[name]!.data as Float32Array, variable.shape);
      variable.assign(value);
      value.dispose();
    }
    await expectError(() => run.step(batch as never), 'GM_BACKEND', 'optimizers/autoencoder/');
    disposeAll(run);
  });
});

function notMine(): never {
  throw Object.assign(new Error('mine'), { code: 'GM_OPTION' });
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
