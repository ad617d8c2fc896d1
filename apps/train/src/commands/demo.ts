import { freeRunFolder } from '../runFolder.js';
import { startRun } from '../session.js';
import { completeSettings } from '../settings.js';

export interface DemoFlags {
  readonly minutes?: number;
  readonly backend?: string;
  readonly out?: string;
  readonly seed?: number;
}

/** `gm demo`: a VAE-GAN on MNIST with parts that get somewhere in a few minutes on two cores. */
export async function demo({ minutes = 2, backend, out, seed }: DemoFlags): Promise<void> {
  await startRun({
    settings: completeSettings('vae-gan', { data: 'mnist', ...(seed !== undefined && { seed }) }),
    goal: { minutes },
    folder: out ?? freeRunFolder('demo'),
    backend,
    checkpointEvery: 500,
  });
}
