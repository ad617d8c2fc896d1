import { type Network, type Prior, seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { standardNormal, uniform } from '@gm/latent';
import { bernoulli, gaussianLikelihood } from '@gm/losses';
import { conditioned, gumbelSoftmax, network, sequential } from '@gm/networks';
import { clone, memory, mul, sigmoid } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { fromDecoder } from './fromDecoder.js';
import { mlpDecoder } from './mlpDecoder.js';

const random = seeded(1);
const prior = standardNormal(2);

let logits: Network;

async function prepare(backend: (typeof backends)[number]): Promise<void> {
  await useBackend(backend);
  logits = mlpDecoder({ latent: 2, hidden: [4], output: spec([3], 'logits'), random });
}

describe.each(backends)('fromDecoder on %s', (backend) => {
  beforeEach(() => prepare(backend));

  it('decodes what the prior draws', async () => {
    const double = network({ name: 'double', input: spec([2]), output: spec([2]), apply: (z) => mul(z, 2) });
    const drawn = seeded(5).normals(8);
    await expectClose(
      fromDecoder(double, prior).sample(4, seeded(5)),
      drawn.map((value) => 2 * value),
    );
  });

  it('makes data of logits by the mean of the likelihood', async () => {
    const z = prior.sample(4, seeded(5));
    const samples = fromDecoder(logits, prior, { likelihood: bernoulli() }).sample(4, seeded(5));
    await expectClose(samples, sigmoid(logits.apply(z)));
  });

  it('draws the same whatever the batch, with a rest or without', async () => {
    const likelihood = bernoulli();
    const draw = (batch: number) => fromDecoder(logits, prior, { likelihood, batch }).sample(12, seeded(5));
    const whole = draw(100);
    for (const batch of [1, 4, 5, 12]) await expectClose(draw(batch), whole);
  });

  it('lets a decoder draw its symbols, each as often as it is likely', async () => {
    const even = network({ name: 'even', input: spec([2]), output: spec([2], 'logits'), apply: (z) => mul(z, 0) });
    const speller = sequential(spec([2]), even, gumbelSoftmax());
    const drawn = (await fromDecoder(speller, prior).sample(400, seeded(5)).data()) as Float32Array;
    const first = drawn.filter((value, at) => at % 2 === 0 && value === 1).length;
    expect(Math.abs(first / 400 - 0.5)).toBeLessThan(0.1); // four deviations
    await expectClose(fromDecoder(speller, prior).sample(400, seeded(5)), drawn);
  });

  it('asks a conditional decoder for all classes in turn, or for those that are named', async () => {
    const telling = sequential(spec([2]), conditioned({ classes: 3 }));
    const labelsOf = async (options: Parameters<typeof fromDecoder>[2]) => {
      const rows = (await fromDecoder(telling, prior, options).sample(5, seeded(1)).array()) as number[][];
      return rows.map((row) => row.slice(2).indexOf(1));
    };
    expect(await labelsOf({})).toEqual([0, 1, 2, 0, 1]);
    expect(await labelsOf({ labels: [2, 0], batch: 2 })).toEqual([2, 0, 2, 0, 2]);
    await expectNoLeak(() => fromDecoder(telling, prior, { batch: 2 }).sample(5, seeded(1)));
    await expectError(() => fromDecoder(telling, prior, { labels: [3] }), 'GM_LABEL', 'from 0 to 2', '3');
    await expectError(() => fromDecoder(telling, prior, { labels: [] }), 'GM_LABEL', 'none');
    await expectError(
      () => fromDecoder(logits, prior, { likelihood: bernoulli(), labels: [0] }),
      'GM_OPTION',
      'no labels',
    );
  });

  it('keeps the activations of one batch in memory at a time', async () => {
    const most = { rows: 0, tensors: 0 };
    const watching = network({
      name: 'watching',
      input: spec([2]),
      output: spec([2]),
      apply(z) {
        const h = mul(mul(z, 2), 3);
        most.rows = Math.max(most.rows, z.shape[0]!);
        most.tensors = Math.max(most.tensors, memory().numTensors - before);
        return h;
      },
    });
    const before = memory().numTensors;
    const generator = fromDecoder(watching, prior, { batch: 10 });
    await expectNoLeak(() => generator.sample(1000, seeded(1)));
    expect(most.rows).toBe(10);
    expect(most.tensors).toBeLessThan(110); // the codes, 99 results, and what one batch needs
  });

  it('never gives the decoder’s own tensors away', async () => {
    const same: Network = { ...network({ name: 'same', input: spec([2]), output: spec([2]), apply: clone }) };
    await expectNoLeak(() => fromDecoder(same, prior, { likelihood: gaussianLikelihood() }).sample(3, seeded(1)));
    await expectSame(fromDecoder(same, prior).sample(3, seeded(1)), prior.sample(3, seeded(1)));
  });
});

describe('fromDecoder', () => {
  beforeEach(() => prepare('cpu'));

  it('says what its samples are', () => {
    expect(fromDecoder(logits, prior, { likelihood: bernoulli() }).output).toEqual(spec([3], [0, 1]));
    expect(fromDecoder(logits, prior, { likelihood: gaussianLikelihood() }).output).toEqual(spec([3]));
    const images = mlpDecoder({ latent: 2, hidden: [], output: spec([3], [-1, 1]), random });
    expect(fromDecoder(images, uniform(2)).output).toEqual(spec([3], [-1, 1]));
  });

  it('refuses a prior of other codes', async () => {
    await expectError(
      () => fromDecoder(logits, standardNormal(3), { likelihood: bernoulli() }),
      'GM_FIT',
      'prior → decoder: expected float32 [2] in unbounded, received float32 [3] in unbounded.',
    );
  });

  it('refuses logits without a likelihood, and a likelihood that cannot read the decoder', async () => {
    await expectError(
      () => fromDecoder(logits, prior),
      'GM_FIT',
      'fromDecoder: expected a likelihood for a decoder that gives logits, which are no data, received none. ' +
        'Pass { likelihood: bernoulli() }, or end the decoder with sigmoid().',
    );
    const images = mlpDecoder({ latent: 2, hidden: [], output: spec([3], [0, 1]), random });
    await expectError(
      () => fromDecoder(images, prior, { likelihood: bernoulli() }),
      'GM_FIT',
      'decoder → likelihood: expected float32 [3] in logits, received float32 [3] in [0, 1].',
      'Leave out the last activation',
    );
  });

  it('refuses counts that are none', async () => {
    const generator = fromDecoder(logits, prior, { likelihood: bernoulli() });
    await expectNoLeak(async () => {
      await expectError(
        () => generator.sample(0, seeded(1)),
        'GM_OPTION',
        'fromDecoder: expected count to be a whole number of at least 1, received 0.',
      );
      await expectError(
        () => fromDecoder(logits, prior, { likelihood: bernoulli(), batch: 0 }),
        'GM_OPTION',
        'fromDecoder: expected batch to be a whole number of at least 1, received 0.',
      );
    });
  });

  it('asks a prior of your own for no more than shape and samples', () => {
    const point: Prior = { shape: [2], sample: prior.sample, logProb: prior.logProb };
    expect(fromDecoder(logits, point, { likelihood: bernoulli() }).sample(2, seeded(1)).shape).toEqual([2, 3]);
  });
});
