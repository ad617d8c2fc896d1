import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { add } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { dense as denseReference } from '../test/reference.js';
import { tanh } from './activation.js';
import { conv2d } from './conv2d.js';
import { dense } from './dense.js';
import { frozen } from './frozen.js';
import { globalAverage } from './globalAverage.js';
import { batchNorm } from './normalization.js';
import { parallel } from './parallel.js';
import { sequential } from './sequential.js';

const random = seeded(1);

describe.each(backends)('on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('parallel adds its branches up, as do its derivatives', async () => {
    const network = parallel(
      [dense({ units: 2, random })],
      [dense({ units: 3, random }), tanh(), dense({ units: 2, random })],
    )(spec([4]));
    await checkGradients({
      network,
      reference(x, by) {
        const of = (part: number) => ({ kernel: by[`${part}/kernel`]!, bias: by[`${part}/bias`]! });
        const hidden = denseReference(3, 4, 3)(x, of(1)).map(Math.tanh);
        const other = denseReference(3, 3, 2)(hidden, of(3));
        return denseReference(3, 4, 2)(x, of(0)).map((value, at) => value + other[at]!);
      },
    });
    await checkSecondGradients({ network });
  });

  it('an empty branch of parallel is x itself', async () => {
    const layer = dense({ units: 3, random })(spec([3]));
    const x = seeded(2).normal([2, 3]);
    await expectClose(parallel([], [layer])(spec([3])).apply(x), add(x, layer.apply(x)));
  });

  it('globalAverage is the mean of each channel', async () => {
    const network = globalAverage()(spec([2, 3, 2], [0, 1]));
    expect(network.output).toEqual(spec([2], [0, 1]));
    await checkGradients({
      network,
      batch: 2,
      reference: (x) =>
        Float64Array.from({ length: 4 }, (_, at) => {
          const own = x.filter((_, place) => Math.floor(place / 12) === at >> 1 && place % 2 === at % 2);
          return own.reduce((total, value) => total + value, 0) / 6;
        }),
    });
    await checkSecondGradients({ network });
  });

  it('frozen evaluates as outside training, and moves nothing', async () => {
    const given = sequential(spec([3]), dense({ units: 2, random }), batchNorm());
    const fixed = frozen(given);
    const x = seeded(3).normal([5, 3]);
    await expectClose(fixed.apply(x, { training: true }), given.apply(x));
    await expectClose(given.buffers['1/mean']!, [0, 0]);
    expect(fixed.parameters).toEqual({});
    expect(Object.keys(fixed.buffers)).toEqual([...Object.keys(given.parameters), ...Object.keys(given.buffers)]);
    fixed.dispose();
    await expectClose(given.apply(x), given.apply(x)); // still there
    await expectError(() => fixed.apply(x), 'GM_DISPOSED');
  });
});

describe('parallel', () => {
  beforeEach(() => useBackend('cpu'));

  it('refuses branches that do not meet, and leaves nothing', async () => {
    await expectNoLeak(async () => {
      const layer = parallel([dense({ units: 2, random })], [dense({ units: 3, random })]);
      await expectError(() => layer(spec([4])), 'GM_FIT', 'parallel: expected branches that all give', '[2]', '[3]');
      await expectError(
        () => parallel([conv2d({ filters: 1, kernelSize: 1, random })], [])(spec([4])),
        'GM_FIT',
        'conv2d',
      );
      await expectError(() => parallel([tanh()]), 'GM_OPTION', 'two branches');
    });
  });
});

describe('globalAverage', () => {
  it('wants images', async () => {
    await expectError(() => globalAverage()(spec([4])), 'GM_FIT', 'globalAverage');
  });
});
