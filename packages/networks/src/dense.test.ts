import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { ones as onesOf, tensor2d } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { dense as reference } from '../test/reference.js';
import { dense } from './dense.js';

describe.each(backends)('dense on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('gives x W + b', async () => {
    const network = dense({ units: 2, random: seeded(1) })(spec([3]));
    network.parameters.kernel!.assign(tensor2d([1, 2, 3, 4, 5, 6], [3, 2]));
    network.parameters.bias!.assign(onesOf([2]));
    await expectClose(network.apply(tensor2d([[1, 0, -1]])), [-3, -3]);
  });

  it.each([true, false])('agrees with float64, as do its derivatives, with bias %s', async (bias) => {
    const network = dense({ units: 4, bias, random: seeded(1) })(spec([5]));
    await checkGradients({ network, reference: reference(3, 5, 4) });
    await checkSecondGradients({ network });
  });

  it('leaves nothing behind', async () => {
    await expectNoLeak(() => dense({ units: 4, random: seeded(1) })(spec([5])).dispose());
    const network = dense({ units: 4, random: seeded(1) })(spec([5]));
    const x = seeded(2).normal([3, 5]);
    await expectNoLeak(() => network.apply(x));
  });
});

describe('dense', () => {
  it('gives units numbers without bounds', () => {
    const network = dense({ units: 7, random: seeded(1) })(spec([3], [0, 1]));
    expect(network.output).toEqual(spec([7]));
    expect(Object.keys(network.parameters)).toEqual(['kernel', 'bias']);
  });

  it('refuses units that are no positive whole number', async () => {
    await expectError(
      () => dense({ units: 0, random: seeded(1) }),
      'GM_OPTION',
      'dense: expected units to be a whole number of at least 1, received 0.',
    );
  });

  it('refuses images, and says what mends it', async () => {
    await expectError(
      () => dense({ units: 2, random: seeded(1) })(spec([28, 28, 1])),
      'GM_FIT',
      'dense: expected an input of shape [features], received float32 [28, 28, 1] in unbounded. Put flatten() before it.',
    );
  });
});
