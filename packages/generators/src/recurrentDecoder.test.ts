import { seeded, spec } from '@gm/core';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { beforeEach, expect, it } from 'vitest';
import { useBackend } from '../test/backend.js';
import { type RecurrentDecoderOptions, recurrentDecoder } from './recurrentDecoder.js';

beforeEach(() => useBackend('cpu'));

const make = (options: Partial<RecurrentDecoderOptions> = {}) =>
  recurrentDecoder({ latent: 3, output: spec([4, 1]), hidden: [2], random: seeded(1), ...options });

it('recurrentDecoder says what it takes and gives', () => {
  const { input, output } = make({ output: spec([4, 2], [0, 255]) });
  expect([input, output]).toEqual([spec([3]), spec([4, 2], [0, 255])]);
});

it('recurrentDecoder refuses what is no sequence, and sizes that are none, before it makes anything', async () => {
  await expectNoLeak(async () => {
    await expectError(() => make({ output: spec([4]) }), 'GM_FIT', 'recurrentDecoder: expected output of shape');
    await expectError(() => make({ output: spec([4, 1], [0, 9], 'int32') }), 'GM_DTYPE');
    await expectError(() => make({ hidden: [] }), 'GM_OPTION', 'hidden.length');
    await expectError(() => make({ hidden: [0] }), 'GM_OPTION', 'units');
    await expectError(() => make({ latent: 0 }), 'GM_OPTION', 'latent');
    await expectError(() => make({ cell: 'rnn' as never }), 'GM_OPTION', 'cell');
  });
});
