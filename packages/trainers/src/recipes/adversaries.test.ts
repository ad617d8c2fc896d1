import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { mlpDiscriminator } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import { standardNormal } from '@gm/latent';
import { dragan, minimax } from '@gm/losses';
import { tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, trainFor } from '../../test/parts.js';
import { adam, type GameTrainer, type GanParts, gan, trainer } from '../index.js';

const plane = spec([2]);

const optimizerOf = {
  plain: () => adam({ learningRate: 5e-3, beta1: 0.5 }),
  /** Without momentum, as the papers on penalties have it. */
  penalised: () => adam({ learningRate: 1e-2, beta1: 0, beta2: 0.9 }),
};

function compose(options: Pick<GanParts, 'loss' | 'penalty'>) {
  const random = seeded(1);
  const generator = mlpDecoder({ latent: 2, hidden: [16], output: plane, random });
  const discriminator = mlpDiscriminator({ input: plane, hidden: [16], random });
  const optimizer = optimizerOf[options.penalty ? 'penalised' : 'plain'];
  const optimizers = { generator: optimizer(), discriminator: optimizer() };
  const game = gan({ generator, discriminator, prior: standardNormal(2), optimizers, ...options });
  return trainer(game, { seed: 1, averageDecay: 0.99 });
}

/** Mean distance of the averaged generator's samples from the circle. */
function distanceOf<Batch>(run: GameTrainer<Batch>): Promise<number> {
  return run.withAverages(async () => {
    const codes = tensor(seeded('codes').normals(512), [256, 2]);
    const points = await tidy(() => run.networks.generator!.apply(codes)).data();
    const gaps = Array.from({ length: 256 }, (_, row) =>
      Math.abs(Math.hypot(points[2 * row]!, points[2 * row + 1]!) - 1),
    );
    return gaps.reduce((total, gap) => total + gap) / 256;
  });
}

describe.each(['cpu', 'wasm'] as const)('a GAN of a ring of Gaussians on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  /** The unit of length of the toy is 1, for which the default weight is far too strong. */
  const penalty = dragan({ weight: 0.1 });

  it.each([
    ['minimax', { loss: minimax() }],
    ['dragan', { penalty }],
    ['minimax with dragan', { loss: minimax(), penalty }],
  ] as const)('%s puts its samples near it', async (_, options) => {
    const run = compose(options);
    const before = await distanceOf(run);
    await trainFor(run, 600);
    expect(await distanceOf(run)).toBeLessThan(0.6 * before);
    disposeAll(run);
  });
});
