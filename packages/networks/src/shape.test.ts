import { spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { flatten, reshape } from './shape.js';

describe.each(backends)('shapes on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('change without touching the numbers, forwards and backwards', async () => {
    for (const network of [flatten()(spec([2, 3])), reshape([3, 2, 1])(spec([6]))]) {
      await checkGradients({ network, reference: (x) => x });
      await checkSecondGradients({ network });
    }
  });

  it('leave the argument to its owner', async () => {
    const x = tensor([1, 2, 3, 4], [2, 2]);
    await expectNoLeak(() => flatten()(spec([2])).apply(x));
    await expectSame(flatten()(spec([2])).apply(x), x);
  });
});

describe('flatten and reshape', () => {
  it('keep range and type', () => {
    expect(flatten()(spec([2, 3], [0, 1])).output).toEqual(spec([6], [0, 1]));
    expect(flatten()(spec([])).output).toEqual(spec([1]));
    expect(reshape([2, 2])(spec([4], [0, 9], 'int32')).output).toEqual(spec([2, 2], [0, 9], 'int32'));
  });

  it('refuse to lose or invent numbers', async () => {
    await expectError(
      () => reshape([28, 28])(spec([783])),
      'GM_FIT',
      'input → reshape: expected float32 [28, 28] in unbounded, received float32 [783] in unbounded.',
      '783 numbers cannot become 784',
    );
    await expectError(() => reshape([-1, 2]), 'GM_SHAPE', 'positive whole numbers');
  });
});
