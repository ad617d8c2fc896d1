import { useBackend } from '@gm/backends';
import { type AdversarialLoss, type Examples, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { mlpDiscriminator } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { dragan, gradientPenalty, r1, relativistic } from '@gm/losses';
import { clone, cumprod, customGrad, memory, mul, type Tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, ring } from '../../test/parts.js';
import { clipped, type Game, gan, readMetrics, sgd, trainer, vaeGan } from '../index.js';

const plane = spec([2]);
const parts = (random = seeded(0)) => ({
  generator: mlpDecoder({ latent: 2, hidden: [4], output: plane, random }),
  discriminator: mlpDiscriminator({ input: plane, hidden: [4], random }),
  prior: standardNormal(2),
});

describe.each(['cpu', 'wasm'] as const)('gan on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('adds its penalties to the loss of the discriminator, and reports them', async () => {
    const metricsOf = async (penalty?: Parameters<typeof gan>[0]['penalty']) => {
      const run = trainer(gan({ ...parts(seeded(1)), ...(penalty && { penalty }) }), { seed: 1 });
      const batch = (await ring().at(0)) as { x: Tensor; labels: Tensor };
      const metrics = await readMetrics(run.step(batch));
      batch.x.dispose();
      batch.labels.dispose();
      disposeAll(run);
      return metrics;
    };
    const [none, one, two] = [await metricsOf(), await metricsOf(r1()), await metricsOf([r1(), r1({ gamma: 20 })])];
    expect(none['discriminator/penalty']).toBeUndefined();
    expect(one['discriminator/penalty']).toBeGreaterThan(0);
    expect(one['discriminator/loss']).toBeCloseTo(none['discriminator/loss']! + one['discriminator/penalty']!, 4);
    expect(two['discriminator/penalty']).toBeCloseTo(3 * one['discriminator/penalty']!, 4);
  });

  /** Says how many scores the generator's side is handed. */
  const watched = (seen: [number, number | undefined][]): AdversarialLoss => ({
    ...relativistic(),
    generator(generated, real) {
      seen.push([generated.size, real?.size]);
      return relativistic().generator(generated, real);
    },
  });

  it.each([
    ['gan', [[6, 6]]],
    ['vaeGan', [[12, 6]]],
  ] as const)('%s hands the scores of real examples to a loss that compares', async (name, expected) => {
    const seen: [number, number | undefined][] = [];
    const [adversaries, loss] = [parts(), watched(seen)];
    const encoder = () => mlpEncoder({ input: plane, hidden: [4], latent: 2, random: seeded(1) });
    const game = name === 'gan' ? gan({ ...adversaries, loss }) : vaeGan({ ...adversaries, loss, encoder: encoder() });
    const run = trainer(game as Game<Examples, never>, { seed: 1 });
    const batch = (await ring(6).at(0)) as { x: Tensor; labels: Tensor };
    const metrics = await readMetrics(run.step(batch));
    expect(seen).toEqual(expected);
    for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
    disposeAll(run);
  });

  it('refuses a penalty on a discriminator without a second derivative before the first step, and leaves nothing', async () => {
    const { generator, discriminator, prior } = parts();
    // Its gradient is there, but has none of its own: tfjs does not differentiate cumprod.
    const halfway = customGrad(((x: Tensor, save: (saved: Tensor[]) => void) => {
      save([x]);
      return { value: clone(x), gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, cumprod(saved!)) };
    }) as never);
    const once = { ...discriminator, logits: (x: Tensor) => halfway(discriminator.logits(x)) };
    const before = memory().numTensors;
    for (const penalty of [gradientPenalty(), dragan(), r1()]) {
      await expectError(
        () => gan({ generator, discriminator: once, prior, penalty }),
        'GM_GRADIENT',
        'a discriminator that can be differentiated twice',
        'Cumprod',
      );
    }
    expect(memory().numTensors).toBe(before);
    await expectNoLeak(() => {
      gan({ generator, discriminator, prior, penalty: r1() });
      return [];
    });
  });

  it('clipped keeps every parameter within the limit, and says so in its name', async () => {
    const optimizer = clipped(sgd({ learningRate: 100 }), 0.05);
    const composition = parts();
    const run = trainer(gan({ ...composition, optimizers: { discriminator: optimizer } }), { seed: 1 });
    for (let step = 0; step < 3; step++) {
      const batch = (await ring().at(step)) as { x: Tensor; labels: Tensor };
      await readMetrics(run.step(batch));
    }
    for (const parameter of Object.values(composition.discriminator.parameters)) {
      for (const value of await parameter.data()) expect(Math.abs(value)).toBeLessThanOrEqual(Math.fround(0.05));
    }
    expect(optimizer.name).toBe('clipped sgd');
    disposeAll(run);
    await expectError(() => clipped(sgd(), 0), 'GM_OPTION', 'clipped: expected limit');
  });
});
