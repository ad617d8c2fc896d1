import { useBackend } from '@gm/backends';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { traversal } from './traversal.js';

describe.each(['cpu', 'wasm'] as const)('traversal on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('moves one dimension in each row and leaves the others as they are', async () => {
    const grid = traversal({ z: tensor2d([[5, 6, 7]]), axes: [2, 0], values: [-1, 1] });
    expect(grid.shape).toEqual([4, 3]);
    await expectClose(grid, [5, 6, -1, 5, 6, 1, -1, 6, 7, 1, 6, 7]);
  });

  it('moves all dimensions from −3 to 3 unless told otherwise', async () => {
    const grid = traversal({ z: tensor1d([9, 9]) });
    expect(grid.shape).toEqual([14, 2]);
    await expectClose(
      grid,
      [-3, -2, -1, 0, 1, 2, 3].flatMap((v) => [v, 9]).concat([-3, -2, -1, 0, 1, 2, 3].flatMap((v) => [9, v])),
    );
  });

  it('leaves no tensor behind', async () => {
    const z = zeros([1, 4]);
    await expectNoLeak(() => traversal({ z }));
  });
});

describe('wrong arguments of traversal', () => {
  beforeEach(async () => void (await useBackend('cpu')));

  it('are more codes than one, axes that z has not, and nothing to do', async () => {
    const z = zeros([1, 4]);
    await expectError(
      () => traversal({ z: zeros([2, 4]) }),
      'GM_SHAPE',
      '[latent] or [1, latent]',
      '[2, 4]',
      'slice(z, 0, 1)',
    );
    await expectError(() => traversal({ z, axes: [4] }), 'GM_OPTION', 'each of axes', 'of at most 3', 'received 4');
    await expectError(() => traversal({ z, values: [Number.NaN] }), 'GM_OPTION', 'each of values', 'NaN');
    await expectError(() => traversal({ z, axes: [] }), 'GM_OPTION', 'the number of cells', 'received 0');
  });
});
