import { useBackend } from '@gm/backends';
import { expectClose, expectNoLeak, expectSame } from '@gm/core/testing';
import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { accuracy, confidence, correct, topProbability } from './accuracy.js';

describe.each(['cpu', 'wasm'] as const)('accuracy and confidence on %s', (backend) => {
  beforeAll(() => useBackend(backend));

  const rows = [
    [0.2, 0.5, 0.3],
    [0.6, 0.3, 0.1],
    [0.3, 0.3, 0.4],
    [0.5, 0.5, 0],
  ];
  const scores = () => tensor2d(rows);
  const labels = () => tensor1d([1, 2, 2, 0], 'int32');

  it('say which examples are right, and their share', async () => {
    await expectSame(correct(scores(), labels()), [1, 0, 1, 1]);
    await expectSame(accuracy(scores(), labels()), 0.75);
  });

  it('are the same of logits', async () => {
    const logits = tensor2d(rows.map((row) => row.map((value) => 100 * Math.log(value + 1e-9))));
    await expectSame(accuracy(logits, labels()), 0.75);
  });

  it('say how sure the classifier is', async () => {
    await expectClose(topProbability(scores()), [0.5, 0.6, 0.4, 0.5]);
    await expectClose(confidence(scores()), 0.5);
  });

  it('leave no tensor behind', async () => {
    const [s, l] = [scores(), labels()];
    await expectNoLeak(() => [correct(s, l), accuracy(s, l), topProbability(s), confidence(s)]);
  });

  it('refuse what does not fit', () => {
    expect(() => accuracy(zeros([4]), labels())).toThrow(
      'correct: expected scores [batch, classes] of rank 2, received [4]. Give one score for each class; for a yes-or-no question stack [1 − p, p].',
    );
    expect(() => accuracy(scores(), tensor1d([1, 2, 0], 'int32'))).toThrow(
      'correct: expected labels [4], one for each row of the scores, received [3]. Give class numbers, not one-hot rows, of the same examples.',
    );
    expect(() => correct(scores(), zeros([4, 3], 'int32'))).toThrow(expect.objectContaining({ code: 'GM_SHAPE' }));
    expect(() => correct(scores(), zeros([4]))).toThrow(
      "correct: expected labels of type int32, received float32. Cast them with cast(labels, 'int32').",
    );
    expect(() => confidence(zeros([3]))).toThrow('topProbability: expected scores [batch, classes] of rank 2');
    expect(() => confidence(zeros([0, 3]))).toThrow(
      'topProbability: expected at least one example and one class, received scores [0, 3]. Leave out empty batches.',
    );
  });
});
