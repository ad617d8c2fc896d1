import { useBackend } from '@gm/backends';
import { draw, expectClose, expectError, expectNoLeak, type Input, testLoss } from '@gm/core/testing';
import { add, fill, ones, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { bernoulliLogProb, logSumExp, total } from '../test/reference.js';
import { checkLabels, realLogit, sigmoidCrossEntropy, softmaxCrossEntropy } from './classification.js';

const labelled = (values: readonly number[]): Input => ({ shape: [values.length], values, dtype: 'int32' });
const crossEntropy = (label: Float64Array, logits: Float64Array, smoothing = 0) =>
  (1 - smoothing) * (logSumExp(logits) - logits[label[0]!]!) +
  (smoothing / logits.length) * total(logits, (value) => logSumExp(logits) - value);

describe.each(['cpu', 'wasm'] as const)('classification on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  testLoss({ describe, it }, 'softmaxCrossEntropy', softmaxCrossEntropy as never, {
    inputs: [labelled([0, 2, 1, 2]), draw([4, 3])],
    reference: crossEntropy as never,
  });
  testLoss({ describe, it }, 'realLogit', (logits) => realLogit(logits!), {
    inputs: [draw([4, 3])],
    reference: (logits) => logSumExp(logits!),
  });
  testLoss({ describe, it }, 'softmaxCrossEntropy of equal logits', softmaxCrossEntropy as never, {
    inputs: [labelled([0, 2]), { shape: [2, 3], values: [0, 0, 0, 5, 5, 5] }],
    reference: crossEntropy as never,
  });
  testLoss({ describe, it }, 'softmaxCrossEntropy of extreme logits', softmaxCrossEntropy as never, {
    inputs: [labelled([0, 1, 2, 0]), { shape: [4, 3], values: [40, 0, -40, 40, 0, -40, 1e4, -1e4, 0, 1e4, 1e4, -1e4] }],
    reference: crossEntropy as never,
    second: false,
  });
  testLoss(
    { describe, it },
    'softmaxCrossEntropy with smoothing',
    (labels, logits) => softmaxCrossEntropy(labels!, logits!, { smoothing: 0.1 }),
    {
      inputs: [labelled([0, 2, 1, 2]), draw([4, 3])],
      reference: ((label: Float64Array, logits: Float64Array) => crossEntropy(label, logits, 0.1)) as never,
    },
  );

  testLoss({ describe, it }, 'softmaxCrossEntropy of sequences', softmaxCrossEntropy as never, {
    inputs: [{ shape: [3, 2], values: [0, 2, 1, 2, 3, 3], dtype: 'int32' }, draw([3, 2, 4])],
    reference: ((labels: Float64Array, logits: Float64Array) =>
      total(labels, (label, time) =>
        crossEntropy(Float64Array.of(label), logits.subarray(time * 4, time * 4 + 4)),
      )) as never,
  });

  it('leaves classes with logit −∞ out of it', async () => {
    const logits = tensor2d([[0, 0, -Infinity]]);
    await expectClose(softmaxCrossEntropy(tensor1d([1], 'int32'), logits), [Math.LN2]);
  });

  it('costs log classes to know nothing, and nothing to be sure and right', async () => {
    await expectClose(softmaxCrossEntropy(tensor1d([3], 'int32'), zeros([1, 10])), [Math.log(10)]);
    await expectClose(softmaxCrossEntropy(tensor1d([1], 'int32'), tensor2d([[0, 100]])), [0]);
  });

  it('keeps its accuracy however large the logits are', async () => {
    // 16384 + log 2 needs more digits than float32 has; the difference does not.
    const logits = tensor2d([[16384, 16384]]);
    await expectClose(softmaxCrossEntropy(tensor1d([0], 'int32'), logits), [Math.LN2], 1e-6);
  });

  it('does not change when a number is added to all logits', async () => {
    const [labels, logits] = [
      tensor1d([0, 2], 'int32'),
      tensor2d([
        [1, 2, 3],
        [3, -1, 0],
      ]),
    ];
    await expectClose(softmaxCrossEntropy(labels, add(logits, 8)), softmaxCrossEntropy(labels, logits));
  });

  it('of two classes is the sigmoid cross-entropy of their difference', async () => {
    const logits = tensor2d([
      [1, 2],
      [3, -1],
    ]);
    const difference = tensor1d([2 - 1, -1 - 3]);
    const binary = sigmoidCrossEntropy(tensor1d([0, 1]), difference);
    await expectClose(softmaxCrossEntropy(tensor1d([0, 1], 'int32'), logits), binary);
  });

  it('gives NaN, never a number, for a label that is no class, and leaves its neighbours alone', async () => {
    const labels = tensor1d([-1, 0, 3, 1, 1_000_000], 'int32');
    const values = await softmaxCrossEntropy(labels, zeros([5, 3])).data();
    expect(Array.from(values, Number.isNaN)).toEqual([true, false, true, false, true]);
    await expectClose(values[1]!, Math.log(3));
    const smoothed = await softmaxCrossEntropy(labels, zeros([5, 3]), { smoothing: 1 }).data();
    expect(Array.from(smoothed, Number.isNaN)).toEqual([true, false, true, false, true]);
  });

  testLoss({ describe, it }, 'sigmoidCrossEntropy of many questions', sigmoidCrossEntropy, {
    inputs: [draw([3, 4], { range: [0, 1] }), draw([3, 4], { seed: 1 })],
    reference: (labels, logits) => -bernoulliLogProb(labels!, logits!),
  });
  testLoss({ describe, it }, 'sigmoidCrossEntropy of one question, when it is sure', sigmoidCrossEntropy, {
    inputs: [
      { shape: [6], values: [0, 1, 0, 1, 0, 1] },
      { shape: [6], values: [40, 40, -40, -40, 1e4, 1e4] },
    ],
    reference: (labels, logits) => -bernoulliLogProb(labels!, logits!),
    second: false,
  });

  it('costs log 2 to be undecided about one question', async () => {
    await expectClose(sigmoidCrossEntropy(ones([2]), zeros([2])), [Math.LN2, Math.LN2]);
    await expectClose(sigmoidCrossEntropy(fill([1], 0.5), zeros([1])), [Math.LN2]);
  });
});

describe('wrong arguments', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('are shapes that do not go together', async () => {
    const [labels, logits] = [tensor1d([0, 1], 'int32'), zeros([3, 4])];
    await expectNoLeak(async () => {
      await expectError(
        () => softmaxCrossEntropy(labels, logits),
        'GM_SHAPE',
        'labels [batch, …] and logits [batch, …, classes]',
        'labels [2] and logits [3, 4]',
        'sigmoidCrossEntropy()',
      );
    });
    await expectError(() => softmaxCrossEntropy(logits, logits), 'GM_SHAPE', 'rather than one-hot rows');
    await expectError(() => softmaxCrossEntropy(labels, zeros([2, 1])), 'GM_SHAPE', 'two classes or more');
    await expectError(() => softmaxCrossEntropy(labels, zeros([2])), 'GM_SHAPE', 'logits [2]');
    await expectError(() => sigmoidCrossEntropy(labels, logits), 'GM_SHAPE', 'one logit for each label');
  });

  it('are labels that are not whole numbers by type', async () => {
    await expectError(
      () => softmaxCrossEntropy(tensor1d([0, 1]), zeros([2, 3])),
      'GM_DTYPE',
      'int32',
      'float32',
      "cast(labels, 'int32')",
    );
  });

  it('are a smoothing outside [0, 1]', async () => {
    const labels = tensor1d([0], 'int32');
    await expectError(
      () => softmaxCrossEntropy(labels, zeros([1, 3]), { smoothing: 1.5 }),
      'GM_OPTION',
      'smoothing',
      '1.5',
    );
  });

  it('are labels outside the classes, found where they are still plain numbers', async () => {
    expect(() => checkLabels(Uint8Array.of(0, 1, 9), 10)).not.toThrow();
    expect(() => checkLabels([], 10)).not.toThrow();
    await expectError(() => checkLabels([0, 10], 10), 'GM_LABEL', 'labels from 0 to 9', '10 at 1', 'more classes');
    await expectError(() => checkLabels([-1], 10), 'GM_LABEL', '-1 at 0');
    await expectError(() => checkLabels([0.5], 10), 'GM_LABEL', '0.5 at 0');
    await expectError(() => checkLabels([Number.NaN], 10), 'GM_LABEL', 'NaN at 0');
    await expectError(() => checkLabels([0], 0), 'GM_OPTION', 'classes');
  });
});

describe('realLogit', () => {
  it('wants one logit for each class', async () => {
    await useBackend('cpu');
    await expectError(() => realLogit(zeros([3])), 'GM_SHAPE', 'realLogit', '[batch, classes]');
  });
});
