import { seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { countParameters } from '@gm/networks';
import { beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../test/backend.js';
import { convDecoder } from './convDecoder.js';

const random = seeded(1);
const options = { latent: 20, output: spec([28, 28, 1], 'logits'), random };

describe('convDecoder', () => {
  beforeEach(() => useBackend('cpu'));

  it('grows a digit from 7 × 7', () => {
    const network = convDecoder(options);
    expect([network.input, network.output]).toEqual([spec([20]), options.output]);
    expect(network.parameters['0/kernel']!.shape).toEqual([20, 7 * 7 * 64]);
    expect(network.parameters['3/kernel']!.shape).toEqual([4, 4, 32, 64]);
    expect(network.parameters['5/kernel']!.shape).toEqual([4, 4, 1, 32]);
    expect(countParameters(network)).toBe(21 * 3136 + 16 * 64 * 32 + 32 + 16 * 32 + 1);
  });

  it('refuses sides that cannot be doubled to, with the next that can', async () => {
    await expectError(
      () => convDecoder({ ...options, output: spec([30, 28, 1]) }),
      'GM_SHAPE',
      'convDecoder: expected output with height and width that are multiples of 4, received [30, 28, 1]. ' +
        'Pad the images to 32 × 28.',
    );
    await expectError(
      () => convDecoder({ ...options, channels: [64, 32, 16] }),
      'GM_SHAPE',
      'multiples of 8, received [28, 28, 1]. Pad the images to 32 × 32.',
    );
  });

  it('refuses what is no image, sizes that are none, and no channels', async () => {
    await expectNoLeak(async () => {
      await expectError(
        () => convDecoder({ ...options, output: spec([784], [0, 1]) }),
        'GM_SHAPE',
        'convDecoder: expected output of shape [height, width, channels], received [784]. ' +
          'Give the shape of one image, with 1 channel for grey.',
      );
      await expectError(() => convDecoder({ ...options, output: spec([4, 4, 1, 1]) }), 'GM_SHAPE', '[4, 4, 1, 1]');
      await expectError(
        () => convDecoder({ ...options, output: spec([4, 4, 1], [0, 9], 'int32') }),
        'GM_DTYPE',
        'convDecoder: expected output of type float32, received int32.',
      );
      await expectError(() => convDecoder({ ...options, latent: 1.5 }), 'GM_OPTION', 'convDecoder: expected latent');
      await expectError(() => convDecoder({ ...options, channels: [8, 0] }), 'GM_OPTION', 'each of channels', '0');
      await expectError(() => convDecoder({ ...options, kernelSize: 0 }), 'GM_OPTION', 'kernelSize', '0');
      await expectError(
        () => convDecoder({ ...options, channels: [] }),
        'GM_OPTION',
        'convDecoder: expected channels for at least one doubling, received []. ' +
          'Give the channels of the smallest image first, [64, 32] for instance.',
      );
    });
  });
});
