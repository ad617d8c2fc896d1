import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { ones as onesOf, reshape, tensor, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { conv2d as reference } from '../test/reference.js';
import { conv2d } from './conv2d.js';
import { ones } from './initializer.js';

const random = seeded(1);

/** Odd sizes, kernels larger than strides and smaller, unequal axes. */
const cases = [
  { from: [5, 4, 2], to: [5, 4, 3], size: [3, 3], strides: [1, 1], padding: 'same' },
  { from: [5, 6, 2], to: [3, 3, 2], size: [4, 4], strides: [2, 2], padding: 'same' },
  { from: [5, 6, 1], to: [2, 3, 2], size: [3, 2], strides: [2, 2], padding: 'valid' },
  { from: [5, 7, 2], to: [3, 3, 1], size: [1, 2], strides: [2, 3], padding: 'same' },
  { from: [6, 6, 2], to: [2, 2, 1], size: [2, 2], strides: [3, 3], padding: 'same' }, // leaves pixels over
  { from: [6, 5, 1], to: [2, 5, 2], size: [2, 3], strides: [3, 1], padding: 'same' }, // … along one axis
  { from: [3, 3, 2], to: [1, 1, 2], size: [3, 3], strides: [1, 1], padding: 'valid' },
] as const;

describe.each(backends)('conv2d on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('sums what lies under the kernel', async () => {
    const network = conv2d({ filters: 1, kernelSize: 2, padding: 'valid', random, kernel: ones })(spec([2, 3, 1]));
    const x = tensor([1, 2, 3, 4, 5, 6], [1, 2, 3, 1]);
    await expectClose(network.apply(x), [12, 16]); // 1 + 2 + 4 + 5, 2 + 3 + 5 + 6
  });

  it.each(cases)('agrees with float64, as do its derivatives: $from → $to, $padding', async (window) => {
    const { from, to, size, strides, padding } = window;
    const network = conv2d({ filters: to[2], kernelSize: size, strides, padding, random })(spec(from));
    expect(network.output.shape).toEqual(to);
    await checkGradients({ network, batch: 2, reference: reference({ batch: 2, ...window }) });
    await checkSecondGradients({ network, batch: 2 });
  });

  it('leaves nothing behind', async () => {
    const network = conv2d({ filters: 2, kernelSize: 3, random })(spec([4, 4, 1]));
    const x = onesOf([1, 4, 4, 1]);
    await expectNoLeak(() => network.apply(x));
    await expectNoLeak(() => tidy(() => reshape(network.apply(x), [-1])));
  });
});

describe('conv2d', () => {
  it('leaves out the bias when told', () => {
    const network = conv2d({ filters: 2, kernelSize: 3, bias: false, random })(spec([4, 4, 1]));
    expect(Object.keys(network.parameters)).toEqual(['kernel']);
  });

  it('refuses a kernel that does not go into the input', async () => {
    await expectError(
      () => conv2d({ filters: 2, kernelSize: [3, 6], padding: 'valid', random })(spec([5, 5, 1])),
      'GM_FIT',
      "conv2d: expected a kernel of at most 5 × 5 under padding 'valid', received 3 × 6. Take a smaller kernelSize or padding 'same'.",
    );
  });

  it('refuses rows, fractions and unknown paddings', async () => {
    const options = { filters: 2, kernelSize: 3, random };
    await expectError(
      () => conv2d(options)(spec([784])),
      'GM_FIT',
      'conv2d: expected an input of shape [height, width, channels], received float32 [784]',
      'Put reshape([height, width, channels]) before it.',
    );
    await expectError(() => conv2d({ ...options, strides: 0.5 }), 'GM_OPTION', 'strides', 'received 0.5');
    await expectError(() => conv2d({ ...options, kernelSize: 0 }), 'GM_OPTION', 'kernelSize', 'received 0');
    await expectError(() => conv2d({ ...options, filters: -1 }), 'GM_OPTION', 'filters', 'received -1');
    const padding = 'full' as 'same';
    await expectError(
      () => conv2d({ ...options, padding }),
      'GM_OPTION',
      "padding to be one of same, valid, received 'full'",
    );
  });
});
