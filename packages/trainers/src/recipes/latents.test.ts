import { useBackend } from '@gm/backends';
import { type Network, type Prior, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { mlpClassifier, mlpDiscriminator, withHead } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import {
  type CategoricalEncoder,
  type Codebook,
  categoricalEncoder,
  codebook,
  mlpEncoder,
  standardNormal,
  trainedMixture,
  uniform,
  uniformCategorical,
  vampPrior,
} from '@gm/latent';
import { gaussianLikelihood } from '@gm/losses';
import { dense, sequential } from '@gm/networks';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, recipes, ring, trainFor } from '../../test/parts.js';
import {
  adversarialAutoencoder,
  auxiliaryClassifierGan,
  type Game,
  gan,
  iwae,
  readMetrics,
  semiSupervisedGan,
  trainer,
  vae,
  vqVae,
} from '../index.js';

/** Share of points within a quarter of one of the eight places of the ring; and how many of these are near one. */
async function nearRing(points: Tensor): Promise<{ share: number; modes: number }> {
  const values = await points.data();
  const nearest = Array.from({ length: values.length / 2 }, (_, row) => {
    const [x, y] = [values[2 * row]!, values[2 * row + 1]!];
    const mode = (Math.round(Math.atan2(y, x) / (Math.PI / 4)) + 8) % 8;
    const [a, b] = [Math.cos((mode * Math.PI) / 4), Math.sin((mode * Math.PI) / 4)];
    return Math.hypot(x - a, y - b) < 0.25 ? mode : undefined;
  });
  const found = nearest.filter((mode) => mode !== undefined);
  return { share: found.length / nearest.length, modes: new Set(found).size };
}

describe.each(['cpu', 'wasm'] as const)('latent spaces learn a ring of Gaussians on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it.each(['vaeWithMixture', 'vaeWithVampPrior'])(
    '%s moves its prior, and raises its bound by two nats',
    async (name) => {
      const run = trainer(recipes[name]!(1), { seed: 1 });
      const before = [...(await Object.values(run.networks.prior!.parameters)[0]!.data())];
      const reports = await trainFor(run, 300, 30);
      expect(reports.at(-1)!['autoencoder/loss']).toBeLessThan(reports[0]!['autoencoder/loss']! - 2);
      const after = await Object.values(run.networks.prior!.parameters)[0]!.data();
      expect(before.every((value, at) => value !== after[at])).toBe(true);
      disposeAll(run);
    },
  );

  it('categoricalVae has a category for most of the places, and draws from them', async () => {
    const run = trainer(recipes.categoricalVae!(1), { seed: 1 });
    const { encoder, decoder } = run.networks as { encoder: CategoricalEncoder; decoder: Network };
    const reports = await trainFor(run, 800, 40);
    expect(reports.at(-1)!['autoencoder/loss']).toBeLessThan(reports[0]!['autoencoder/loss']! - 2);
    const prior: Prior = uniformCategorical({ variables: 1, categories: 8 });
    const drawn = tidy(() => decoder.apply(prior.sample(400, seeded(2))));
    const { share, modes } = await nearRing(drawn);
    expect(share).toBeGreaterThan(0.7);
    expect(modes).toBeGreaterThanOrEqual(6);
    const { x } = await ring(200).at(7);
    const given = tidy(() => decoder.apply(encoder.encode(x).sample(seeded(1))));
    expect((await nearRing(given)).share).toBeGreaterThan(0.7);
    disposeAll(run);
  });

  it('vqVae gives the places back from its codes, and uses most of them', async () => {
    const run = trainer(recipes.vqVae!(1), { seed: 1 });
    const { encoder, decoder } = run.networks as Record<string, Network>;
    const book = run.networks.codebook as Codebook;
    const { x } = await ring(400).at(7);
    const look = () => nearRing(tidy(() => decoder!.apply(book.apply(encoder!.apply(x)))));
    expect((await look()).share).toBeLessThan(0.3);
    await trainFor(run, 600);
    const { share, modes } = await look();
    expect(share).toBeGreaterThan(0.9);
    expect(modes).toBe(8);
    const used = new Set(await tidy(() => book.indices(encoder!.apply(x))).data());
    expect(used.size).toBeGreaterThanOrEqual(8);
    disposeAll(run);
  });
});

describe('compositions of latent spaces that do not fit', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const plane = spec([2]);

  it('are refused with the adapter', async () => {
    const random = seeded(1);
    const likelihood = gaussianLikelihood();
    const decoder = mlpDecoder({ latent: 6, hidden: [4], output: plane, random });
    const reals = mlpEncoder({ input: plane, hidden: [4], latent: 6, random });
    const network = sequential(plane, dense({ units: 6, random }));
    const [twos, threes] = [2, 3].map((categories) =>
      categoricalEncoder(network, { variables: 6 / categories, categories }),
    );
    const prior = uniformCategorical({ variables: 2, categories: 3 });
    await expectNoLeak(async () => {
      for (const recipe of [vae, iwae]) {
        const refused = (encoder: typeof reals | CategoricalEncoder, given: Prior, ...parts: string[]) =>
          expectError(() => recipe({ encoder, decoder, prior: given, likelihood }), 'GM_FIT', ...parts);
        await refused(
          reals,
          prior,
          'expected codes of 3 categories, received codes of real numbers',
          'standardNormal()',
        );
        await refused(threes!, standardNormal(6), 'expected codes of real numbers', 'uniformCategorical()');
        await refused(twos!, prior, 'codes of 3 categories', 'codes of 2 categories');
        await refused(reals, uniform(6), 'standardNormal()');
      }
    });
  });

  /** The games that draw from a prior and do not ask for its density. */
  const drawing = (prior: Prior): Readonly<Record<string, () => Game<never, never>>> => {
    const random = seeded(1);
    const encoder = mlpEncoder({ input: plane, hidden: [4], latent: 2, random });
    const decoder = mlpDecoder({ latent: 2, hidden: [4], output: plane, random });
    const generator = mlpDecoder({ latent: 2, hidden: [4], output: plane, classes: 2, random });
    const discriminator = mlpDiscriminator({ input: plane, hidden: [4], random });
    const judge = mlpClassifier({ input: plane, hidden: [4], classes: 2, random });
    const classHead = withHead(discriminator, { classes: 2, random }).head;
    const likelihood = gaussianLikelihood();
    return {
      gan: () => gan({ generator: decoder, discriminator, prior }) as never,
      auxiliaryClassifierGan: () => auxiliaryClassifierGan({ generator, discriminator, classHead, prior }) as never,
      adversarialAutoencoder: () =>
        adversarialAutoencoder({ encoder, decoder, discriminator, prior, likelihood }) as never,
      semiSupervisedGan: () => semiSupervisedGan({ generator: decoder, discriminator: judge, prior }) as never,
    };
  };

  it('include a prior that is trained, where nothing would move it', async () => {
    const random = seeded(1);
    const encoder = mlpEncoder({ input: plane, hidden: [4], latent: 2, random });
    for (const prior of [
      trainedMixture({ latent: 2, components: 3, random }),
      vampPrior({ encoder, components: 3, random }),
    ]) {
      for (const [name, game] of Object.entries(drawing(prior))) {
        await expectNoLeak(() =>
          expectError(game, 'GM_FIT', `${name}: expected a prior that stays as it is`, 'kernel', 'standardNormal()'),
        );
      }
    }
  });

  it('do not include a trained prior that is settled: it is drawn from, and stays', async () => {
    const { network, ...settled } = trainedMixture({ latent: 2, components: 3, random: seeded(1) });
    const before = [...(await network.parameters.kernel!.data())];
    for (const game of Object.values(drawing(settled))) {
      const run = trainer(game(), { seed: 1 });
      const metrics = await readMetrics(run.step((await ring().at(0)) as never));
      expect(Object.values(metrics).every(Number.isFinite)).toBe(true);
      run.dispose();
    }
    expect([...(await network.parameters.kernel!.data())]).toEqual(before);
  });

  it('include a codebook of other vectors, and one that is trained by gradients', async () => {
    const random = seeded(1);
    const parts = {
      encoder: sequential(plane, dense({ units: 3, random })),
      decoder: mlpDecoder({ latent: 3, hidden: [], output: plane, random }),
      likelihood: gaussianLikelihood(),
    };
    const book = codebook({ input: spec([3]), size: 4, random });
    const other = codebook({ input: spec([2]), size: 4, random });
    await expectNoLeak(async () => {
      await expectError(() => vqVae({ ...parts, codebook: other }), 'GM_FIT', 'encoder → codebook');
      await expectError(() => vqVae({ ...parts, codebook: book, commitment: -1 }), 'GM_OPTION', 'commitment');
    });
    const linear = sequential(spec([3]), dense({ units: 3, random }));
    await expectError(() => vqVae({ ...parts, codebook: linear }), 'GM_FIT', 'without parameters');
  });
});
