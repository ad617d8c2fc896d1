import { seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { lstm as overSequence } from '@gm/ops';
import { reshape, slice } from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { gru as gruReference, lastOf, lstm as lstmReference } from '../test/sequences.js';
import { gru, lstm, sequential } from './index.js';
import { orthogonal } from './orthogonal.js';

const layers = { lstm, gru };
const references = { lstm: lstmReference, gru: gruReference };
const names = ['lstm', 'gru'] as const;
const sizes = { batch: 2, time: 3, features: 4, units: 5 };
const random = seeded(1);

describe.each(backends)('recurrent layers on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it.each(names)('%s agrees with float64, as do its derivatives', async (name) => {
    const reference = references[name](sizes);
    const every = layers[name]({ units: 5, random, sequences: true })(spec([3, 4]));
    await checkGradients({ network: every, batch: 2, reference });
    await checkSecondGradients({ network: every, batch: 2 });
    const last = layers[name]({ units: 5, random })(spec([3, 4]));
    await checkGradients({ network: last, batch: 2, reference: lastOf(sizes, reference) });
    await checkSecondGradients({ network: last, batch: 2 });
  });

  it.each(names)('%s leaves nothing behind', async (name) => {
    await expectNoLeak(() => layers[name]({ units: 4, random })(spec([3, 5])).dispose());
    const network = layers[name]({ units: 4, random })(spec([3, 5]));
    const x = seeded(2).normal([2, 3, 5]);
    await expectNoLeak(() => network.apply(x));
  });

  it('the parameters of lstm serve the operation that carries its state', async () => {
    const network = lstm({ units: 5, random, sequences: true })(spec([6, 4]));
    const { kernel, recurrentKernel, bias } = network.parameters;
    const weights = { kernel: kernel!, recurrentKernel: recurrentKernel!, bias: bias! };
    const x = seeded(2).normal([2, 6, 4]);
    const first = overSequence(slice(x, [0, 0, 0], [-1, 4, -1]), weights);
    const second = overSequence(slice(x, [0, 4, 0]), weights, { state: first.state });
    await expectClose(second.outputs, slice(network.apply(x), [0, 4, 0]));
  });
});

describe('recurrent layers', () => {
  beforeAll(() => useBackend('cpu'));

  it('give a state for each step or the last one, between −1 and 1', () => {
    const input = spec([6, 4]);
    expect(lstm({ units: 3, random })(input).output).toEqual(spec([3], [-1, 1]));
    expect(gru({ units: 3, random, sequences: true })(input).output).toEqual(spec([6, 3], [-1, 1]));
    expect(Object.keys(lstm({ units: 3, random })(input).parameters)).toEqual(['kernel', 'recurrentKernel', 'bias']);
    expect(Object.keys(gru({ units: 3, random })(input).parameters)).toEqual([
      'kernel',
      'recurrentKernel',
      'bias',
      'recurrentBias',
    ]);
  });

  it('lstm starts out remembering', async () => {
    const { bias } = lstm({ units: 2, random })(spec([6, 4])).parameters;
    await expectClose(bias!, [0, 0, 1, 1, 0, 0, 0, 0]);
  });

  it('draws first values gate by gate', async () => {
    const { recurrentKernel } = gru({ units: 4, random: seeded(3), recurrentKernel: orthogonal })(
      spec([6, 4]),
    ).parameters;
    const values = Array.from(await recurrentKernel!.data());
    for (let gate = 0; gate < 3; gate++) {
      const row = (index: number) => values.slice(index * 12 + gate * 4, index * 12 + gate * 4 + 4);
      const dot = (a: number, b: number) => row(a).reduce((total, value, at) => total + value * row(b)[at]!, 0);
      await expectClose([dot(0, 0), dot(1, 1), dot(0, 1), dot(2, 3)], [1, 1, 0, 0]);
    }
  });

  it('refuse rows and images, and say what mends it', async () => {
    await expectError(
      () => lstm({ units: 2, random })(spec([5])),
      'GM_FIT',
      'lstm: expected an input of shape [time, features], received float32 [5] in unbounded. Put embedding() or',
    );
    await expectError(() => sequential(spec([28, 28, 1]), gru({ units: 2, random })), 'GM_FIT', 'gru');
    await expectError(() => gru({ units: 0, random }), 'GM_OPTION', 'gru: expected units to be a whole number');
  });
});

describe('orthogonal', () => {
  beforeAll(() => useBackend('cpu'));
  const context = () => ({ fanIn: 1, fanOut: 1, random: seeded(1) });

  it.each([
    [60, 60],
    [7, 20],
    [20, 7],
    [1, 1],
  ])('makes rows or columns of [%i, %i] orthonormal', async (rows, columns) => {
    const values = await orthogonal([rows, columns], context()).data();
    const short = Math.min(rows, columns);
    const products = Array.from({ length: short * short }, (_, place) => {
      const [a, b] = [Math.floor(place / short), place % short];
      const number = (vector: number, at: number) =>
        values[rows <= columns ? vector * columns + at : at * columns + vector]!;
      return Array.from({ length: Math.max(rows, columns) }, (_, at) => number(a, at) * number(b, at)).reduce(
        (x, y) => x + y,
      );
    });
    await expectClose(
      products,
      products.map((_, place) => (place % (short + 1) === 0 ? 1 : 0)),
    );
  });

  it('takes all axes but the last as rows, leaves nothing behind, and needs plain numbers', async () => {
    await expectClose(reshape(orthogonal([2, 3, 4], context()), [6, 4]), orthogonal([6, 4], context()));
    await expectNoLeak(() => orthogonal([4, 3], context()));
    const { normal, uniform } = seeded(1);
    await expectError(
      () => orthogonal([2, 2], { ...context(), random: { normal, uniform } }),
      'GM_RANDOM',
      'orthogonal: expected a stream that gives plain numbers, received one without normals(). Pass { random: seeded(1) }',
    );
    await expectError(() => orthogonal([2, 2], { ...context(), random: undefined as never }), 'GM_RANDOM', 'none');
  });
});
