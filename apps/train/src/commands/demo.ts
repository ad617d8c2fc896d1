import { completeSettings } from '../completeSettings.js';
import { freeRunFolder } from '../runFolder.js';
import { startRun } from '../session.js';

export interface DemoFlags {
  readonly minutes?: number;
  readonly backend?: string;
  readonly out?: string;
  readonly seed?: number;
}

/** They take a minute or two on two cores; a slower machine is stopped by the clock. */
const STEPS = 3000;
const MINUTES = 5;

/** `gm demo`: a VAE-GAN on MNIST with parts that get somewhere in a few minutes on two cores. */
export async function demo({ minutes, backend, out, seed = 1 }: DemoFlags): Promise<void> {
  const byClock = minutes !== undefined;
  await startRun({
    settings: completeSettings('vae-gan', { data: 'mnist', seed, decay: byClock ? undefined : STEPS }),
    goal: byClock ? { minutes } : { steps: STEPS },
    folder: out ?? freeRunFolder('demo'),
    backend,
    checkpointEvery: 500,
    atMostMinutes: byClock ? minutes : MINUTES,
  });
}
