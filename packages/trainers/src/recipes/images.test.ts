import { useBackend } from '@gm/backends';
import { type BatchSource, type LabelledExamples, type Network, type SeededRandom, seeded, spec } from '@gm/core';
import {
  convClassifier,
  dcganDiscriminator,
  discriminator,
  type FeatureNetwork,
  patchDiscriminator,
  resnetClassifier,
  resnetDiscriminator,
  withHead,
} from '@gm/discriminators';
import { convDecoder, dcganGenerator } from '@gm/generators';
import { convEncoder, standardNormal } from '@gm/latent';
import { dense, frozen, spectralNorm, weightsOf } from '@gm/networks';
import { argMax, sigmoid, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll } from '../../test/parts.js';
import { adam, classifier, type GameTrainer, gan, train, trainer, vae } from '../index.js';

const [SIDE, BATCH] = [8, 32];
const image = spec([SIDE, SIDE, 1], [0, 1]);

/** One bright bar from side to side, horizontal or vertical. */
interface Bar {
  readonly vertical: boolean;
  readonly place: number;
}
const barsAt = (places: readonly number[]): Bar[] =>
  [false, true].flatMap((vertical) => places.map((place) => ({ vertical, place })));

/** Every place: all horizontal bars together are all vertical ones, so that no linear function of the pixels tells them apart. */
const EVERYWHERE = barsAt(Array.from({ length: SIDE }, (_, place) => place));
/** What a generator is to draw. */
const FOUR = barsAt([2, 5]);

const pixelsOf = ({ vertical, place }: Bar): number[] =>
  Array.from({ length: SIDE ** 2 }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / SIDE), pixel % SIDE];
    return (vertical ? column : row) === place ? 1 : 0;
  });

/** Such bars with a little noise, labelled by whether they are vertical. */
function images(bars: readonly Bar[], random: SeededRandom, count = BATCH): LabelledExamples {
  const chosen = Array.from(random.words(count), (word) => bars[word % bars.length]!);
  const noise = random.normals(count * SIDE ** 2);
  const values = chosen.flatMap(pixelsOf).map((value, at) => Math.min(1, Math.max(0, value + 0.1 * noise[at]!)));
  const labels = chosen.map(({ vertical }) => Number(vertical));
  return { x: tensor(values, [count, ...image.shape]), labels: tensor(labels, [count], 'int32') };
}

const source = (bars: readonly Bar[]): BatchSource<LabelledExamples> => ({
  example: image,
  classes: 2,
  batchSize: BATCH,
  batchesPerEpoch: 10,
  at: (step) => images(bars, seeded('seen').split(step)),
});

async function trainOn<Batch>(run: GameTrainer<Batch>, bars: readonly Bar[], steps: number): Promise<void> {
  for await (const _ of train(run, source(bars) as BatchSource<never>, { steps, guardEvery: 50 }));
}

/** How many of 200 fresh examples it gets right. */
async function accuracyOf(network: FeatureNetwork, bars: readonly Bar[]): Promise<number> {
  const { x, labels } = images(bars, seeded('fresh'), 200);
  const [told, right] = await Promise.all([tidy(() => argMax(network.logits(x), -1)).data(), labels.data()]);
  return right.filter((label, row) => label === told[row]).length / 200;
}

/** Of 200 samples, the mean distance from the nearest of the four bars, and how many bars a twentieth of them or more lie within 0.2 of. */
async function drawnBy(generator: Network): Promise<{ distance: number; met: number }> {
  const pixels = await tidy(() => generator.apply(standardNormal(4).sample(200, seeded('codes')))).data();
  const nearest = Array.from({ length: 200 }, (_, row) => nearestOf(pixels.slice(row * SIDE ** 2)));
  const hits = FOUR.map((bar) => nearest.filter((one) => one.bar === bar && one.distance < 0.2).length);
  const distance = nearest.reduce((total, one) => total + one.distance, 0) / 200;
  return { distance, met: hits.filter((count) => count >= 10).length };
}

/** Root mean square over the pixels. */
function nearestOf(pixels: ArrayLike<number>): { distance: number; bar: Bar } {
  const all = FOUR.map((bar) => {
    const squares = pixelsOf(bar).reduce((total, value, at) => total + (value - pixels[at]!) ** 2, 0);
    return { bar, distance: Math.sqrt(squares) / SIDE };
  });
  return all.reduce((best, one) => (one.distance < best.distance ? one : best));
}

/** A discriminator and the generator that it teaches, without momentum. */
function adversaries(discriminator: FeatureNetwork) {
  const generator = dcganGenerator({ latent: 4, output: image, channels: 8, random: seeded(1) });
  const optimizer = () => adam({ learningRate: 3e-3, beta1: 0, beta2: 0.9 });
  const optimizers = { generator: optimizer(), discriminator: optimizer() };
  const game = gan({ generator, discriminator, prior: standardNormal(4), optimizers });
  return trainer(game, { seed: 1, averageDecay: 0.99 });
}

const judges = {
  dcganDiscriminator: () => dcganDiscriminator({ input: image, channels: 8, norm: 'none', random: seeded(1) }),
  patchDiscriminator: () => patchDiscriminator({ input: image, channels: 16, halvings: 1, random: seeded(1) }),
  'resnetDiscriminator with spectral norm': () =>
    resnetDiscriminator({ input: image, channels: [8, 16], kernelNorm: spectralNorm(), random: seeded(1) }),
};

const classifiers = {
  convClassifier: () => convClassifier({ input: image, classes: 2, channels: [8, 16], hidden: 32, random: seeded(1) }),
  resnetClassifier: () => resnetClassifier({ input: image, classes: 2, channels: [8, 16], random: seeded(1) }),
};

describe('images of bars', () => {
  // The layers are tried on each backend elsewhere; convolutions on the processor alone would take minutes.
  beforeEach(async () => void (await useBackend('wasm')));

  it.each(Object.entries(classifiers))('%s tells nineteen of twenty new ones apart', async (_, make) => {
    const network = make();
    const run = trainer(classifier({ network, optimizer: adam({ learningRate: 5e-3 }) }), { seed: 1 });
    await trainOn(run, EVERYWHERE, 150);
    expect(await accuracyOf(network, EVERYWHERE)).toBeGreaterThan(0.95);
    disposeAll(run);
  });

  it.each(Object.entries(judges))('%s teaches a generator to draw more than one of four', async (_, make) => {
    const run = adversaries(make());
    const look = () => run.withAverages(() => drawnBy(run.networks.generator!));
    expect((await look()).distance).toBeGreaterThan(0.4);
    await trainOn(run, FOUR, 600);
    const { distance, met } = await look();
    expect(distance).toBeLessThan(0.15); // of an empty image: √(1/8) ≈ 0.35
    expect(met).toBeGreaterThan(1);
    disposeAll(run);
  });

  const bytesOf = async (network: Network) => {
    const values = await Promise.all(Object.values(weightsOf(network)).map((weight) => weight.data()));
    return values.map(({ buffer, byteOffset, byteLength }) => [...new Uint8Array(buffer, byteOffset, byteLength)]);
  };

  it('a VAE of convolutions keeps which bar it saw, and a head on its frozen encoder tells which way that lay', async () => {
    const random = seeded(1);
    const encoder = convEncoder({ input: image, channels: [8, 16], latent: 4, random });
    const decoder = convDecoder({
      latent: 4,
      channels: [16, 8],
      output: spec(image.shape, 'logits'),
      random,
    });
    const parts = { encoder, decoder, prior: standardNormal(4), optimizer: adam({ learningRate: 3e-3 }) };
    const run = trainer(vae(parts), { seed: 1 });
    const distance = async () => {
      const { x } = images(FOUR, seeded('fresh'), 200);
      const again = await tidy(() => sigmoid(decoder.apply(encoder.encode(x).mean))).data();
      const errors = Array.from({ length: 200 }, (_, row) => nearestOf(again.slice(row * SIDE ** 2)).distance);
      return errors.reduce((total, error) => total + error) / 200;
    };
    expect(await distance()).toBeGreaterThan(0.4);
    await trainOn(run, FOUR, 300);
    expect(await distance()).toBeLessThan(0.15);
    run.dispose();
    const before = await bytesOf(encoder);
    const head = dense({ units: 2, random: seeded(2) });
    const network = discriminator({ body: frozen(encoder), head });
    const judge = trainer(classifier({ network, optimizer: adam({ learningRate: 2e-2 }) }), { seed: 1 });
    await trainOn(judge, FOUR, 300);
    expect(await accuracyOf(network, FOUR)).toBeGreaterThan(0.95);
    expect(await bytesOf(encoder)).toEqual(before);
    disposeAll(judge);
    decoder.dispose();
  });

  /** An adversary that has taught for a while. */
  async function trainedAdversary(): Promise<FeatureNetwork> {
    const run = adversaries(judges['resnetDiscriminator with spectral norm']());
    await trainOn(run, FOUR, 200);
    run.dispose();
    run.networks.generator!.dispose();
    return run.networks.discriminator as FeatureNetwork;
  }
  it.each([
    ['stays byte for byte where it is frozen', true, 2e-2],
    ['moves where it is fine-tuned', false, 3e-3],
  ] as const)(
    'the body of such an adversary %s, and tells them apart under a new head',
    async (_, frozen, learningRate) => {
      const adversary = await trainedAdversary();
      const before = await bytesOf(adversary.body);
      const network = withHead(adversary, { classes: 2, frozen, random: seeded(2) });
      expect(await accuracyOf(network, FOUR)).toBeLessThan(0.7);
      const run = trainer(classifier({ network, optimizer: adam({ learningRate }) }), { seed: 1 });
      await trainOn(run, FOUR, 200);
      expect(await accuracyOf(network, FOUR)).toBeGreaterThan(0.95);
      if (frozen) expect(await bytesOf(adversary.body)).toEqual(before);
      else expect(await bytesOf(adversary.body)).not.toEqual(before);
      disposeAll(run);
      adversary.dispose();
    },
  );
});
