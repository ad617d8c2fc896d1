import { spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { tensor2d } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { rescale } from './rescale.js';

describe.each(backends)('rescale on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('carries the ends to the ends', async () => {
    const network = rescale([-1, 1], [0, 255])(spec([3], [-1, 1]));
    const x = tensor2d([[-1, 0, 1]]);
    await expectClose(network.apply(x), [0, 127.5, 255]);
    await expectNoLeak(() => network.apply(x));
  });

  it('agrees with float64, as do its derivatives', async () => {
    const network = rescale([-4, 4], [0, 1])(spec([5], [-4, 4]));
    await checkGradients({ network, reference: (x) => x.map((value) => (value + 4) / 8) });
    await checkSecondGradients({ network });
  });
});

describe('rescale', () => {
  it('gives the range it promises, also to a narrower input', () => {
    expect(rescale([0, 1], [-1, 1])(spec([2], [0, 0.5])).output).toEqual(spec([2], [-1, 1]));
  });

  it('refuses an input that may leave the interval', async () => {
    await expectError(
      () => rescale([0, 1], [-1, 1])(spec([2], [-1, 1])),
      'GM_RANGE',
      'rescale: expected x in [0, 1], received [-1, 1].',
    );
    await expectError(() => rescale([0, 1], [-1, 1])(spec([2])), 'GM_RANGE', 'End the part with sigmoid().');
  });

  it('refuses empty and endless intervals', async () => {
    await expectError(
      () => rescale([1, 0], [0, 1]),
      'GM_OPTION',
      'rescale: expected from to be [low, high] with low < high, received [1, 0]. Give the lower end first.',
    );
    await expectError(() => rescale([0, 1], [0, Infinity]), 'GM_OPTION', 'to[1]', 'received Infinity');
  });
});
