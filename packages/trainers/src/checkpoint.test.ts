import { useBackend } from '@gm/backends';
import { expectError } from '@gm/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, recipes, ring, trainFor } from '../test/parts.js';
import {
  adam,
  adamW,
  decodeCheckpoint,
  encodeCheckpoint,
  type GameTrainer,
  restoreCheckpoint,
  rmsprop,
  sgd,
  trainer,
} from './index.js';

const options = { seed: 3, averageDecay: 0.99 };
const methods = {
  adam: () => adam(),
  adamW: () => adamW(),
  rmsprop: () => rmsprop(),
  momentum: () => sgd({ learningRate: 1e-3, momentum: 0.9 }),
};

/** The run from its start to `steps`, in one piece or restored in between from bytes. */
async function finalBytes(make: () => GameTrainer<never>, steps: number, stops: number[]): Promise<Uint8Array> {
  let run = make();
  for (const stop of [...stops, steps]) {
    await trainFor(run, stop - run.steps);
    const bytes = await encodeCheckpoint(run);
    disposeAll(run);
    if (stop === steps) return bytes;
    run = make();
    restoreCheckpoint(run, await decodeCheckpoint(bytes));
  }
  throw new Error('no stop at the end');
}

describe.each(['cpu', 'wasm'] as const)('a checkpoint on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it.each(Object.keys(recipes))('continues %s from step 100 of 200 bit for bit', async (name) => {
    const make = () => trainer(recipes[name]!(1), options);
    const whole = await finalBytes(make, 200, []);
    expect(await finalBytes(make, 200, [100])).toEqual(whole);
  });

  it.each(Object.entries(methods))(
    'continues a GAN under %s bit for bit after stops at 1, 7 and 20',
    async (_, method) => {
      const make = () => trainer(recipes.gan!(1, method), options);
      expect(await finalBytes(make, 30, [1, 7, 20])).toEqual(await finalBytes(make, 30, []));
    },
  );

  it('repeats itself under one seed and differs under another', async () => {
    const bytes = (seed: number) => finalBytes(() => trainer(recipes.vae!(1), { seed }), 20, []);
    const [one, again, other] = [await bytes(0), await bytes(0), await bytes(1)];
    expect(again).toEqual(one);
    expect(other).not.toEqual(one);
  });
});

describe('a checkpoint', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('is of one moment, even when training goes on while it is read', async () => {
    const run = trainer(recipes.vae!(1), options);
    await trainFor(run, 2);
    const before = await encodeCheckpoint(run);
    const pending = encodeCheckpoint(run);
    run.step((await ring().at(2)) as never);
    expect(await pending).toEqual(before);
    disposeAll(run);
  });

  it('carries the caller’s metadata and the step', async () => {
    const run = trainer(recipes.vae!(1), options);
    await trainFor(run, 3);
    const checkpoint = await decodeCheckpoint(await encodeCheckpoint(run, { command: 'gm train vae' }));
    expect(checkpoint.steps).toBe(3);
    expect(checkpoint.metadata).toEqual({ command: 'gm train vae' });
    disposeAll(run);
  });

  it('is refused when any bit of its numbers or its head is flipped', async () => {
    const run = trainer(recipes.vae!(1), options);
    await trainFor(run, 1);
    const bytes = await encodeCheckpoint(run);
    for (let index = 0; index < 300; index++) {
      const damaged = bytes.slice();
      const at = Math.floor((index / 300) * bytes.length);
      damaged[at]! ^= 1 << (index % 8);
      await expectError(() => decodeCheckpoint(damaged), 'GM_CHECKPOINT');
    }
    await expectError(() => decodeCheckpoint(bytes.subarray(0, bytes.length - 1)), 'GM_CHECKPOINT');
    disposeAll(run);
  });

  it('of another composition is refused by name and changes nothing', async () => {
    const vae = trainer(recipes.vae!(1), options);
    const gan = trainer(recipes.gan!(1), options);
    await trainFor(vae, 2);
    const before = await encodeCheckpoint(gan);
    const other = await decodeCheckpoint(await encodeCheckpoint(vae));
    await expectError(() => restoreCheckpoint(gan, other), 'GM_CHECKPOINT', 'parameters/', 'Compose the run');
    expect(await encodeCheckpoint(gan)).toEqual(before);
    disposeAll(vae);
    disposeAll(gan);
  });

  it('of other averages, another optimizer or other sizes is refused', async () => {
    const saved = trainer(recipes.vae!(1), options);
    await trainFor(saved, 1);
    const checkpoint = await decodeCheckpoint(await encodeCheckpoint(saved));
    const plain = trainer(recipes.vae!(1));
    await expectError(() => restoreCheckpoint(plain, checkpoint), 'GM_CHECKPOINT', 'averages/');
    const other = trainer(
      recipes.vae!(1, () => rmsprop()),
      options,
    );
    await expectError(() => restoreCheckpoint(other, checkpoint), 'GM_CHECKPOINT', 'the optimizer rmsprop', 'adam');
    const [name, array] = Object.entries(checkpoint.arrays)[0]!;
    const bigger = {
      ...checkpoint,
      arrays: { ...checkpoint.arrays, [name]: { ...array, shape: [1, ...array.shape] } },
    };
    await expectError(() => restoreCheckpoint(saved, bigger as never), 'GM_CHECKPOINT', name, '[1, ');
    for (const run of [saved, plain, other]) disposeAll(run);
  });

  it('is never written from a state that is not finite', async () => {
    const run = trainer(
      recipes.vae!(1, () => sgd({ learningRate: 1e30 })),
      options,
    );
    const [first] = Object.values(run.networks.encoder!.parameters);
    first!.assign((await import('@tensorflow/tfjs-core')).fill(first!.shape, Number.NaN) as never);
    await expectError(() => encodeCheckpoint(run), 'GM_NOT_FINITE', 'NaN in parameters/encoder/');
    disposeAll(run);
  });
});
