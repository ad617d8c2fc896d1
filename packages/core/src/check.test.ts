import { zeros } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../test/backend.js';
import { checkChoice, checkNumber, checkRange, checkRank, checkSameShape, type Limits } from './index.js';
import { expectError } from './testing/index.js';

describe('checks of tensors', () => {
  beforeEach(() => useBackend('cpu'));

  it('checkSameShape passes equal shapes, and names each tensor with its shape otherwise', async () => {
    const [mean, logVariance] = [zeros([64, 16]), zeros([64, 8])];
    checkSameShape('gaussianKl', { mean, other: mean }, 'Split it.');
    await expectError(
      () => checkSameShape('gaussianKl', { mean, logVariance }, 'Split the encoder output with splitGaussian().'),
      'GM_SHAPE',
      'gaussianKl: expected equal shapes, received mean [64, 16] and logVariance [64, 8]. Split the encoder output',
    );
  });

  it('checkRank counts the batch axis', async () => {
    checkRank('flatten', 'x', zeros([2, 3]), 2, 'Add a batch axis.');
    await expectError(
      () => checkRank('flatten', 'x', zeros([3]), 2, 'Add a batch axis.'),
      'GM_SHAPE',
      'flatten: expected x of rank 2, received [3]. Add a batch axis.',
    );
  });
});

describe('checkNumber', () => {
  it('gives the number back when it is inside', () => {
    expect(checkNumber('f', 'n', 0.5)).toBe(0.5);
    expect(checkNumber('f', 'n', 1, { min: 1, max: 1, integer: true })).toBe(1);
    expect(checkNumber('f', 'n', 0.5, { min: 0, max: 1, exclusive: true })).toBe(0.5);
  });

  it.each<[number, Limits, string]>([
    [NaN, {}, 'a finite number, received NaN'],
    [Infinity, {}, 'a finite number, received Infinity'],
    ['3' as never, {}, 'a finite number, received 3'],
    [undefined as never, { min: 1 }, 'a finite number of at least 1, received undefined'],
    [0, { min: 1, integer: true }, 'a whole number of at least 1, received 0'],
    [1.5, { min: 1, integer: true }, 'a whole number of at least 1, received 1.5'],
    [2, { max: 1 }, 'a finite number of at most 1, received 2'],
    [0, { min: 0, exclusive: true }, 'a finite number above 0, received 0'],
    [1, { min: 0, max: 1, exclusive: true }, 'a finite number above 0 and below 1, received 1'],
  ])('refuses %s under %j', async (value, limits, message) => {
    await expectError(
      () => checkNumber('dropout', 'rate', value, limits),
      'GM_OPTION',
      `dropout: expected rate to be ${message}`,
    );
  });
});

it('checkChoice gives the choice back, and lists them all when it is none of them', async () => {
  expect(checkChoice('conv2d', 'padding', 'same', ['same', 'valid'])).toBe('same');
  await expectError(
    () => checkChoice('conv2d', 'padding', 'full', ['same', 'valid']),
    'GM_OPTION',
    "conv2d: expected padding to be one of same, valid, received 'full'.",
  );
});

it('checkRange passes what fits and names the adapter otherwise', async () => {
  checkRange('bernoulli', 'data', [0, 1], [0, 1]);
  await expectError(
    () => checkRange('bernoulli', 'data', [-1, 1], [0, 1]),
    'GM_RANGE',
    'bernoulli: expected data in [0, 1], received [-1, 1]. Put rescale([-1, 1], [0, 1]) between them.',
  );
});
