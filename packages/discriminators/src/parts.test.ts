import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { countParameters, layerNorm, tanh } from '@gm/networks';
import { mean, moments, ones, sqrt, tidy } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../test/backend.js';
import { convClassifier } from './convClassifier.js';
import { dcganDiscriminator } from './dcganDiscriminator.js';
import { mlpClassifier } from './mlpClassifier.js';
import { mlpDiscriminator } from './mlpDiscriminator.js';
import { patchDiscriminator } from './patchDiscriminator.js';
import { resnetClassifier } from './resnetClassifier.js';
import { resnetDiscriminator } from './resnetDiscriminator.js';

const random = seeded(1);
const digits = spec([28, 28, 1], [0, 1]);

beforeEach(() => useBackend('cpu'));

describe('mlpDiscriminator', () => {
  it('flattens, and shows its last hidden layer', () => {
    const network = mlpDiscriminator({ input: digits, hidden: [5, 3], random });
    expect([network.input, network.output, network.body.output]).toEqual([digits, spec([], 'logits'), spec([3])]);
    expect(Object.keys(network.parameters)).toEqual([
      'body/1/kernel',
      'body/1/bias',
      'body/3/kernel',
      'body/3/bias',
      'head/kernel',
      'head/bias',
    ]);
  });

  it('takes another activation, and drops out in training only', async () => {
    const bounded = mlpDiscriminator({ input: spec([2]), hidden: [3], activation: tanh, random });
    expect(bounded.body.output.range).toEqual([-1, 1]);
    const network = mlpDiscriminator({ input: spec([2]), hidden: [64], dropout: 0.5, random });
    const x = ones([1, 2]);
    const zeros = async (training: boolean) =>
      (await network.features(x, { training, random: seeded(1) }).data()).filter((value) => value === 0).length;
    expect(await zeros(false)).toBe(0);
    expect(await zeros(true)).toBeGreaterThan(16);
    await expectError(() => network.logits(x, { training: true }), 'GM_RANDOM', 'dropout');
  });

  it('refuses sizes and rates that are none', async () => {
    await expectNoLeak(async () => {
      await expectError(() => mlpDiscriminator({ input: digits, hidden: [0], random }), 'GM_OPTION', 'units', '0');
      await expectError(
        () => mlpDiscriminator({ input: digits, hidden: [4], dropout: 1, random }),
        'GM_OPTION',
        'dropout: expected rate',
      );
      const whole = spec([4], [0, 9], 'int32');
      await expectError(() => mlpDiscriminator({ input: whole, hidden: [4], random }), 'GM_FIT', 'Cast to float32');
    });
  });

  it('refuses another shape by its name', async () => {
    const network = mlpDiscriminator({ input: digits, hidden: [2], random });
    const x = ones([1, 784]);
    await expectError(
      () => network.logits(x),
      'GM_SHAPE',
      'mlpDiscriminator: expected x of shape [batch, 28, 28, 1], received [1, 784].',
    );
  });
});

describe('mlpClassifier', () => {
  it('is logistic regression without hidden layers', () => {
    const network = mlpClassifier({ input: digits, hidden: [], classes: 10, random });
    expect(countParameters(network)).toBe(7850);
    expect(network.output).toEqual(spec([10], 'logits'));
  });

  it('refuses a single class', async () => {
    await expectNoLeak(() =>
      expectError(
        () => mlpClassifier({ input: digits, hidden: [4], classes: 1, random }),
        'GM_OPTION',
        'mlpClassifier: expected classes to be a whole number of at least 2, received 1.',
      ),
    );
  });
});

describe('dcganDiscriminator', () => {
  const featuresOf = (shape: number[]) => {
    const network = dcganDiscriminator({ input: spec(shape), channels: 2, random });
    network.dispose();
    return network.body.output.shape[0];
  };

  it('shrinks images of any size to about 4 × 4', () => {
    expect(featuresOf([28, 28, 1])).toBe(7 * 7 * 4);
    expect(featuresOf([32, 32, 3])).toBe(4 * 4 * 8);
    expect(featuresOf([64, 64, 3])).toBe(4 * 4 * 16);
    expect(featuresOf([50, 33, 3])).toBe(7 * 5 * 8);
    expect(featuresOf([5, 3, 1])).toBe(2 * 1 * 4);
  });

  it('normalises after every convolution but the first, which then needs no bias', () => {
    const namesWith = (norm?: 'none' | typeof layerNorm) => {
      const options = norm === undefined ? {} : { norm };
      const { parameters, buffers } = dcganDiscriminator({ input: digits, channels: 2, random, ...options });
      return [Object.keys(parameters), Object.keys(buffers!)];
    };
    const head = ['head/kernel', 'head/bias'];
    const first = ['body/0/kernel', 'body/0/bias', 'body/2/kernel'];
    const normalised = [...first, 'body/3/scale', 'body/3/offset', ...head];
    expect(namesWith()).toEqual([normalised, ['body/3/mean', 'body/3/variance']]);
    expect(namesWith(layerNorm)).toEqual([normalised, []]);
    expect(namesWith('none')).toEqual([[...first, 'body/2/bias', ...head], []]);
  });

  it('starts from N(0, 0.02²)', async () => {
    const { parameters } = dcganDiscriminator({ input: digits, channels: 16, random });
    for (const name of ['body/2/kernel', 'head/kernel']) {
      const value = parameters[name]!;
      const [centre, spread] = tidy(() => [mean(value), sqrt(moments(value).variance)]);
      await expectClose(centre!, [0], 2e-3, { floor: 1 });
      await expectClose(spread!, [0.02], 0.05);
    }
  });

  it('refuses what is no image, and channels that are none', async () => {
    await expectNoLeak(async () => {
      await expectError(
        () => dcganDiscriminator({ input: spec([784]), random }),
        'GM_FIT',
        'conv2d: expected an input of shape [height, width, channels], received float32 [784] in unbounded.',
      );
      await expectError(
        () => dcganDiscriminator({ input: digits, channels: 0, random }),
        'GM_OPTION',
        'dcganDiscriminator: expected channels to be a whole number of at least 1, received 0.',
      );
    });
  });
});

describe('convClassifier', () => {
  it('is small', () => {
    const network = convClassifier({ input: digits, classes: 10, random });
    expect([network.output, network.body.output]).toEqual([spec([10], 'logits'), spec([256])]);
    expect(countParameters(network)).toBe(416 + 19248 + 7 * 7 * 48 * 256 + 256 + 2570);
  });

  it('drops out in training only, unless it is told not to', async () => {
    const small = { input: spec([8, 8, 1]), classes: 2, channels: [2], random };
    const x = ones([1, 8, 8, 1]);
    const training = { training: true };
    await expectError(() => convClassifier(small).logits(x, training), 'GM_RANDOM', 'Pass { training: true, random }');
    expect(convClassifier(small).logits(x).shape).toEqual([1, 2]);
    expect(convClassifier({ ...small, dropout: 0 }).logits(x, training).shape).toEqual([1, 2]);
  });

  it('refuses a single class, sizes that are none, and what is no image', async () => {
    await expectNoLeak(async () => {
      await expectError(
        () => convClassifier({ input: digits, classes: 1, random }),
        'GM_OPTION',
        'convClassifier: expected classes to be a whole number of at least 2, received 1.',
      );
      const sizes = { input: digits, classes: 10, random };
      await expectError(() => convClassifier({ ...sizes, channels: [8, 0.5] }), 'GM_OPTION', 'filters', '0.5');
      await expectError(() => convClassifier({ ...sizes, hidden: 0 }), 'GM_OPTION', 'units', '0');
      await expectError(() => convClassifier({ ...sizes, dropout: 1 }), 'GM_OPTION', 'dropout: expected rate');
      await expectError(() => convClassifier({ ...sizes, input: spec([784]) }), 'GM_FIT', '[784]');
    });
  });
});

describe('patchDiscriminator', () => {
  it('judges images of any size, more patches the larger they are', () => {
    const places = (side: number) =>
      patchDiscriminator({ input: spec([side, side, 1]), channels: 2, random }).body.output.shape;
    expect([places(28), places(64)]).toEqual([
      [7, 7, 8],
      [16, 16, 8],
    ]);
  });

  it('refuses sizes that are none, and what is no image, before it makes anything', async () => {
    await expectNoLeak(async () => {
      const of = (options: object) => () => patchDiscriminator({ input: digits, channels: 2, random, ...options });
      await expectError(of({ channels: 0 }), 'GM_OPTION', 'channels');
      await expectError(of({ halvings: 0 }), 'GM_OPTION', 'halvings');
      await expectError(of({ input: spec([784]) }), 'GM_FIT', 'conv2d');
    });
  });
});

describe('resnetDiscriminator and resnetClassifier', () => {
  it('have one body, under other heads', () => {
    const options = { input: digits, channels: [2, 3], random };
    const [judge, told, classifier] = [
      resnetDiscriminator(options),
      resnetDiscriminator({ ...options, classes: 4 }),
      resnetClassifier({ ...options, classes: 4 }),
    ];
    expect(Object.keys(judge.body.parameters)).toEqual(Object.keys(classifier.body.parameters));
    expect([judge.output, classifier.output]).toEqual([spec([], 'logits'), spec([4], 'logits')]);
    expect([judge.condition, told.condition]).toEqual([undefined, spec([], [0, 3], 'int32')]);
    expect(judge.body.output.shape).toEqual([3]);
  });

  it('refuse no block, and sizes that are none, before they make anything', async () => {
    await expectNoLeak(async () => {
      const of = (options: object) => () => resnetClassifier({ input: digits, classes: 3, random, ...options });
      await expectError(of({ channels: [] }), 'GM_OPTION', 'one block or more');
      await expectError(of({ channels: [0] }), 'GM_OPTION', 'channels');
      await expectError(of({ classes: 1 }), 'GM_OPTION', 'classes');
      await expectError(of({ input: spec([784]) }), 'GM_FIT', 'conv2d');
    });
  });
});
