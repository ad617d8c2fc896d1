import { type Random, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { ones as onesOf } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useBackend } from '../test/backend.js';
import { moments } from '../test/reference.js';
import { dense } from './dense.js';
import { glorotUniform, heNormal, type Initializer, normalInit, ones, zeros } from './initializer.js';

const context = (seed = 1) => ({ fanIn: 300, fanOut: 100, random: seeded(seed) });
const shape = [300, 100];

async function drawn(initializer: Initializer): Promise<Float64Array> {
  return Float64Array.from(await initializer(shape, context()).data());
}

describe('initialisers', () => {
  beforeAll(() => useBackend('cpu'));

  it('glorotUniform fills ±√(6 / (fanIn + fanOut))', async () => {
    const values = await drawn(glorotUniform);
    const limit = Math.sqrt(6 / 400);
    expect(Math.max(...values)).toBeLessThan(limit);
    expect(Math.max(...values)).toBeGreaterThan(0.999 * limit);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-limit);
    expect(moments(values).variance / (limit ** 2 / 3)).toBeCloseTo(1, 1);
  });

  it.each([
    ['heNormal', heNormal, 2 / 300],
    ['normalInit(0.02)', normalInit(0.02), 4e-4],
  ] as const)('%s has mean 0 and its variance', async (_, initializer, variance) => {
    const found = moments(await drawn(initializer));
    expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / 30_000));
    expect(found.variance / variance).toBeCloseTo(1, 1);
  });

  it('repeat themselves under one seed, and leave nothing behind', async () => {
    for (const initializer of [glorotUniform, heNormal, normalInit(1)]) {
      await expectSame(initializer(shape, context(4)), initializer(shape, context(4)));
      await expectNoLeak(() => initializer(shape, context()));
    }
  });

  it('zeros and ones need no stream', async () => {
    const none = undefined as unknown as Random;
    await expectSame(zeros([2], { fanIn: 1, fanOut: 1, random: none }), [0, 0]);
    await expectSame(ones([2], { fanIn: 1, fanOut: 1, random: none }), [1, 1]);
  });

  it('say so when a layer has no stream', async () => {
    const random = undefined as unknown as Random;
    await expectNoLeak(() =>
      expectError(
        () => dense({ units: 2, random })(spec([3])),
        'GM_RANDOM',
        'glorotUniform: expected a stream to draw first weights from, received none. Pass { random: seeded(1) } to the layer.',
      ),
    );
    await expectError(() => dense({ units: 2, random, kernel: heNormal })(spec([3])), 'GM_RANDOM', 'normalInit');
  });

  it('are refused when they give another shape', async () => {
    const kernel: Initializer = () => onesOf([2]);
    await expectNoLeak(() =>
      expectError(
        () => dense({ units: 2, random: seeded(1), kernel })(spec([3])),
        'GM_SHAPE',
        'initializer: expected a tensor of shape [3, 2], received [2].',
      ),
    );
  });
});
