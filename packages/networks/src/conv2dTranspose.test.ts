import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { ones as onesOf, tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { conv2dTranspose as reference } from '../test/reference.js';
import { conv2dTranspose } from './conv2dTranspose.js';
import { ones } from './initializer.js';

const random = seeded(1);

const cases = [
  { from: [2, 3, 2], to: [4, 6, 2], size: [4, 4], strides: [2, 2], padding: 'same' },
  { from: [3, 2, 1], to: [3, 2, 2], size: [3, 3], strides: [1, 1], padding: 'same' },
  { from: [2, 2, 2], to: [5, 7, 1], size: [3, 4], strides: [2, 3], padding: 'valid' },
  { from: [2, 2, 1], to: [6, 6, 2], size: [2, 2], strides: [3, 3], padding: 'same' },
  { from: [1, 1, 3], to: [3, 3, 2], size: [3, 3], strides: [1, 1], padding: 'valid' },
] as const;

describe.each(backends)('conv2dTranspose on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('paints a kernel for every pixel', async () => {
    const options = { filters: 1, kernelSize: 2, strides: 2, random, kernel: ones };
    const network = conv2dTranspose({ ...options, padding: 'valid' })(spec([1, 2, 1]));
    await expectClose(network.apply(tensor([1, 2], [1, 1, 2, 1])), [1, 1, 2, 2, 1, 1, 2, 2]);
  });

  it.each(cases)('agrees with float64, as do its derivatives: $from → $to, $padding', async (window) => {
    const { from, to, size, strides, padding } = window;
    const network = conv2dTranspose({ filters: to[2], kernelSize: size, strides, padding, random })(spec(from));
    expect(network.output.shape).toEqual(to);
    await checkGradients({ network, batch: 2, reference: reference({ batch: 2, ...window }) });
    await checkSecondGradients({ network, batch: 2 });
  });

  it('leaves nothing behind', async () => {
    const network = conv2dTranspose({ filters: 2, kernelSize: 4, strides: 2, random })(spec([4, 4, 1]));
    const x = onesOf([1, 4, 4, 1]);
    await expectNoLeak(() => network.apply(x));
  });
});

describe('conv2dTranspose', () => {
  it('refuses rows and fractions', async () => {
    const options = { filters: 2, kernelSize: 3, random };
    await expectError(
      () => conv2dTranspose(options)(spec([784])),
      'GM_FIT',
      'conv2dTranspose: expected an input of shape [height, width, channels], received float32 [784]',
    );
    await expectError(() => conv2dTranspose({ ...options, kernelSize: [2, 1.5] }), 'GM_OPTION', 'kernelSize', '1.5');
  });
});
