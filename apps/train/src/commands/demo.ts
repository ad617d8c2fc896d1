import { freeRunFolder } from '../runFolder.js';
import { startRun } from '../session.js';
import { type Choices, completeSettings } from '../settings.js';

export interface DemoFlags {
  readonly minutes?: number;
  readonly backend?: string;
  readonly out?: string;
  readonly seed?: number;
}

/** How many steps get there in about two minutes on two cores; a slower machine is stopped by the clock. */
const STEPS = 3200;
const MINUTES = 2.5;

/**
 * Larsen et al. (2016) with multilayer perceptrons. The features of a perceptron's discriminator are few and small, so that
 * the divergence has to weigh less (beta) than in the paper for the codes to say something, and their reconstruction more
 * (reconstruction) for the generator to listen to it.
 */
const DEMO: Choices = {
  data: 'mnist',
  pixels: 'unit',
  hidden: [256, 256],
  latent: 10,
  batch: 64,
  beta: 0.2,
  reconstruction: 0.3,
  learningRate: 1e-3,
  average: 0.998,
};

/** `gm demo`: a VAE-GAN on MNIST with parts that get somewhere in a few minutes on two cores. */
export async function demo({ minutes, backend, out, seed = 1 }: DemoFlags): Promise<void> {
  const byClock = minutes !== undefined;
  await startRun({
    settings: completeSettings('vae-gan', { ...DEMO, seed, ...(!byClock && { decay: STEPS }) }),
    goal: byClock ? { minutes } : { steps: STEPS },
    folder: out ?? freeRunFolder('demo'),
    backend,
    checkpointEvery: 500,
    atMostMinutes: byClock ? minutes : MINUTES,
  });
}
