import { useBackend } from '@gm/backends';
import { type BatchSource, type LabelledExamples, seeded, spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { batches, passages, sequenceDataset } from '@gm/data';
import { mlpClassifier, mlpDiscriminator, recurrentClassifier } from '@gm/discriminators';
import { codedGenerator, mlpDecoder, recurrentDecoder, recurrentGenerator } from '@gm/generators';
import { recurrentEncoder, standardNormal } from '@gm/latent';
import { gaussianLikelihood } from '@gm/losses';
import { ones, tensor1d, tensor2d, tensor3d, tidy, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, ring } from '../test/parts.js';
import {
  classifier,
  gan,
  languageModel,
  readMetrics,
  semiSupervisedGan,
  sequenceVae,
  train,
  trainer,
  vae,
} from './index.js';

const [TIME, VOCABULARY] = [3, 4];
const random = seeded(1);
const sequences = [[1, 2, 3], [2, 1], [3], [1, 3, 2]];
const source = () => {
  const dataset = sequenceDataset({ sequences, vocabulary: VOCABULARY, padding: 0, labels: [0, 1, 0, 1] });
  return batches(dataset, { batchSize: 2, random });
};
const symbols = spec([TIME], [0, VOCABULARY - 1], 'int32');
const started = async (run: unknown, data: BatchSource<unknown>) => {
  for await (const _ of train(run as never, data as never, { steps: 2 }));
};
const generator = () => recurrentGenerator({ vocabulary: VOCABULARY, time: TIME, hidden: [3], random });

describe('training', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('refuses sequences that are filled up, where the model would count the padding', async () => {
    const judged = (padding?: number) =>
      trainer(
        classifier({
          network: recurrentClassifier({
            input: symbols,
            hidden: [3],
            classes: 2,
            random,
            ...(padding !== undefined && { padding }),
          }),
        }),
      );
    await expectError(() => started(judged(), source()), 'GM_FIT', 'filled up with 0', 'Pass { padding: 0 }');
    await expectError(() => started(judged(1), source()), 'GM_FIT', 'filled up with 1');
    await started(judged(0), source());
    const network = recurrentClassifier({ input: source().example, hidden: [3], classes: 2, random });
    expect(network.input.padding).toBe(0);
    await started(trainer(classifier({ network })), source());
  });

  it('counts no padding in a sequence VAE, whose encoder says what it is', async () => {
    const vaeOf = (input: typeof symbols, padding?: number) =>
      sequenceVae({
        encoder: recurrentEncoder({ input, hidden: [3], latent: 2, random }),
        decoder: codedGenerator({ generator: generator(), latent: 2, random }),
        prior: standardNormal(2),
        ...(padding !== undefined && { padding }),
      });
    await expectError(() => started(trainer(vaeOf(symbols)), source()), 'GM_FIT', 'filled up with 0');
    await expectError(() => vaeOf(symbols, 0), 'GM_FIT', 'sequenceVae → encoder');
    const run = trainer(vaeOf(source().example), { seed: 1 });
    const x = tensor2d([[0, 0, 0]], [1, TIME], 'int32');
    const { 'autoencoder/reconstruction': nats } = await readMetrics(run.step({ x } as never));
    expect(nats).toBeCloseTo(0);
  });

  it('passes over steps of a series that its mask leaves out', async () => {
    const network = () => recurrentClassifier({ input: spec([TIME, 1]), hidden: [3], classes: 2, random: seeded(2) });
    const lossOf = async (series: number[], mask?: number[]) => {
      const run = trainer(classifier({ network: network() }), { seed: 1 });
      const batch = {
        x: tensor3d(series, [1, TIME, 1]),
        labels: tensor1d([1], 'int32'),
        ...(mask && { mask: tensor2d(mask, [1, TIME]) }),
      };
      return (await readMetrics(run.step(batch)))['classifier/loss'];
    };
    expect(await lossOf([1, 2, 9], [1, 1, 0])).toBe(await lossOf([1, 2, -5], [1, 1, 0]));
    expect(await lossOf([1, 2, 9])).not.toBe(await lossOf([1, 2, -5]));
  });

  it('refuses a mask of another size, and one that the game would count past', async () => {
    const series = spec([TIME, 1]);
    const source = (mask: number[][]): BatchSource<LabelledExamples> => ({
      example: series,
      classes: 2,
      batchSize: 2,
      batchesPerEpoch: 1,
      at: () => ({ x: ones([2, TIME, 1]), labels: tensor1d([0, 1], 'int32'), mask: tensor2d(mask) }),
    });
    const rows = [
      [1, 1, 0],
      [1, 1, 1],
    ];
    const judge = () =>
      trainer(classifier({ network: recurrentClassifier({ input: series, hidden: [3], classes: 2, random }) }));
    await started(judge(), source(rows));
    await expectError(
      () =>
        started(
          judge(),
          source([
            [1, 1],
            [1, 1],
          ]),
        ),
      'GM_SHAPE',
      'mask',
    );
    const encoder = recurrentEncoder({ input: series, hidden: [3], latent: 2, random });
    const decoder = recurrentDecoder({ latent: 2, output: series, hidden: [3], random });
    const parts = { encoder, decoder, prior: standardNormal(2), likelihood: gaussianLikelihood() };
    const counting = trainer(vae(parts));
    await expectError(() => started(counting, source(rows)), 'GM_FIT', 'batches without a mask', '[3, 1]');
    expect(counting.steps).toBe(0);
  });

  it('refuses labels beyond the head before the first step', async () => {
    const network = mlpClassifier({ input: spec([2]), hidden: [3], classes: 2, random });
    const bad = (labels: number[]): BatchSource<LabelledExamples> => ({
      example: spec([2]),
      classes: 2,
      batchSize: 3,
      batchesPerEpoch: 1,
      at: () => ({ x: ones([3, 2]), labels: tensor1d(labels, 'int32') }),
    });
    const run = trainer(classifier({ network }));
    await expectError(() => started(run, bad([0, 1, 7])), 'GM_LABEL', 'labels from 0 to 1', '7 for example 2');
    await expectError(() => started(run, bad([0, -1, 1])), 'GM_LABEL', '-1 for example 1');
    expect(run.steps).toBe(0);
    disposeAll(run);
  });

  it('refuses batches without what the game reads, of another size, and empty ones', async () => {
    const model = trainer(languageModel({ generator: generator(), batchSize: 4 }));
    const text = Int32Array.from({ length: 200 }, (_, index) => index % VOCABULARY);
    const pieces = (batchSize: number) => passages(text, { vocabulary: VOCABULARY, time: TIME, batchSize });
    await expectError(() => started(model, pieces(8)), 'GM_FIT', 'batches of 4', '8');
    const plain = { ...source(), example: symbols, classes: VOCABULARY, batchSize: 4 };
    await expectError(() => started(model, plain), 'GM_FIT', 'batches with next');
    await started(model, pieces(4));
    const partly = semiSupervisedGan({
      generator: mlpDecoder({ latent: 2, hidden: [3], output: spec([2]), random }),
      discriminator: mlpClassifier({ input: spec([2]), hidden: [3], classes: 2, random }),
      prior: standardNormal(2),
    });
    const { at: _, ...rest } = ring();
    const labelled = { ...rest, at: () => ({ x: ones([4, 2]), labels: tensor1d([0, 1, 0, 1], 'int32') }) };
    await expectError(() => started(trainer(partly), labelled), 'GM_FIT', 'batches with unlabelled');
    const pair = {
      generator: mlpDecoder({ latent: 2, hidden: [3], output: spec([2]), random }),
      discriminator: mlpDiscriminator({ input: spec([2]), hidden: [3], random }),
    };
    const run = trainer(gan({ ...pair, prior: standardNormal(2) }));
    const empty = tidy(() => zeros([0, 2]));
    await expectError(() => run.step({ x: empty }), 'GM_SHAPE', 'at least one example');
    await expectError(() => run.step({ x: ones([4, 3]) }), 'GM_SHAPE', 'x of shape [batch, 2]');
    await expectError(() => run.step({ x: ones([4, 2], 'int32') }), 'GM_DTYPE', 'float32');
  });
});
