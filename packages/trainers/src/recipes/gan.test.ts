import { useBackend } from '@gm/backends';
import { type AdversarialLoss, type Examples, type Penalty, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { type FeatureNetwork, mlpClassifier, mlpDiscriminator, withHead } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import { mlpEncoder, standardNormal } from '@gm/latent';
import { dragan, gaussianLikelihood, gradientPenalty, r1, r2, relativistic } from '@gm/losses';
import { add, clone, cumprod, customGrad, dispose, mul, type Tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, ring } from '../../test/parts.js';
import {
  adversarialAutoencoder,
  auxiliaryClassifierGan,
  clipped,
  type Game,
  gan,
  readMetrics,
  semiSupervisedGan,
  sgd,
  trainer,
  vaeGan,
} from '../index.js';

const plane = spec([2]);
const parts = (random = seeded(0)) => ({
  generator: mlpDecoder({ latent: 2, hidden: [4], output: plane, random }),
  discriminator: mlpDiscriminator({ input: plane, hidden: [4], random }),
  prior: standardNormal(2),
});

interface Penalised {
  readonly penalty?: Penalty | readonly Penalty[];
  /** Puts something around the discriminator. */
  readonly around?: (judge: FeatureNetwork) => FeatureNetwork;
}

/** Every recipe whose discriminator takes penalties: makes its parts, of which games are then put together. */
const penalised: Readonly<Record<string, () => (options: Penalised) => Game<never, never>>> = {
  gan: () => {
    const { discriminator, ...others } = parts(seeded(1));
    return ({ around = same, ...penalty }) =>
      gan({ ...others, discriminator: around(discriminator), ...penalty }) as never;
  },
  vaeGan: () => {
    const { discriminator, ...adversary } = parts(seeded(1));
    const others = { ...adversary, encoder: encoder() };
    return ({ around = same, ...penalty }) =>
      vaeGan({ ...others, discriminator: around(discriminator), ...penalty }) as never;
  },
  auxiliaryClassifierGan: () => {
    const { discriminator, prior } = parts(seeded(1));
    const generator = mlpDecoder({ latent: 2, hidden: [4], output: plane, classes: 2, random: seeded(1) });
    const classHead = withHead(discriminator, { classes: 2, random: seeded(1) }).head;
    return ({ around = same, ...penalty }) =>
      auxiliaryClassifierGan({
        generator,
        discriminator: around(discriminator),
        classHead,
        prior,
        ...penalty,
      }) as never;
  },
  adversarialAutoencoder: () => {
    const { generator: decoder, discriminator, prior } = parts(seeded(1));
    const others = { encoder: encoder(), decoder, prior, likelihood: gaussianLikelihood() };
    return ({ around = same, ...penalty }) =>
      adversarialAutoencoder({ ...others, discriminator: around(discriminator), ...penalty }) as never;
  },
  semiSupervisedGan: () => {
    const { generator, prior } = parts(seeded(1));
    const discriminator = mlpClassifier({ input: plane, hidden: [4], classes: 2, random: seeded(1) });
    // What a penalty weighs is its own affair.
    const others = { generator, prior, unlabelledWeight: 0.5 };
    return ({ around = same, ...penalty }) =>
      semiSupervisedGan({ ...others, discriminator: around(discriminator), ...penalty }) as never;
  },
};
const same = (judge: FeatureNetwork) => judge;
const encoder = () => mlpEncoder({ input: plane, hidden: [4], latent: 2, random: seeded(1) });

/** What the first step on the ring reports. */
async function firstMetrics(game: Game<never, never>, batchSize = 32): Promise<Record<string, number>> {
  const run = trainer(game as Game<Examples, never>, { seed: 1 });
  const batch = await ring(batchSize).at(0);
  const metrics = await readMetrics(run.step(batch));
  dispose(batch as never);
  disposeAll(run);
  return metrics;
}

describe.each(['cpu', 'wasm'] as const)('gan on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it.each(Object.keys(penalised))(
    '%s adds its penalties to the loss of the discriminator, and reports them',
    async (name) => {
      const metricsOf = (penalty?: Penalised['penalty']) =>
        firstMetrics(penalised[name]!()(penalty ? { penalty } : {}));
      const [none, one, two] = [await metricsOf(), await metricsOf(r1()), await metricsOf([r1(), r1({ gamma: 20 })])];
      expect(none['discriminator/penalty']).toBeUndefined();
      expect(one['discriminator/penalty']).toBeGreaterThan(0);
      expect(one['discriminator/loss']).toBeCloseTo(none['discriminator/loss']! + one['discriminator/penalty']!, 4);
      expect(two['discriminator/penalty']).toBeCloseTo(3 * one['discriminator/penalty']!, 4);
    },
  );

  /** Keeps what it is handed. */
  const listening = (heard: Record<'real' | 'generated' | 'scores', Promise<ArrayLike<number>>>[]): Penalty => ({
    penalize(scores, { real, generated }) {
      const score = scores(real);
      if (score.shape[0]! > 2) heard.push({ real: real.data(), generated: generated.data(), scores: score.data() }); // no trial
      return mul(0, score);
    },
  });

  it('vaeGan shows its penalties x beside what its codes give and x beside new examples, each under its own class', async () => {
    const heard: Parameters<typeof listening>[0] = [];
    const random = seeded(2);
    const told = { classes: 2, random };
    const judge = mlpDiscriminator({ input: plane, hidden: [4], ...told });
    const game = vaeGan({
      encoder: mlpEncoder({ input: plane, hidden: [4], latent: 2, ...told }),
      generator: mlpDecoder({ latent: 2, hidden: [4], output: plane, ...told }),
      discriminator: judge,
      prior: standardNormal(2),
      penalty: [listening(heard), r2()],
    });
    const metrics = await firstMetrics(game as never, 6);
    expect(metrics['discriminator/penalty']).toBeGreaterThan(0);
    expect(heard).toHaveLength(1);
    const [real, generated, scores] = await Promise.all([heard[0]!.real, heard[0]!.generated, heard[0]!.scores]);
    expect([real.length, generated.length, scores.length]).toEqual([24, 24, 12]);
    const { x } = await ring(6).at(0);
    expect(real).toEqual(Float32Array.of(...(await x.data()), ...(await x.data())));
    expect(Array.from(scores).slice(0, 6)).toEqual(Array.from(scores).slice(6));
    expect(Array.from(generated).slice(0, 12)).not.toEqual(Array.from(generated).slice(12));
  });

  it('vaeGan refuses a schedule at the step where it goes below zero', async () => {
    const game = vaeGan({ ...parts(), encoder: encoder(), beta: (step) => 1 - 2 * step });
    const run = trainer(game, { seed: 1 });
    const batch = await ring().at(0);
    await readMetrics(run.step(batch));
    await expectError(() => run.step(batch), 'GM_OPTION', 'vaeGan: expected beta');
    dispose(batch as never);
    disposeAll(run);
  });

  it('adversarialAutoencoder shows its penalties draws of the prior as real', async () => {
    const heard: Parameters<typeof listening>[0] = [];
    const far = {
      ...standardNormal(2),
      sample: (count: number) => add(100, standardNormal(2).sample(count, seeded(1))),
    };
    const { generator: decoder, discriminator } = parts(seeded(1));
    const autoencoder = { encoder: encoder(), decoder, likelihood: gaussianLikelihood(), prior: far };
    await firstMetrics(adversarialAutoencoder({ ...autoencoder, discriminator, penalty: listening(heard) }) as never);
    const [real, generated] = await Promise.all([heard[0]!.real, heard[0]!.generated]);
    expect(Math.min(...Array.from(real))).toBeGreaterThan(90);
    expect(Math.max(...Array.from(generated))).toBeLessThan(50);
  });

  it('semiSupervisedGan makes its penalties of the logit of "real"', async () => {
    const heard: Parameters<typeof listening>[0] = [];
    let judge: FeatureNetwork | undefined;
    const around = (given: FeatureNetwork) => {
      judge = given;
      return given;
    };
    const run = trainer(penalised.semiSupervisedGan!()({ penalty: listening(heard), around }), { seed: 1 });
    const batch = await ring().at(0);
    const logits = Array.from(await judge!.logits(batch.unlabelled).data());
    await readMetrics(run.step(batch as never));
    const [real, scores] = await Promise.all([heard[0]!.real, heard[0]!.scores]);
    expect(real).toEqual(await batch.unlabelled.data());
    for (const [row, score] of Array.from(scores).entries()) {
      expect(score).toBeCloseTo(Math.log(Math.exp(logits[2 * row]!) + Math.exp(logits[2 * row + 1]!)), 4);
    }
    dispose(batch as never);
    disposeAll(run);
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
    const game = name === 'gan' ? gan({ ...adversaries, loss }) : vaeGan({ ...adversaries, loss, encoder: encoder() });
    const run = trainer(game as Game<Examples, never>, { seed: 1 });
    const batch = (await ring(6).at(0)) as { x: Tensor; labels: Tensor };
    const metrics = await readMetrics(run.step(batch));
    expect(seen).toEqual(expected);
    for (const value of Object.values(metrics)) expect(Number.isFinite(value)).toBe(true);
    disposeAll(run);
  });

  it.each(Object.keys(penalised))(
    '%s refuses a penalty on a discriminator without a second derivative before the first step, and leaves nothing',
    async (name) => {
      // Its gradient is there, but has none of its own: tfjs does not differentiate cumprod.
      const halfway = customGrad(((x: Tensor, save: (saved: Tensor[]) => void) => {
        save([x]);
        return { value: clone(x), gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, cumprod(saved!)) };
      }) as never);
      const around = (judge: FeatureNetwork) => ({ ...judge, logits: (x: Tensor) => halfway(judge.logits(x)) });
      const compose = penalised[name]!();
      for (const penalty of [gradientPenalty(), dragan(), r1(), r2()]) {
        await expectNoLeak(() =>
          expectError(
            () => compose({ penalty, around }),
            'GM_GRADIENT',
            'a discriminator that can be differentiated twice',
            'Cumprod',
          ),
        );
      }
      await expectNoLeak(() => {
        compose({ penalty: r1() });
        return [];
      });
    },
  );

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
