import { useBackend } from '@gm/backends';
import { spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { dispose } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { type SequenceDatasetOptions, sequenceDataset } from './sequenceDataset.js';

const make = (options: Partial<SequenceDatasetOptions> = {}) =>
  sequenceDataset({ sequences: [[1, 2, 3], [4], [2, 2]], vocabulary: 5, padding: 0, ...options });

describe('sequenceDataset', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('fills shorter sequences up, and gives any of them in any order', async () => {
    const data = make({ labels: [1, 0, 1] });
    expect([data.count, data.example, data.classes]).toEqual([3, { ...spec([3], [0, 4], 'int32'), padding: 0 }, 2]);
    const { x, labels } = data.at([1, 0]) as ReturnType<typeof data.at> & { labels: typeof x };
    expect([x.dtype, await x.array()]).toEqual([
      'int32',
      [
        [4, 0, 0],
        [1, 2, 3],
      ],
    ]);
    expect(await labels.array()).toEqual([0, 1]);
    await expectNoLeak(() => void dispose(data.at([2]) as never));
    expect(make({ time: 4 }).example.shape).toEqual([4]);
  });

  it('refuses lengths that differ without padding, empty and long sequences, and symbols that are none', async () => {
    await expectError(() => make({ padding: undefined as never }), 'GM_SHAPE', 'without padding', '1 at 1');
    await expectError(() => make({ sequences: [[1], []] }), 'GM_SHAPE', '0 at 1');
    await expectError(() => make({ time: 2 }), 'GM_SHAPE', '1 to 2 symbols', '3 at 0');
    await expectError(() => make({ sequences: [[1, 5]] }), 'GM_LABEL', '5 in sequence 0 at 1');
    await expectError(() => make({ sequences: [[1, 0]] }), 'GM_LABEL', 'but for the padding 0');
    await expectError(() => make({ sequences: [[1.5]] }), 'GM_LABEL', '1.5');
    await expectError(() => make({ vocabulary: 1 }), 'GM_OPTION', 'vocabulary');
    await expectError(() => make({ padding: 5 }), 'GM_OPTION', 'padding');
    await expectError(() => make({ labels: [0, 1] }), 'GM_LABEL');
    await expectError(() => make({ sequences: [] }), 'any');
  });
});
