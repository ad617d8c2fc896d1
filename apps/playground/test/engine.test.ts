import { readFileSync } from 'node:fs';
import { memory } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Composition } from '../src/composition/composition.js';
import { defaultsFor } from '../src/composition/presets.js';
import { engine } from '../src/engine/engine.js';
import { breathe } from '../src/engine/inTurn.js';
import type { Progress, Started, StartOptions } from '../src/engine/protocol.js';
import { DATA, small } from './inNode.js';

vi.mock('@gm/backends', async (original) => {
  const real = await original<typeof import('@gm/backends')>();
  const useBackend: typeof real.useBackend = (name) => real.useBackend(name === 'auto' ? 'wasm' : name, { threads: 1 });
  return { ...real, useBackend };
});

beforeEach(() => {
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('fetch', async ({ pathname }: URL) => new Response(readFileSync(pathname.replace('/data/', DATA))));
});
afterEach(() => vi.unstubAllGlobals());

const deaf = () => undefined;
const optionsOf = (composition: Composition, more: Partial<StartOptions> = {}): StartOptions => ({
  composition,
  backend: 'wasm',
  site: 'http://127.0.0.1/',
  ...more,
});

/** An engine whose run has taken so many steps. */
async function begun(composition: Composition, steps: number) {
  const own = engine();
  await own.start(optionsOf(composition), deaf, deaf);
  for (let step = 0; step < steps; step++) await own.stepOnce();
  return own;
}

describe('a run that something else was to take the place of', () => {
  const moons = small('gan', 'moons');

  it('goes on as it was where the file is no checkpoint', async () => {
    const own = await begun(moons, 5);
    const before = await own.checkpoint();
    const wrong = new TextEncoder().encode('a picture of a holiday');
    await expect(own.start(optionsOf(moons, { checkpoint: wrong }), deaf, deaf)).rejects.toThrow();
    expect(await own.checkpoint()).toEqual(before);
    await own.stepOnce();
    expect((await own.checkpoint()).step).toBe(6);
  });

  it('goes on, and trains meanwhile, where the checkpoint is of another composition', async () => {
    const other = await begun(small('vae', 'ring'), 1);
    const { bytes } = await other.checkpoint();
    const own = engine();
    const steps: number[] = [];
    await own.start(optionsOf(moons), (said: Progress) => void steps.push(said.step), deaf);
    await own.play();
    await vi.waitFor(() => expect(steps.at(-1)).toBeGreaterThan(0));
    await expect(own.start(optionsOf(moons, { checkpoint: bytes }), deaf, deaf)).rejects.toThrow('restoreCheckpoint');
    const here = steps.at(-1)!;
    await vi.waitFor(() => expect(steps.at(-1)).toBeGreaterThan(here));
    await own.pause();
  });

  it('goes on, on its own backend, where there is no other', async () => {
    const own = await begun(moons, 3);
    const before = await own.checkpoint();
    const elsewhere = optionsOf(moons, { backend: 'webgpu', checkpoint: before.bytes });
    await expect(own.start(elsewhere, deaf, deaf)).rejects.toThrow('webgpu');
    expect(await own.checkpoint()).toEqual(before);
    await own.stepOnce();
    const after = (await own.start(optionsOf(moons), deaf, deaf)) as Started;
    expect([after.backend, after.step]).toEqual(['wasm', 0]);
  });

  it('leaves nothing behind when it is replaced, and its follower is whole', async () => {
    const own = await begun(moons, 2);
    await own.start(optionsOf(moons), deaf, deaf);
    await own.stepOnce();
    const before = memory().numTensors;
    await own.start(optionsOf(moons), deaf, deaf);
    await own.stepOnce();
    expect(memory().numTensors).toBe(before);
  });
});

describe('what the user has still to give', () => {
  it.each(['points', 'images'] as const)('is said of %s, and what else fits is found out', async (data) => {
    const own = engine();
    const composition = defaultsFor('gan', data);
    expect(await own.start(optionsOf(composition), deaf, deaf)).toEqual({
      lacking: expect.stringContaining(data === 'points' ? 'Draw' : 'Drop'),
    });
    const { system, optimizer, data: refused } = await own.refusals(composition);
    expect([optimizer, refused!.moons, refused!.digits]).toEqual([undefined, undefined, undefined]);
    expect(Object.keys(system!)).toEqual(['classifier', 'semi-supervised']);
  });
});

it('a file that cannot be read is nothing that does not fit', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
  const own = await begun(small('gan', 'moons'), 0);
  const { data, system } = await own.refusals(small('gan', 'moons'));
  expect([data?.digits, system]).toEqual([undefined, undefined]);
});

describe('speaking', () => {
  const rnn = small('language-model', 'text');

  it('goes on between the steps of training', async () => {
    const own = await begun(rnn, 0);
    await own.play();
    let text = '';
    await own.speak('The whale ', 40, 0.7, (piece) => {
      text += piece;
    });
    await own.pause();
    expect(text).toHaveLength(40);
    expect((await own.checkpoint()).step).toBeGreaterThan(0);
  });

  it('ends in silence when another composition takes its place, and frees what it held', async () => {
    const own = await begun(small('gan', 'moons'), 0);
    const before = memory().numTensors;
    await own.start(optionsOf(rnn), deaf, deaf);
    let said = 0;
    const spoken = own.speak('The whale ', 100_000, 0.7, async () => {
      said += 1;
      await breathe(); // as a message to the page does
    });
    await vi.waitFor(() => expect(said).toBeGreaterThan(0));
    await own.start(optionsOf(small('gan', 'moons')), deaf, deaf);
    await expect(spoken).resolves.toBeUndefined();
    expect(memory().numTensors).toBe(before);
  });
});
