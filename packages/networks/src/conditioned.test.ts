import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { tensor, tensor1d, zeros as zerosOf } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkSecondGradients } from '../test/gradients.js';
import { tanh } from './activation.js';
import { conditioned } from './conditioned.js';
import { dense } from './dense.js';
import { perStep } from './perStep.js';
import { residual } from './residual.js';
import { sequential } from './sequential.js';
import { flatten } from './shape.js';

const random = seeded(1);

describe.each(backends)('conditioned on %s', (backend) => {
  beforeEach(() => useBackend(backend));
  const classes = (...values: number[]) => tensor1d(values, 'int32');

  it('appends the class to rows, and to images as channels', async () => {
    const row = conditioned({ classes: 3 })(spec([2]));
    await expectClose(
      row.apply(
        tensor([
          [5, 6],
          [7, 8],
        ]),
        { condition: classes(2, 0) },
      ),
      [5, 6, 0, 0, 1, 7, 8, 1, 0, 0],
    );
    const image = conditioned({ classes: 2 })(spec([1, 2, 1], [0, 1]));
    expect(image.output).toEqual(spec([1, 2, 3], [0, 1]));
    await expectClose(
      image.apply(tensor([0.5, 0.25], [1, 1, 2, 1]), { condition: classes(1) }),
      [0.5, 0, 1, 0.25, 0, 1],
    );
  });

  it('gives NaN for a class that there is not', async () => {
    const y = await conditioned({ classes: 3 })(spec([1]))
      .apply(tensor([[1], [2]]), { condition: classes(3, 1) })
      .data();
    expect([...y]).toEqual([1, Number.NaN, Number.NaN, Number.NaN, 2, 0, 1, 0]);
  });

  it('makes whatever is composed of it conditional, and is differentiated twice', async () => {
    const network = sequential(spec([3]), conditioned({ classes: 2 }), dense({ units: 3, random }), tanh());
    expect(network.condition).toEqual(spec([], [0, 1], 'int32'));
    expect(sequential(spec([3]), network).condition).toEqual(network.condition);
    expect(residual(network)(spec([3])).condition).toEqual(network.condition);
    const options = () => ({ condition: classes(1, 0, 1) });
    await checkSecondGradients({ network, options });
    const x = random.normal([3, 3]);
    const condition = classes(1, 0, 1);
    await expectNoLeak(() => network.apply(x, { condition }));
  });
});

describe('a condition', () => {
  beforeEach(() => useBackend('cpu'));
  const made = () => sequential(spec([2]), conditioned({ classes: 3 }), dense({ units: 1, random }));

  it('is asked for, and checked', async () => {
    const network = made();
    const x = zerosOf([2, 2]);
    await expectError(() => network.apply(x), 'GM_LABEL', 'a class for each example', '{ condition: labels }');
    await expectError(
      () => network.apply(x, { condition: tensor1d([0], 'int32') }),
      'GM_SHAPE',
      'condition [2]',
      '[1]',
    );
    await expectError(() => network.apply(x, { condition: zerosOf([2]) }), 'GM_DTYPE', 'int32');
  });

  it('is the same for all parts of a whole', async () => {
    const other = conditioned({ classes: 4 });
    await expectError(() => sequential(spec([2]), conditioned({ classes: 3 }), flatten(), other), 'GM_FIT', '3 and 4');
  });

  it('needs rows or images, of floats, and at least two classes', async () => {
    await expectError(() => conditioned({ classes: 3 })(spec([2, 2])), 'GM_FIT', 'flatten()');
    await expectError(() => conditioned({ classes: 3 })(spec([2], [0, 3], 'int32')), 'GM_FIT');
    await expectError(() => conditioned({ classes: 1 }), 'GM_OPTION', 'classes');
    expect(flatten()(spec([2, 2])).condition).toBeUndefined();
    await expectError(() => perStep(conditioned({ classes: 3 }))(spec([4, 2])), 'GM_FIT', 'perStep');
  });
});
