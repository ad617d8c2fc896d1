import { useBackend } from '@gm/backends';
import { seeded } from '@gm/core';
import { expectClose, expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { add, dispose, div, ones, scalar, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  copiesOf,
  decoder,
  divergenceOf,
  EXAMPLES,
  encoderOf,
  gapOf,
  likelihood,
  logProbOf,
  meanOf,
  prior,
  priorWithDivergence,
} from '../test/linearGaussian.js';
import { elboParts } from './elboParts.js';

const model = (x: Tensor, [shift, spread] = [0, 1]) => ({
  encoder: encoderOf(shift, spread),
  decoder,
  prior,
  likelihood,
  x,
  random: seeded(3),
});

describe.each(['cpu', 'wasm'] as const)('elboParts on %s', (backend) => {
  beforeAll(() => useBackend(backend));
  const examples = () => tensor2d(EXAMPLES.map((row) => [...row]));

  it('is log p(x), whatever is drawn, when q is the true posterior', async () => {
    const { elbo, reconstruction, divergence } = elboParts(model(examples()));
    await expectClose(elbo, EXAMPLES.map(logProbOf));
    expect([elbo.shape, reconstruction.shape, divergence.shape]).toEqual([[3], [3], [3]]);
  });

  it('lies below log p(x) by KL(q ‖ p(z | x)) on average', async () => {
    for (const x of EXAMPLES) {
      const { mean, error } = await meanOf(elboParts(model(copiesOf(x, 20_000), [0.1, 1.5])).elbo);
      expect(Math.abs(mean - logProbOf(x) + gapOf(0.1, 1.5))).toBeLessThan(4.5 * error);
    }
  });

  it('gives the divergence of a closed form exactly, and estimates it without one', async () => {
    const x = EXAMPLES[1]!;
    const options = { ...model(copiesOf(x, 20_000), [0.1, 1.5]), prior: priorWithDivergence };
    const exact = divergenceOf(x, 0.1, 1.5);
    await expectClose(elboParts(options).divergence, new Array(20_000).fill(exact));
    const { mean, error } = await meanOf(elboParts({ ...options, closedForm: false }).divergence);
    expect(Math.abs(mean - exact)).toBeLessThan(4.5 * error);
  });

  it('takes the mean of several draws', async () => {
    const random = seeded(8);
    const single = () => elboParts({ ...model(examples(), [0.1, 1.5]), random }).elbo;
    const [first, second, third] = [single(), single(), single()];
    const together = elboParts({ ...model(examples(), [0.1, 1.5]), random: seeded(8), samples: 3 });
    await expectClose(together.elbo, div(add(add(first, second), third), 3));
  });

  it('takes any posterior, not only a Gaussian', async () => {
    const encoder = { encode: (x: Tensor) => ({ sample: () => ones([3, 2]), logProb: () => zeros([x.shape[0]!]) }) };
    const parts = elboParts({ ...model(examples()), encoder, prior: priorWithDivergence });
    await expectClose(parts.divergence, new Array(3).fill(1 + Math.log(2 * Math.PI)));
  });

  it('is the sum of its parts, and the same under one seed', async () => {
    const parts = elboParts(model(examples(), [0.3, 2]));
    const [elbo, reconstruction, divergence] = await Promise.all(
      [parts.elbo, parts.reconstruction, parts.divergence].map((part) => part.data()),
    );
    await expectClose(
      elbo!,
      Array.from(reconstruction!, (value, index) => value - divergence![index]!),
    );
    await expectSame(elboParts(model(examples(), [0.3, 2])).elbo, parts.elbo);
  });

  it('leaves no tensor behind', async () => {
    const x = examples();
    await expectNoLeak(() => elboParts({ ...model(x), samples: 3 }));
    await expectNoLeak(() => elboParts({ ...model(x), prior: priorWithDivergence }));
    dispose(x);
  });

  it('refuses what does not fit, before a tensor is made', async () => {
    const x = examples();
    const bernoulli = { ...likelihood, prediction: 'logits' } as const;
    const sigmoid = { ...decoder, output: { shape: [4], dtype: 'float32', range: [0, 1] } } as const;
    await expectNoLeak(() => {
      expect(() => elboParts({ ...model(x), decoder: sigmoid, likelihood: bernoulli })).toThrow(
        'elboParts: expected decoder.output in logits, received [0, 1]. Leave out the last activation, so that the part gives logits.',
      );
      expect(() => elboParts({ ...model(x), samples: 0 })).toThrow(
        'elboParts: expected samples to be a whole number of at least 1, received 0.',
      );
    });
    await expectError(() => elboParts(model(scalar(1))), 'GM_SHAPE');
    expect(() => elboParts(model(zeros([0, 4])))).toThrow(
      'elboParts: expected x of shape [batch, …] with at least one example, received [0, 4]. Add the batch axis, or leave out empty batches.',
    );
  });
});
