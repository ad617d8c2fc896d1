import {
  add,
  mean,
  mul,
  relu,
  sigmoid,
  square,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  variable,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../../../test/backend.js';
import { dense, discriminator, encoder, gaussian, normalPrior, type Pair, regression } from '../../../test/parts.js';
import { type GaussianPosterior, type Network, type Prior, type SeededRandom, seeded, spec } from '../../index.js';
import {
  draw,
  type Runner,
  tensorOf,
  testDiscriminator,
  testEncoder,
  testGenerator,
  testLoss,
  testNetwork,
  testPosterior,
  testPrior,
  testTrainer,
} from '../index.js';

const runner: Runner = { describe, it };

const posterior = () => gaussian(tensorOf(draw([3, 2])), tensorOf(draw([3, 2], { seed: 1, range: [-2, 0] })));

const generator = (random: SeededRandom) => {
  const decoder = dense(random, 2, 4);
  const sample = (count: number, noise: { normal(shape: number[]): Tensor }) =>
    tidy(() => decoder.apply(noise.normal([count, 2])));
  return { sample, dispose: decoder.dispose };
};

const squaredError = (x: Tensor, y: Tensor) => tidy(() => sum(square(add(x, mul(-1, y))), -1));
const pair = { inputs: [draw([3, 4]), draw([3, 4], { seed: 1 })] };
const squaredErrorOf = (x: Float64Array, y: Float64Array) =>
  x.reduce((total, value, index) => total + (value - y[index]!) ** 2, 0);

const learner = (random: SeededRandom) => {
  const network = dense(random, 4, 4);
  const batch = (step: number): Pair => {
    const x = seeded('data').split(step).normal([8, 4]);
    return { x, y: tidy(() => sigmoid(mul(2, x))) };
  };
  return { trainer: regression(network), networks: { network }, batch };
};

describe.each(backends)('the contracts on %s, for parts written by hand', (backend) => {
  beforeEach(() => useBackend(backend));

  testNetwork(runner, 'dense', (random) => dense(random));
  testEncoder(runner, 'encoder', encoder);
  testPosterior(runner, 'gaussian', posterior);
  testPrior(runner, 'normalPrior', normalPrior);
  testGenerator(runner, 'generator', generator, { output: spec([4], [0, 1]) });
  testDiscriminator(runner, 'discriminator', discriminator);
  testLoss(runner, 'squaredError', squaredError, { ...pair, reference: squaredErrorOf });
  testTrainer(runner, 'regression', learner, { loss: 'loss' });
});

/** Runs a suite and gives the messages of the tests that fail. */
async function failures(suite: (runner: Runner) => void): Promise<string> {
  const bodies: (() => Promise<void>)[] = [];
  suite({ describe: (_, body) => body(), it: (_, body) => bodies.push(body) });
  const messages: string[] = [];
  for (const body of bodies) await body().catch((error: Error) => messages.push(error.message));
  return messages.join('\n');
}

describe('the contracts refuse', () => {
  beforeEach(() => useBackend('cpu'));

  const broken = async (change: (network: Network) => Partial<Network>): Promise<string> =>
    failures((one) =>
      testNetwork(one, 'broken', (random) => {
        const network = dense(random);
        return { ...network, ...change(network) };
      }),
    );

  it.each<[string, (network: Network) => Partial<Network>, string]>([
    [
      'another output than declared',
      () => ({ output: spec([5]) }),
      'expected an output of shape [1, 5], received [1, 3]',
    ],
    ['another type than declared', () => ({ output: spec([3], 'unbounded', 'int32') }), 'an output of type int32'],
    ['numbers outside the declared range', () => ({ output: spec([3], [0.9, 1]) }), 'expected outputs in [0.9, 1]'],
    ['a leak', ({ apply }) => ({ apply: (x) => mul(1, apply(x)) }), 'received 1 more. Wrap the work in tidy()'],
    ['an incomplete dispose', () => ({ dispose() {} }), '2 more'],
    [
      'a network that outlives its dispose',
      (n) => ({ apply: () => n.parameters.bias! as Tensor, dispose() {} }),
      'expected',
    ],
    [
      'a parameter without a gradient',
      (network) => ({ parameters: { ...network.parameters, idle: variable(tensor1d([1])) } }),
      "expected a gradient for 'idle', received none",
    ],
    [
      'rows that mix',
      ({ apply }) => ({ apply: (x) => tidy(() => mul(apply(x), mean(sigmoid(x)))) }),
      'the first example alone',
    ],
    [
      'shapes that do not fit, taken without a word',
      ({ apply }) => ({ apply: (x) => (x.shape[1] === 4 ? apply(x) : tidy(() => mul(1, x))) }),
      'expected an error with a GM_ code, received none',
    ],
  ])('%s', async (_, change, message) => {
    expect(await broken(change)).toContain(message);
  });

  it('an output that is the input', async () => {
    const identity = (): Network => ({
      input: spec([2]),
      output: spec([2]),
      parameters: {},
      apply: (x) => x,
      dispose() {},
    });
    expect(await failures((one) => testNetwork(one, 'identity', identity))).toContain('Give clone(x)');
  });

  it('names from a global counter', async () => {
    let count = 0;
    const counted = (random: SeededRandom): Network => {
      const network = dense(random);
      return { ...network, parameters: { [`kernel_${count++}`]: network.parameters.kernel! } };
    };
    expect(await failures((one) => testNetwork(one, 'counted', counted))).toContain('Name them by place');
  });

  it.each<[string, Partial<Prior>, string]>([
    [
      'a density of the wrong mass',
      { logProb: (z) => tidy(() => mul(-0.5, sum(square(z), -1))) },
      'a density whose mass is 1, received 0.16',
    ],
    [
      'draws that ignore the seed',
      { sample: (count) => seeded(9).normal([count, 2]) },
      'other draws from another seed',
    ],
    [
      'draws of another shape',
      { sample: (count, random) => random.normal([count, 3]) },
      'expected draws of shape [1, 2]',
    ],
    [
      'a wrong divergence',
      { divergenceFrom: ({ mean }: GaussianPosterior) => square(mean) },
      'expected divergenceFrom of',
    ],
    ['one density for all', { logProb: (z) => sum(square(z)) }, 'expected logProb of shape [5], received []'],
  ])('a prior with %s', async (_, change, message) => {
    expect(await failures((one) => testPrior(one, 'broken', () => ({ ...normalPrior(), ...change })))).toContain(
      message,
    );
  });

  it('a posterior whose draws or densities are not those of its mean and variance', async () => {
    const wide = () => {
      const right = posterior();
      return { ...right, sample: (random: SeededRandom) => tidy(() => mul(2, right.sample(random))) };
    };
    const heavy = () => {
      const right = posterior();
      return { ...right, logProb: (z: Tensor) => tidy(() => add(1, right.logProb(z))) };
    };
    expect(await failures((one) => testPosterior(one, 'wide', wide as never))).toContain('A draw is mean + exp');
    expect(await failures((one) => testPosterior(one, 'heavy', heavy))).toContain('expected logProb within 0.0001');
  });

  it('an encoder without a spec, and one whose draws carry no gradient', async () => {
    const { input: _, ...unknown } = encoder(seeded(1));
    const message = await failures((one) => testEncoder(one, 'unknown', () => unknown));
    expect(message).toContain('Give { input: spec([…]) } in the options');
    const stiff = (random: SeededRandom) => {
      const one = encoder(random);
      const encode = (x: Tensor) => ({
        ...one.encode(x),
        sample: (r: SeededRandom) => tidy(() => add(r.normal([x.shape[0]!, 2]), mul(0, sum(x)))),
      });
      return { ...one, encode };
    };
    expect(await failures((one) => testEncoder(one, 'stiff', stiff as never))).toContain('Reparameterize');
  });

  it('a generator outside its range', async () => {
    const output = spec([4], [-1, 0]);
    expect(await failures((one) => testGenerator(one, 'bright', generator, { output }))).toContain(
      'outputs in [-1, 0]',
    );
  });

  it('a discriminator whose features are not those of its logits, or whose classes are missing', async () => {
    const other = (random: SeededRandom) => {
      const one = discriminator(random);
      return { ...one, logitsOf: (features: Tensor) => tidy(() => sum(features, -1)) };
    };
    expect(await failures((one) => testDiscriminator(one, 'other', other))).toContain('logitsOf(features(x))');
    const classes = failures((one) => testDiscriminator(one, 'plain', discriminator, { classes: 10 }));
    expect(await classes).toContain('expected logits of shape [3, 10], received [3]');
  });

  it('a loss that averages over the batch, or mixes its rows', async () => {
    const averaged = (x: Tensor, y: Tensor) => tidy(() => mean(squaredError(x, y)));
    const mixed = (x: Tensor, y: Tensor) => tidy(() => add(squaredError(x, y), mean(relu(x))));
    const of = (loss: typeof averaged) =>
      failures((one) => testLoss(one, 'broken', loss, { ...pair, reference: squaredErrorOf }));
    expect(await of(averaged)).toContain('expected values of shape [3], received []');
    expect(await of(mixed)).toContain('the first example alone');
  });

  it('a trainer that leaks, stands still or does not learn', async () => {
    const changed = (change: (step: () => { loss: Tensor }) => { loss: Tensor }) =>
      failures((one) =>
        testTrainer(
          one,
          'broken',
          (random) => {
            const right = learner(random);
            const step = (batch: Pair) => change(() => right.trainer.step(batch));
            return { ...right, trainer: { ...right.trainer, step } };
          },
          { loss: 'loss', steps: 20 },
        ),
      );
    const leak = await changed((step) => {
      tensor1d([1]);
      return step();
    });
    expect(leak).toContain('18 tensors and 72 bytes more after 20 steps');
    const idle = await changed(() => ({ loss: tensor1d([1]) }));
    expect(idle).toContain('expected weights that move');
    expect(idle).toContain("expected 'loss' to fall from 1 to 0.9 at most, received 1");
  });
});
