import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { copyWeights } from '@gm/networks';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { recurrentClassifier } from './recurrentClassifier.js';
import { recurrentDiscriminator } from './recurrentDiscriminator.js';

const random = seeded(1);
const classifier = (time: number, options: object = {}) =>
  recurrentClassifier({ input: spec([time], [0, 5], 'int32'), hidden: [4, 3], classes: 3, random, ...options });

describe.each(backends)('recurrentClassifier on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it.each(['lstm', 'gru'] as const)('reads a filled-up sequence as the shorter one that it is: %s', async (cell) => {
    const [long, short] = [classifier(5, { padding: 0, cell }), classifier(3, { cell })];
    copyWeights(long, short);
    const filled = tensor2d([[3, 1, 4, 0, 0]], [1, 5], 'int32');
    await expectClose(long.logits(filled), short.logits(tensor2d([[3, 1, 4]], [1, 3], 'int32')));
    const within = long.logits(tensor2d([[0, 3, 1, 0, 4]], [1, 5], 'int32'));
    await expectClose(within, long.logits(filled));
  });

  it('counts every step without padding', async () => {
    const network = classifier(3);
    const [one, other] = [
      [2, 0, 0],
      [2, 0, 1],
    ].map((row) => network.logits(tensor2d([row], [1, 3], 'int32')));
    const [a, b] = await Promise.all([one!.data(), other!.data()]);
    expect(a).not.toEqual(b);
  });
});

describe('recurrent discriminators', () => {
  beforeEach(() => useBackend('cpu'));

  it('refuse what is no sequence, and padding that is no symbol, before they make anything', async () => {
    await expectNoLeak(async () => {
      await expectError(() => classifier(4, { padding: 6 }), 'GM_OPTION', 'padding', '6');
      await expectError(() => classifier(4, { hidden: [] }), 'GM_OPTION', 'hidden.length');
      await expectError(() => classifier(4, { classes: 1 }), 'GM_OPTION', 'classes');
      await expectError(() => classifier(4, { cell: 'rnn' }), 'GM_OPTION', 'cell');
      const of = (input: ReturnType<typeof spec>, options: object = {}) =>
        recurrentDiscriminator({ input, hidden: [2], random, ...options });
      await expectError(() => of(spec([4])), 'GM_FIT', '[time, channels]');
      await expectError(() => of(spec([4], 'unbounded', 'int32')), 'GM_FIT', 'vocabulary');
      await expectError(() => of(spec([4, 1]), { padding: 0 }), 'GM_OPTION', 'Pass { mask }');
    });
  });
});
