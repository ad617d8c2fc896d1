import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { batches, toy } from '@gm/data';
import { mlpDecoder } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { gaussianLikelihood } from '@gm/losses';
import { vae } from '@gm/trainers';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Sitting, Stopped } from '../src/row.js';
import { trained } from '../src/training.js';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'gm-reproduce-'));
  folders.push(made);
  return made;
};

beforeAll(() => useBackend('wasm'));
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true });
});

/** Thirty steps of a small VAE; its weights at the end. */
async function sit(
  sitting: Partial<Sitting> & Pick<Sitting, 'folder'>,
): Promise<{ weights: number[]; seconds: number }> {
  const random = seeded(1);
  const point = spec([2]);
  const encoder = mlpEncoder({ input: point, hidden: [4], latent: 2, random });
  const decoder = mlpDecoder({ latent: 2, hidden: [4], output: point, random });
  const game = vae({ encoder, decoder, prior: standardNormal(2), likelihood: gaussianLikelihood({ scale: 0.1 }) });
  const plan = {
    name: 'small',
    game,
    batches: batches(toy('ring', { count: 64, random }), { batchSize: 8, random }),
    steps: 30,
    options: { seed: 1, averageDecay: 0.9 },
  };
  const { run, seconds } = await trained(plan, { signal: new AbortController().signal, say: () => {}, ...sitting });
  const values = await Promise.all(
    [...Object.values(encoder.parameters), ...Object.values(decoder.parameters)].map((one) => one.data()),
  );
  run.dispose();
  encoder.dispose();
  decoder.dispose();
  return { weights: values.flatMap((value) => [...value]), seconds };
}

describe('a training in several sittings', () => {
  it('ends with the very weights of one that was not stopped, and counts its time together', async () => {
    const whole = await sit({ folder: folder() });
    const place = folder();
    const stop = new AbortController();
    const said: string[] = [];
    const say = (line: string) => {
      said.push(line);
      if (said.length === 5) stop.abort();
    };
    await expect(sit({ folder: place, signal: stop.signal, say })).rejects.toBeInstanceOf(Stopped);
    const rest = await sit({ folder: place, say: (line) => said.push(line) });
    expect(rest.weights).toEqual(whole.weights);
    expect(said.some((line) => /going on after step \d+/.test(line))).toBe(true);
  });

  it('is not trained again when it is finished', async () => {
    const place = folder();
    const first = await sit({ folder: place });
    const said: string[] = [];
    const second = await sit({ folder: place, say: (line) => said.push(line) });
    expect(said).toEqual([]);
    expect(second).toEqual(first);
  });
});
