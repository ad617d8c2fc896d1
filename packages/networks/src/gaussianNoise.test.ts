import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { add, mul, ones as onesOf, zeros as zerosOf } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { gaussianNoise } from './gaussianNoise.js';

describe.each(backends)('gaussianNoise on %s', (backend) => {
  beforeEach(() => useBackend(backend));
  const network = () => gaussianNoise({ scale: 0.5 })(spec([20], [0, 1]));

  it('adds normal numbers of that scale, of the stream it is given', async () => {
    const x = seeded(3).normal([4, 20]);
    const y = network().apply(x, { training: true, random: seeded(1) });
    await expectClose(y, add(x, mul(0.5, seeded(1).normal([4, 20]))));
    const drawn = network().apply(zerosOf([500, 20]), { training: true, random: seeded(2) });
    const noise = (await drawn.data()) as Float32Array;
    const variance = noise.reduce((total, value) => total + value ** 2, 0) / noise.length;
    expect(Math.abs(variance - 0.25)).toBeLessThan(0.02); // 5.6 standard deviations
  });

  it('differentiates as if it were not there', async () => {
    const options = () => ({ training: true, random: seeded(7) });
    const noise = seeded(7).normals(12);
    const small = gaussianNoise({ scale: 0.5 })(spec([4]));
    await checkGradients({ network: small, options, reference: (x) => x.map((value, at) => value + 0.5 * noise[at]!) });
    await checkSecondGradients({ network: small, options });
  });

  it('does nothing in evaluation, or with a scale of 0', async () => {
    const x = seeded(1).normal([2, 20]);
    await expectSame(network().apply(x), x);
    await expectSame(gaussianNoise({ scale: 0 })(spec([20])).apply(x, { training: true }), x);
    const noisy = network();
    await expectNoLeak(() => noisy.apply(x, { training: true, random: seeded(1) }));
  });
});

describe('gaussianNoise', () => {
  it('leaves the range of its input, unless its scale is 0', () => {
    expect(gaussianNoise({ scale: 0.5 })(spec([3], [0, 1])).output).toEqual(spec([3]));
    expect(gaussianNoise({ scale: 0 })(spec([3], [0, 1])).output).toEqual(spec([3], [0, 1]));
  });

  it('wants a stream in training, and a scale that can be one', async () => {
    const network = gaussianNoise({ scale: 0.5 })(spec([3]));
    const x = onesOf([1, 3]);
    await expectError(() => network.apply(x, { training: true }), 'GM_RANDOM', 'gaussianNoise: expected a stream');
    for (const scale of [-1, Number.NaN]) await expectError(() => gaussianNoise({ scale }), 'GM_OPTION', 'scale');
    await expectError(() => gaussianNoise({ scale: 1 })(spec([3], [0, 4], 'int32')), 'GM_FIT');
  });
});
