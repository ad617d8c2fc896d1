import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@gm/backends';
import { attachDevice, type GmError, gmError } from '@gm/core';
import { engine } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { complain } from './complain.js';
import { completeSettings } from './completeSettings.js';
import { compose } from './composition.js';
import { openData } from './datasets.js';
import { filesOf, readMetricsLines } from './runFolder.js';
import { batchesOf, runTraining, type Training, trainingOf } from './training.js';

let folder: string;
let failure: GmError | undefined;
const fail = () => {
  failure = gmError('GM_DEVICE', { where: 'webgpu', expected: 'a device', received: 'none', remedy: 'Start another.' });
};
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gm-training-'));
  await useBackend('cpu');
  failure = undefined;
  attachDevice(engine().backend, {
    get failure() {
      return failure;
    },
    settle: async () => undefined,
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** 50 steps of a small VAE, with a device that fails when step 43 asks for its batch. */
async function trainOnce(recover?: () => Promise<unknown>, failing = true) {
  const settings = completeSettings('vae', { data: 'toy:ring', hidden: [8], seed: 3 });
  const data = await openData(settings);
  const training: Training = trainingOf(settings, compose(settings, data.train));
  const batches = batchesOf(settings, data);
  let failed = !failing;
  const at = (step: number) => {
    if (step === 43 && !failed) fail();
    failed ||= step === 43;
    return batches.at(step);
  };
  const plan = { folder, goal: { steps: 50 }, batches: { ...batches, at }, training, checkpointEvery: 15, recover };
  return runTraining(plan);
}

describe('a run whose device fails', () => {
  it('goes on from its newest checkpoint, says so, and measures the steps between only once', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await trainOnce(undefined, false);
    const whole = readFileSync(filesOf(folder).checkpoint);
    const recover = async () => {
      failure = undefined;
    };
    rmSync(filesOf(folder).metrics);
    const { reason, step } = await trainOnce(recover);
    expect([reason, step]).toEqual(['finished', 50]);
    expect(readFileSync(filesOf(folder).checkpoint)).toEqual(whole);
    expect(readMetricsLines(folder).map((line) => line.step)).toEqual([10, 20, 30, 40, 50]);
    expect(stderr.mock.calls.join('')).toContain('The device was lost at step 43; going on from step 30.');
  });

  it('ends with a message and an exit code of its own where nothing mends it', async () => {
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const error = await trainOnce().catch((thrown: unknown) => thrown);
    const said: string[] = [];
    expect(complain(error, (text) => said.push(text))).toBe(4);
    expect(said.join('')).toContain('webgpu: expected a device');
    expect(said.join('')).toContain('gm train --resume <run>');
  });
});
