import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { mean, moments, sqrt, tidy, type Variable } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { dcganGenerator } from './dcganGenerator.js';

const random = seeded(1);
const digits = spec([28, 28, 1], [-1, 1]);

/** Height, width and channels before each doubling, as the kernels tell. */
function growth(output: readonly number[], channels: number): (number | undefined)[] {
  const network = dcganGenerator({ latent: 2, output: spec(output), channels, random });
  const kernels = Object.values(network.parameters).filter(({ shape }) => shape.length === 4);
  const widths = kernels.map(({ shape }) => shape[3]);
  const area = network.parameters['0/kernel']!.shape[1]! / widths[0]!;
  network.dispose();
  return [area, ...widths];
}

describe.each(backends)('dcganGenerator on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('starts from N(0, 0.02²), scales at one, biases and offsets at zero', async () => {
    const { parameters } = dcganGenerator({ latent: 50, output: digits, channels: 16, random });
    for (const [name, value] of Object.entries(parameters)) {
      if (!name.endsWith('kernel')) continue;
      const [centre, spread] = tidy(() => [mean(value), sqrt(moments(value).variance)]);
      await expectClose(centre!, [0], 2e-3, { floor: 1 });
      await expectClose(spread!, [0.02], 0.1);
    }
    const others = ['2/scale', '2/offset', '7/bias'].map((name) => parameters[name]);
    const starts = await Promise.all(others.map(async (value) => new Set(await value!.data())));
    expect(starts).toEqual([new Set([1]), new Set([0]), new Set([0])]);
  });

  it('gives every example its own image outside training, and follows the batch in training', async () => {
    const network = dcganGenerator({ latent: 4, output: spec([8, 8, 1], [-1, 1]), channels: 2, random });
    const z = seeded(3).normal([6, 4]);
    const before = await dataOf(network.buffers!);
    await expectNoLeak(() => network.apply(z));
    expect(await dataOf(network.buffers!)).toEqual(before);
    await expectNoLeak(() => network.apply(z, { training: true }));
    expect(await dataOf(network.buffers!)).not.toEqual(before);
  });
});

async function dataOf(variables: Readonly<Record<string, Variable>>): Promise<number[][]> {
  return Promise.all(Object.values(variables).map(async (value) => Array.from(await value.data())));
}

describe('dcganGenerator', () => {
  beforeEach(() => useBackend('cpu'));

  it('grows from about 4 × 4: digits twice, the images of the paper four times', () => {
    expect(growth([28, 28, 1], 64)).toEqual([7 * 7, 128, 64]);
    expect(growth([32, 32, 3], 4)).toEqual([4 * 4, 16, 8, 4]);
    expect(growth([64, 64, 3], 4)).toEqual([4 * 4, 32, 16, 8, 4]);
    expect(growth([4, 4, 1], 4)).toEqual([1, 8, 4]);
    expect(growth([12, 20, 1], 4)).toEqual([3 * 5, 8, 4]);
    expect(growth([100, 36, 1], 4)).toEqual([25 * 9, 8, 4]);
    expect(growth([64, 16, 1], 4)).toEqual([16 * 4, 8, 4]);
  });

  it('names its layers by place', () => {
    const { parameters, buffers } = dcganGenerator({ latent: 2, output: digits, channels: 2, random });
    expect(Object.keys(parameters)).toEqual([
      '0/kernel',
      '2/scale',
      '2/offset',
      '4/kernel',
      '5/scale',
      '5/offset',
      '7/kernel',
      '7/bias',
    ]);
    expect(Object.keys(buffers!)).toEqual(['2/mean', '2/variance', '5/mean', '5/variance']);
  });

  it('refuses sides that are not multiples of 4', async () => {
    await expectError(
      () => dcganGenerator({ latent: 2, output: spec([30, 30, 3], [-1, 1]), random }),
      'GM_SHAPE',
      'dcganGenerator: expected output with height and width that are multiples of 4, received [30, 30, 3]. ' +
        'Pad the images to 32 × 32.',
    );
    await expectError(() => dcganGenerator({ latent: 2, output: spec([784]), random }), 'GM_SHAPE', '[784]');
  });

  it('refuses sizes that are none', async () => {
    await expectNoLeak(async () => {
      await expectError(
        () => dcganGenerator({ latent: 0, output: digits, random }),
        'GM_OPTION',
        'dcganGenerator: expected latent to be a whole number of at least 1, received 0.',
      );
      await expectError(
        () => dcganGenerator({ latent: 2, output: digits, channels: 0.5, random }),
        'GM_OPTION',
        'dcganGenerator: expected channels to be a whole number of at least 1, received 0.5.',
      );
    });
  });
});
