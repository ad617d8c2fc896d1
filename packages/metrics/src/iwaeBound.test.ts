import { useBackend } from '@gm/backends';
import { seeded } from '@gm/core';
import { expectClose, expectNoLeak, expectSame } from '@gm/core/testing';
import { fill, memory, reshape, type Tensor, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  copiesOf,
  decoder,
  EXAMPLES,
  encoderOf,
  gapOf,
  likelihood,
  logProbOf,
  meanOf,
  prior,
} from '../test/linearGaussian.js';
import { elboParts } from './elboParts.js';
import { iwaeBound } from './iwaeBound.js';

const model = (x: Tensor, [shift, spread] = [0.2, 2]) => ({
  encoder: encoderOf(shift, spread),
  decoder,
  prior,
  likelihood,
  x,
  random: seeded(3),
});

describe.each(['cpu', 'wasm'] as const)('iwaeBound on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const examples = () => tensor2d(EXAMPLES.map((row) => [...row]));

  it('is log p(x) for every K when q is the true posterior', async () => {
    for (const samples of [1, 7, 50]) {
      const bound = iwaeBound({ ...model(examples(), [0, 1]), samples });
      await expectClose(bound, EXAMPLES.map(logProbOf));
    }
  });

  it('goes to log p(x) with K, and K = 5,000 fits', async () => {
    await expectClose(iwaeBound({ ...model(examples()), samples: 5000 }), EXAMPLES.map(logProbOf), 0.01);
  });

  it('is the ELBO at K = 1, of the same draw', async () => {
    await expectClose(iwaeBound({ ...model(examples()), samples: 1 }), elboParts(model(examples())).elbo);
  });

  it('rises with K on average, from the ELBO to log p(x)', async () => {
    const x = EXAMPLES[1]!;
    const estimate = (samples: number) => meanOf(iwaeBound({ ...model(copiesOf(x, 5000)), samples }));
    const found = await Promise.all([1, 2, 5, 20].map(estimate));
    const [elbo, , , last] = found;
    const gap = gapOf(0.2, 2);
    expect(Math.abs(elbo!.mean - logProbOf(x) + gap)).toBeLessThan(4.5 * elbo!.error);
    expect(last!.mean - 4.5 * last!.error).toBeLessThan(logProbOf(x));
    expect(logProbOf(x) - last!.mean).toBeLessThan(0.2 * gap);
    for (const [index, { mean, error }] of found.slice(1).entries())
      expect(mean - found[index]!.mean).toBeGreaterThan(4.5 * error);
  });

  it('does not depend on the size of the chunks but by rounding', async () => {
    const whole = iwaeBound({ ...model(examples()), samples: 30, chunk: 30 });
    for (const chunk of [1, 7, 29, 1000]) {
      await expectClose(iwaeBound({ ...model(examples()), samples: 30, chunk }), whole);
    }
    await expectSame(iwaeBound({ ...model(examples()), samples: 30, chunk: 30 }), whole);
  });

  it('keeps no more in memory at once for a larger K', () => {
    const x = examples();
    const peak = (samples: number) => {
      let most = 0;
      const watching = {
        apply: (z: Tensor) => {
          most = Math.max(most, memory().numBytes);
          return decoder.apply(z);
        },
      };
      tidy(() => iwaeBound({ ...model(x), decoder: watching, samples, chunk: 10 }));
      return most;
    };
    peak(10);
    expect(peak(200)).toBeLessThanOrEqual(peak(20) + 100);
  });

  it('stays finite where the weights are far below the smallest float, and says −∞ where all are zero', async () => {
    const far = tensor2d([[1000, 0, 0, 0]]);
    const bound = iwaeBound({ ...model(far, [0, 1]), samples: 10, chunk: 3 });
    await expectClose(bound, [logProbOf([1000, 0, 0, 0])]);
    const impossible = { ...likelihood, logProb: (x: Tensor) => fill([x.shape[0]!], Number.NEGATIVE_INFINITY) };
    const nothing = await iwaeBound({ ...model(far), likelihood: impossible, samples: 10, chunk: 3 }).data();
    expect([...nothing]).toEqual([Number.NEGATIVE_INFINITY]);
  });

  it('takes examples of any rank', async () => {
    const x = reshape(examples(), [3, 2, 2, 1]);
    const flat = (t: Tensor) => reshape(t, [t.shape[0]!, 4]);
    const parts = {
      ...model(x),
      encoder: { encode: (t: Tensor) => encoderOf(0.2, 2).encode(flat(t)) },
      likelihood: {
        ...likelihood,
        logProb: (t: Tensor, prediction: Tensor) => likelihood.logProb(flat(t), prediction),
      },
    };
    await expectSame(iwaeBound({ ...parts, samples: 9 }), iwaeBound({ ...model(examples()), samples: 9 }));
  });

  it('leaves no tensor behind', async () => {
    const x = examples();
    await expectNoLeak(() => iwaeBound({ ...model(x), samples: 7, chunk: 2 }));
  });

  it('refuses what does not fit, before a tensor is made', async () => {
    const x = examples();
    const bernoulli = { ...likelihood, prediction: 'logits' } as const;
    const sigmoid = { ...decoder, output: { shape: [4], dtype: 'float32', range: [0, 1] } } as const;
    await expectNoLeak(() => {
      expect(() => iwaeBound({ ...model(x), decoder: sigmoid, likelihood: bernoulli })).toThrow(
        'iwaeBound: expected decoder.output in logits, received [0, 1].',
      );
      expect(() => iwaeBound({ ...model(x), samples: 0.5 })).toThrow('iwaeBound: expected samples');
      expect(() => iwaeBound({ ...model(x), chunk: 0 })).toThrow('iwaeBound: expected chunk');
    });
    expect(() => iwaeBound(model(zeros([0, 4])))).toThrow(
      'iwaeBound: expected x of shape [batch, …] with at least one example',
    );
  });
});
