import { seeded, spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { ones as onesOf, sum, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { dropout } from './dropout.js';

describe.each(backends)('dropout on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('drops the given share and makes up for it', async () => {
    const network = dropout({ rate: 0.25 })(spec([100], [0, 1]));
    const y = await network.apply(onesOf([100, 100]), { training: true, random: seeded(1) }).data();
    const dropped = y.filter((value) => value === 0).length;
    expect(Math.abs(dropped / 10_000 - 0.25)).toBeLessThan(0.02); // 4.6 standard deviations
    expect(new Set(y)).toEqual(new Set([0, Math.fround(4 / 3)]));
  });

  it('repeats itself under one seed', async () => {
    const network = dropout({ rate: 0.5 })(spec([20]));
    const x = seeded(3).normal([4, 20]);
    const evaluate = (seed: number) => network.apply(x, { training: true, random: seeded(seed) });
    await expectSame(evaluate(1), evaluate(1));
    expect(await evaluate(1).data()).not.toEqual(await evaluate(2).data());
  });

  it('differentiates through the mask', async () => {
    const network = dropout({ rate: 0.5 })(spec([4]));
    const options = () => ({ training: true, random: seeded(7) });
    const kept = seeded(7)
      .uniforms(12)
      .map((u) => (u >= 0.5 ? 2 : 0));
    await checkGradients({ network, options, reference: (x) => x.map((value, at) => value * kept[at]!) });
    await checkSecondGradients({ network, options });
  });

  it('does nothing in evaluation, or with a rate of 0, and gives a tensor of its own all the same', async () => {
    const x = seeded(1).normal([2, 3]);
    const network = dropout({ rate: 0.9 })(spec([3]));
    await expectSame(network.apply(x), x);
    await expectSame(dropout({ rate: 0 })(spec([3])).apply(x, { training: true }), x);
    await expectNoLeak(() => network.apply(x));
    await expectNoLeak(() => network.apply(x, { training: true, random: seeded(1) }));
    expect(tidy(() => sum(x)).isDisposed).toBe(false);
  });
});

describe('dropout', () => {
  it('may leave the range of its input, unless its rate is 0', () => {
    expect(dropout({ rate: 0.5 })(spec([3], [0, 1])).output).toEqual(spec([3]));
    expect(dropout({ rate: 0 })(spec([3], [0, 1])).output).toEqual(spec([3], [0, 1]));
  });

  it('wants a stream in training', async () => {
    const network = dropout({ rate: 0.5 })(spec([3]));
    const x = onesOf([1, 3]);
    await expectNoLeak(() =>
      expectError(
        () => network.apply(x, { training: true }),
        'GM_RANDOM',
        'dropout: expected a stream to draw the mask from, received none. Pass { training: true, random } to apply, or leave out training.',
      ),
    );
  });

  it.each([1, -0.1, Number.NaN])('refuses the rate %s', async (rate) => {
    await expectError(() => dropout({ rate }), 'GM_OPTION', 'dropout: expected rate', `received ${rate}`);
  });
});
