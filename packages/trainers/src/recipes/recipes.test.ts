import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@gm/backends';
import { type Network, seeded, spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { balanced, semiSupervised, toy } from '@gm/data';
import { discriminator as discriminatorOf, mlpClassifier, mlpDiscriminator, withHead } from '@gm/discriminators';
import { fromDecoder, mlpDecoder } from '@gm/generators';
import { type GaussianEncoder, mlpEncoder, standardNormal, uniform } from '@gm/latent';
import { bernoulli, gaussianLikelihood } from '@gm/losses';
import { dense } from '@gm/networks';
import { argMax, cast, equal, mean, norm, sub, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, recipes, ring, trainFor } from '../../test/parts.js';
import {
  adam,
  adversarialAutoencoder,
  auxiliaryClassifierGan,
  classifier,
  gan,
  iwae,
  linear,
  semiSupervisedGan,
  train,
  trainer,
  vae,
  vaeGan,
} from '../index.js';

const random = seeded(0);
const image = spec([4, 4, 1], [0, 1]);

describe.each(['cpu', 'wasm'] as const)('learning a ring of Gaussians on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('vae raises its bound by more than two nats', async () => {
    const run = trainer(recipes.vae!(1), { seed: 1 });
    const reports = await trainFor(run, 300, 30);
    expect(reports.at(-1)!['autoencoder/loss']).toBeLessThan(reports[0]!['autoencoder/loss']! - 2);
    disposeAll(run);
  });

  it('iwae raises its bound by more than two nats, and keeps it above the ELBO of the same draws', async () => {
    const run = trainer(recipes.iwae!(1), { seed: 1 });
    const reports = await trainFor(run, 300, 30);
    expect(reports.at(-1)!['autoencoder/loss']).toBeLessThan(reports[0]!['autoencoder/loss']! - 2);
    for (const report of reports) {
      expect(report['autoencoder/loss']).toBeLessThan(report['autoencoder/negativeElbo']!);
    }
    disposeAll(run);
  });

  it('classifier gets nineteen of twenty right', async () => {
    const run = trainer(recipes.classifier!(1), { seed: 1 });
    const reports = await trainFor(run, 300, 50);
    expect(reports.at(-1)!['classifier/accuracy']).toBeGreaterThan(0.95);
    disposeAll(run);
  });

  it('adversarialAutoencoder gives back what it sees, from codes that gather where the prior does', async () => {
    const run = trainer(recipes.adversarialAutoencoder!(1), { seed: 1 });
    const { encoder, decoder } = run.networks as { encoder: GaussianEncoder; decoder: Network };
    const look = async () => {
      const { x } = await ring(256).at(1000);
      const { mean: z } = encoder.encode(x);
      const distances = tidy(() => mean(norm(sub(x, decoder.apply(z)), 2, -1)));
      const codes = (await z.data()) as Float32Array;
      const near = Array.from({ length: 256 }, (_, row) => {
        const [a, b] = [Math.abs(codes[2 * row]!) - 2, codes[2 * row + 1]!];
        return Math.hypot(a, b) < 1;
      });
      return { error: (await distances.data())[0]!, near: near.filter(Boolean).length / 256 };
    };
    const before = await look();
    await trainFor(run, 1000);
    const after = await look();
    expect(after.error).toBeLessThan(0.5 * before.error);
    expect(after.near).toBeGreaterThan(0.8);
    expect(before.near).toBeLessThan(0.3);
    disposeAll(run);
  });

  it('semiSupervisedGan tells two moons apart by three labels of each', async () => {
    const random = seeded(2);
    const moons = toy('moons', { count: 2000, random });
    const network = mlpClassifier({ input: spec([2]), hidden: [32, 32], classes: 2, random });
    const generator = mlpDecoder({ latent: 2, hidden: [32], output: spec([2]), random });
    const optimizers = {
      generator: adam({ learningRate: 3e-3, beta1: 0.5 }),
      discriminator: adam({ learningRate: 3e-3, beta1: 0.5 }),
    };
    const game = semiSupervisedGan({ generator, discriminator: network, prior: standardNormal(2), optimizers });
    const run = trainer(game, { seed: 1 });
    const source = semiSupervised(balanced(moons, 3, random), moons, { batchSize: 100, random });
    const accuracyNow = async () => {
      const { x, labels } = moons.at(Array.from({ length: 1000 }, (_, index) => index));
      return (await tidy(() => mean(cast(equal(argMax(network.logits(x), -1), labels), 'float32'))).data())[0]!;
    };
    for await (const _ of train(run, source, { steps: 1000, guardEvery: 20 }));
    expect(await accuracyNow()).toBeGreaterThan(0.95);
    disposeAll(run);
  });

  it.each(['gan', 'lsgan', 'wgan', 'wganGp', 'hinge', 'r3gan'])('%s puts its samples near the ring', async (name) => {
    const run = trainer(recipes[name]!(1), { seed: 1, averageDecay: 0.99 });
    const distance = () =>
      run.withAverages(async () => {
        const codes = tensor(seeded('codes').normals(512), [256, 2]);
        const points = await tidy(() => run.networks.generator!.apply(codes)).data();
        const gaps = Array.from({ length: 256 }, (_, row) =>
          Math.abs(Math.hypot(points[2 * row]!, points[2 * row + 1]!) - 1),
        );
        return gaps.reduce((total, gap) => total + gap) / 256;
      });
    const before = await distance();
    await trainFor(run, 600, 600);
    expect(await distance()).toBeLessThan(0.6 * before);
    disposeAll(run);
  });

  it.each([
    ['conditionalVae', 300],
    ['conditionalGan', 600],
    ['auxiliaryClassifierGan', 600],
  ])('%s draws the half of the ring that it is asked for', async (name, steps) => {
    const run = trainer(recipes[name]!(1), { seed: 1, averageDecay: 0.99 });
    await trainFor(run, steps);
    const decoder = (run.networks.generator ?? run.networks.decoder)!;
    for (const label of [0, 1]) {
      const samples = fromDecoder(decoder, standardNormal(2), { labels: [label] });
      const points = await run.withAverages(() => samples.sample(200, seeded('z')).data());
      // Modes 0 … 3 lie from 0° to 135°, the others from 180° to 315°; the line between goes through −22.5°.
      const [across, up] = [Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)];
      const right = Array.from({ length: 200 }, (_, row) => {
        const side = across * points[2 * row]! + up * points[2 * row + 1]!;
        return side > 0 === (label === 0);
      }).filter(Boolean).length;
      expect(right).toBeGreaterThan(180);
    }
    disposeAll(run);
  });

  it('vaeGan learns to give back what it sees', async () => {
    const run = trainer(recipes.vaeGan!(1), { seed: 1 });
    const { encoder, generator } = run.networks as { encoder: GaussianEncoder; generator: Network };
    const error = async () => {
      const { x } = await ring(256).at(1000);
      const distances = tidy(() => mean(norm(sub(x, generator.apply(encoder.encode(x).mean)), 2, -1)));
      return (await distances.data())[0]!;
    };
    const before = await error();
    await trainFor(run, 600, 600);
    expect(await error()).toBeLessThan(0.6 * before);
    disposeAll(run);
  });
});

describe('compositions that do not fit', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const encoder = () => mlpEncoder({ input: image, hidden: [4], latent: 3, random });
  const decoder = (output = spec([4, 4, 1], 'logits'), latent = 3) =>
    mlpDecoder({ latent, hidden: [4], output, random });
  const prior = standardNormal(3);

  it('are refused with both parts and the adapter', async () => {
    await expectError(
      () => vae({ encoder: encoder(), decoder: decoder(image), prior }),
      'GM_FIT',
      'decoder → likelihood',
      'Leave out the last activation',
    );
    await expectError(
      () => vae({ encoder: encoder(), decoder: decoder(undefined, 5), prior }),
      'GM_FIT',
      'prior → decoder',
      '[5]',
      '[3]',
    );
    const signed = mlpEncoder({ input: spec([4, 4, 1], [-1, 1]), hidden: [4], latent: 3, random });
    const data = vae({ encoder: signed, decoder: decoder(), prior, likelihood: bernoulli() });
    expect(data.input.range).toEqual([0, 1]);
    const discriminator = mlpDiscriminator({ input: image, hidden: [4], random });
    const unbounded = decoder(spec([4, 4, 1]));
    await expectError(
      () => gan({ generator: unbounded, discriminator, prior }),
      'GM_FIT',
      'generator → discriminator',
      'sigmoid()',
    );
    await expectError(
      () => vaeGan({ encoder: encoder(), generator: unbounded, discriminator, prior }),
      'GM_FIT',
      'generator → discriminator',
    );
    const bounded = { ...discriminator, output: spec([], [0, 1]) };
    await expectError(
      () => gan({ generator: decoder(image), discriminator: bounded, prior }),
      'GM_FIT',
      'discriminator → loss',
      'Leave out the last activation',
    );
    const wide = mlpEncoder({ input: image, hidden: [4], latent: 5, random });
    await expectError(
      () => vae({ encoder: wide, decoder: decoder(), prior }),
      'GM_FIT',
      'encoder → prior',
      '[3]',
      '[5]',
    );
    const threeClasses = mlpClassifier({ input: image, hidden: [4], classes: 3, random });
    await expectError(
      () => gan({ generator: decoder(image), discriminator: threeClasses, prior }),
      'GM_FIT',
      'discriminator → loss',
    );
    await expectError(
      () => vaeGan({ encoder: encoder(), generator: decoder(image), discriminator, prior: uniform(3) }),
      'GM_FIT',
      'encoder → prior',
      'infinite',
    );
    const flat = mlpEncoder({ input: spec([16], [0, 1]), hidden: [4], latent: 3, random });
    await expectError(
      () => vaeGan({ encoder: flat, generator: decoder(image), discriminator, prior }),
      'GM_FIT',
      '[16]',
    );
    for (const wrong of [{ beta: -1 }, { beta: Number.NaN }, { reconstructionWeight: -1 }]) {
      await expectError(
        () => vaeGan({ encoder: encoder(), generator: decoder(image), discriminator, prior, ...wrong }),
        'GM_OPTION',
        `vaeGan: expected ${Object.keys(wrong)[0]}`,
      );
    }
  });

  it('include conditional parts of different classes, and data of others', async () => {
    const conditional = (classes: number) => mlpDecoder({ latent: 3, hidden: [4], output: image, classes, random });
    const told = mlpDiscriminator({ input: image, hidden: [4], classes: 3, random });
    await expectError(() => gan({ generator: conditional(2), discriminator: told, prior }), 'GM_FIT', '2 and 3');
    const game = gan({ generator: conditional(3), discriminator: told, prior });
    expect(game.classes).toBe(3);
    const discriminator = mlpDiscriminator({ input: image, hidden: [4], random });
    const classHead = withHead(discriminator, { classes: 3, random }).head;
    const parts = { discriminator, classHead, prior };
    await expectError(
      () => auxiliaryClassifierGan({ ...parts, generator: decoder(image) }),
      'GM_FIT',
      'one that is told none',
      '{ classes: 3 }',
    );
    await expectError(() => auxiliaryClassifierGan({ ...parts, generator: conditional(2) }), 'GM_FIT', 'one of 2');
    await expectError(
      () => auxiliaryClassifierGan({ ...parts, generator: conditional(3), classWeight: -1 }),
      'GM_OPTION',
      'classWeight',
    );
    const both = discriminatorOf({ body: told.body, head: dense({ units: 3, random }) });
    await expectError(() => classifier({ network: both }), 'GM_FIT', 'network with a condition', 'without classes');
    await expectError(
      () => semiSupervisedGan({ generator: conditional(3), discriminator: both, prior }),
      'GM_FIT',
      'generator with a condition',
    );
    const run = trainer(vae({ encoder: encoder(), decoder: decoder(), prior }));
    expect(run.game.classes).toBeUndefined();
    run.dispose();
  });

  it('include an adversarial autoencoder whose discriminator looks at other codes', async () => {
    const parts = { encoder: encoder(), decoder: decoder(), prior };
    const of = (latent: number) => mlpDiscriminator({ input: spec([latent]), hidden: [4], random });
    await expectError(
      () => adversarialAutoencoder({ ...parts, discriminator: of(2) }),
      'GM_FIT',
      'prior → discriminator',
    );
    await expectError(
      () => adversarialAutoencoder({ ...parts, discriminator: of(3), adversarialWeight: -1 }),
      'GM_OPTION',
      'adversarialWeight',
    );
    await expectError(
      () => adversarialAutoencoder({ ...parts, decoder: decoder(image), discriminator: of(3) }),
      'GM_FIT',
      'decoder → likelihood',
    );
    expect(adversarialAutoencoder({ ...parts, prior: uniform(3), discriminator: of(3) }).players).toHaveLength(2);
  });

  it('include a semi-supervised GAN without classes, or with a negative weight', async () => {
    const yesOrNo = mlpDiscriminator({ input: image, hidden: [4], random });
    const parts = { generator: decoder(image), discriminator: yesOrNo, prior };
    await expectError(() => semiSupervisedGan(parts), 'GM_FIT', 'one logit for each of two or more classes');
    const discriminator = mlpClassifier({ input: image, hidden: [4], classes: 3, random });
    await expectError(
      () => semiSupervisedGan({ ...parts, discriminator, unlabelledWeight: -1 }),
      'GM_OPTION',
      'unlabelledWeight',
    );
    await expectError(
      () => semiSupervisedGan({ ...parts, discriminator, generator: decoder() }),
      'GM_FIT',
      'generator → discriminator',
    );
  });

  it('include a classifier without a class head', async () => {
    const yesOrNo = mlpDiscriminator({ input: image, hidden: [4], random });
    await expectError(() => classifier({ network: yesOrNo }), 'GM_FIT', 'one logit for each of two or more classes');
    const probabilities = mlpClassifier({ input: image, hidden: [4], classes: 3, random });
    const softmaxed = { ...probabilities, output: spec([3], [0, 1]) };
    await expectError(
      () => classifier({ network: softmaxed }),
      'GM_FIT',
      'softmaxCrossEntropy',
      'Leave out the last activation',
    );
    expect(classifier({ network: mlpClassifier({ input: image, hidden: [4], classes: 3, random }) }).classes).toBe(3);
  });
});

describe('the options of iwae', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const parts = () => ({
    encoder: mlpEncoder({ input: spec([2]), hidden: [8], latent: 2, random: seeded(1) }),
    decoder: mlpDecoder({ latent: 2, hidden: [8], output: spec([2]), random: seeded(1) }),
    likelihood: gaussianLikelihood({ scale: 0.2 }),
    prior: standardNormal(2),
  });

  it('with one draw bound as a VAE does that estimates its divergence from the draw', async () => {
    const { divergenceFrom: _, ...sampled } = standardNormal(2);
    const losses = [iwae({ ...parts(), samples: 1 }), vae({ ...parts(), prior: sampled })].map(async (game) => {
      const run = trainer(game, { seed: 1 });
      const reports = await trainFor(run, 5);
      disposeAll(run);
      return reports.at(-1)!['autoencoder/loss']!;
    });
    const [weighted, plain] = await Promise.all(losses);
    expect(weighted).toBeCloseTo(plain!, 3);
  });

  it('are refused outside their limits', async () => {
    for (const samples of [0, 2.5, Number.NaN]) {
      await expectError(() => iwae({ ...parts(), samples }), 'GM_OPTION', 'samples');
    }
    await expectError(() => iwae({ ...parts(), prior: standardNormal(3) }), 'GM_FIT', 'encoder → prior');
  });
});

describe('the options of vae', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const parts = (seed: number) => ({
    encoder: mlpEncoder({ input: spec([2]), hidden: [8], latent: 2, random: seeded(seed) }),
    decoder: mlpDecoder({ latent: 2, hidden: [8], output: spec([2]), random: seeded(seed) }),
    likelihood: gaussianLikelihood({ scale: 0.2 }),
    optimizer: adam(),
  });
  const lossesOf = async (game: ReturnType<typeof vae>) => {
    const run = trainer(game as never, { seed: 1 });
    const [report] = await trainFor(run, 1);
    disposeAll(run);
    return report as Record<'autoencoder/loss' | 'autoencoder/reconstruction' | 'autoencoder/divergence', number>;
  };

  it('weigh the divergence by beta, constant or scheduled', async () => {
    const half = await lossesOf(vae({ ...parts(1), prior: standardNormal(2), beta: 0.5 }));
    expect(half['autoencoder/loss']).toBeCloseTo(
      half['autoencoder/reconstruction'] + 0.5 * half['autoencoder/divergence'],
      3,
    );
    const warm = await lossesOf(
      vae({ ...parts(1), prior: standardNormal(2), beta: linear({ from: 0, to: 1, steps: 10 }) }),
    );
    expect(warm['autoencoder/loss']).toBeCloseTo(warm['autoencoder/reconstruction'], 3);
  });

  it('estimate the divergence from the draw when the prior has no closed form', async () => {
    const { divergenceFrom: _, ...sampled } = standardNormal(2);
    const exact = await lossesOf(vae({ ...parts(1), prior: standardNormal(2) }));
    const estimated = await lossesOf(vae({ ...parts(1), prior: sampled }));
    expect(estimated['autoencoder/reconstruction']).toBeCloseTo(exact['autoencoder/reconstruction'], 5);
    expect(estimated['autoencoder/divergence']).not.toBe(exact['autoencoder/divergence']);
    expect(Math.abs(estimated['autoencoder/divergence'] - exact['autoencoder/divergence'])).toBeLessThan(1);
  });

  it('are refused outside their limits', async () => {
    const { divergenceFrom: _, ...sampled } = standardNormal(2);
    await expectError(() => vae({ ...parts(1), prior: standardNormal(2), beta: Number.NaN }), 'GM_OPTION', 'beta');
    await expectError(() => vae({ ...parts(1), prior: standardNormal(2), freeBits: -3 }), 'GM_OPTION', 'freeBits');
    await expectError(
      () => vae({ ...parts(1), prior: sampled, freeBits: 1 }),
      'GM_OPTION',
      'closed form',
      'standardNormal()',
    );
  });

  it('let freeBits set a floor under the divergence', async () => {
    const free = await lossesOf(vae({ ...parts(1), prior: standardNormal(2), freeBits: 3 }));
    expect(free['autoencoder/divergence']).toBeGreaterThanOrEqual(6);
  });
});

it('two fresh processes train every recipe to the same weights, bit for bit', () => {
  const program = fileURLToPath(new URL('../../test/fingerprint.mjs', import.meta.url));
  const run = () => execFileSync(process.execPath, [program], { encoding: 'utf8' });
  const first = run();
  expect(first.trim().split('\n')).toHaveLength(6);
  expect(run()).toBe(first);
});
