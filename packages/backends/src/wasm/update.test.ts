import { fc, test } from '@fast-check/vitest';
import {
  type AdamLists,
  adamUpdate,
  averageUpdate,
  clipByGlobalNorm,
  globalNorm,
  momentumUpdate,
  rmspropUpdate,
} from '@gm/ops';
import {
  clone,
  engine,
  memory,
  mul,
  ones,
  prelu,
  reshape,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
  type Variable,
  variable,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, expectNear, type Numbers, sample } from '../../test/kernelCase.js';
import { useBackend } from '../use.js';

/** One update of variables and their slots; slots are zeros at first. */
interface Method {
  readonly slots: number;
  update(parameters: Variable[], gradients: Tensor[], slots: Variable[][], count: number): void;
  /** The new parameter, and slots changed on the way, in float64. */
  reference(p: number, g: number, slot: number[], count: number): number;
}

const rate = 0.01;
const adamNumbers = { learningRate: rate, beta1: 0.8, beta2: 0.99, epsilon: 1e-8 };

const adamOf = (weightDecay: number): Method => ({
  slots: 2,
  update: (parameters, gradients, [means, meanSquares], count) =>
    adamUpdate(
      { parameters, gradients, means: means!, meanSquares: meanSquares! },
      { ...adamNumbers, weightDecay, count },
    ),
  reference(p, g, slot, count) {
    slot[0] = 0.8 * slot[0]! + 0.2 * g;
    slot[1] = 0.99 * slot[1]! + 0.01 * g * g;
    const [mean, meanSquare] = [slot[0]! / (1 - 0.8 ** count), slot[1]! / (1 - 0.99 ** count)];
    return p - rate * weightDecay * p - (rate * mean) / (Math.sqrt(meanSquare) + 1e-8);
  },
});

const momentumOf = (nesterov: boolean): Method => ({
  slots: 1,
  update: (parameters, gradients, [velocities]) =>
    momentumUpdate({ parameters, gradients, velocities: velocities! }, { learningRate: rate, momentum: 0.9, nesterov }),
  reference(p, g, slot) {
    slot[0] = 0.9 * slot[0]! + g;
    return p - rate * (nesterov ? g + 0.9 * slot[0] : slot[0]);
  },
});

const methods: Readonly<Record<string, Method>> = {
  Adam: adamOf(0),
  AdamW: adamOf(0.1),
  RMSprop: {
    slots: 1,
    update: (parameters, gradients, [meanSquares]) =>
      rmspropUpdate(
        { parameters, gradients, meanSquares: meanSquares! },
        { learningRate: rate, decay: 0.9, epsilon: 1e-8 },
      ),
    reference(p, g, slot) {
      slot[0] = 0.9 * slot[0]! + 0.1 * g * g;
      return p - (rate * g) / (Math.sqrt(slot[0]) + 1e-8);
    },
  },
  'gradient descent': {
    slots: 0,
    update: (parameters, gradients) => momentumUpdate({ parameters, gradients }, { learningRate: rate }),
    reference: (p, g) => p - rate * g,
  },
  momentum: momentumOf(false),
  'Nesterov momentum': momentumOf(true),
  'an average': {
    slots: 0,
    update: (averages, parameters) => averageUpdate({ averages, parameters }, 0.9),
    reference: (a, p) => 0.9 * a + 0.1 * p,
  },
};

/** The gradient of the n-th update is the n-th multiple of a fixed one, with the sign of n. */
const factor = (count: number) => (count % 2 === 0 ? -0.3 : 1) * (1 + count / 10);

const free = (variables: readonly Variable[]) => {
  for (const item of variables) item.dispose();
};

/** Parameters, then slots, after some updates of variables that start as the first half of the inputs. */
function updated({ slots, update }: Method, inputs: Tensor[], times: number): Tensor[] {
  const [starts, fixed] = [inputs.slice(0, inputs.length / 2), inputs.slice(inputs.length / 2)];
  const parameters = starts.map((start) => variable(start));
  const kept = Array.from({ length: slots }, () => starts.map((start) => variable(zerosLike(start))));
  for (let count = 1; count <= times; count++) {
    tidy(() =>
      update(
        parameters,
        fixed.map((gradient) => mul(gradient, factor(count))),
        kept,
        count,
      ),
    );
  }
  const results = [parameters, ...kept].flat().map((item) => clone(item) as Tensor);
  free([parameters, ...kept].flat());
  return results;
}

function expected({ slots, reference }: Method, starts: Numbers[], gradients: Numbers[], times: number): Numbers[] {
  const lists = Array.from({ length: slots + 1 }, () =>
    starts.map(({ shape, values }) => ({ shape, values: new Float64Array(values.length) })),
  );
  for (const [place, { values }] of starts.entries()) {
    for (let index = 0; index < values.length; index++) {
      const slot = Array<number>(slots).fill(0);
      let p = values[index]!;
      for (let count = 1; count <= times; count++)
        p = reference(p, gradients[place]!.values[index]! * factor(count), slot, count);
      for (const [list, value] of [p, ...slot].entries()) lists[list]![place]!.values[index] = value;
    }
  }
  return lists.flat();
}

const length = fc.integer({ min: 0, max: 40 });
const anyLength = fc.oneof(length, fc.constantFrom(1023, 1025, 16383, 16385));

describe.each(Object.entries(methods))('%s on wasm', (_, method) => {
  const check = (lengths: readonly number[], times: number) => {
    const starts = lengths.map((size, index) => sample([size], index + 1));
    const gradients = lengths.map((size, index) => sample([size], index + 101));
    const run = (...inputs: Tensor[]) => updated(method, inputs, times);
    return expectKernel(run, [...starts, ...gradients], expected(method, starts, gradients, times));
  };

  it('follows its float64 reference for 30 updates', () => check([7, 1, 250, 16391, 0, 33], 30));

  test.prop([fc.array(length, { minLength: 1, maxLength: 12 })], { numRuns: 6 })(
    'takes variables of all sizes',
    (lengths) => check(lengths, 2),
  );

  it('keeps NaN and infinities to themselves', async () => {
    await useBackend('wasm', { threads: 2 });
    const results = tidy(() =>
      updated(method, [ones([3, 2]), tensor2d([1, NaN, Infinity, -Infinity, 1, 1], [3, 2])], 1),
    );
    const [finite, nan, ...others] = results[0]!.dataSync();
    expect([finite, ...others.slice(2)].every(Number.isFinite)).toBe(true);
    expect(nan).toBeNaN();
    expect(others.slice(0, 2).some(Number.isFinite)).toBe(false);
    for (const result of results) result.dispose();
  });

  it('leaves clones and reshapes as they were, writes in place otherwise, and leaks nothing', async () => {
    await useBackend('wasm', { threads: 2 });
    const gradients = [ones([5]), ones([3])];
    const parameters = [ones([5]), ones([3])].map((start) => tidy(() => variable(mul(start, 1) as Tensor)));
    const slots = Array.from({ length: method.slots }, () =>
      parameters.map(({ shape }) => tidy(() => variable(zeros(shape) as Tensor))),
    );
    let count = 0;
    const update = () => method.update(parameters, gradients, slots, ++count);
    const dataIds = () => [parameters, ...slots].flat().map(({ dataId }) => dataId);
    const before = [memory().numTensors, memory().numBytes, engine().backend.numDataIds()];
    const own = dataIds();

    const held = [clone(parameters[0]!), reshape(parameters[0]!, [5, 1]), ...slots.flat().map((slot) => clone(slot))];
    const values = held.map((tensor) => tensor.dataSync());
    update();
    expect(held.map((tensor) => tensor.dataSync())).toEqual(values);
    expect(dataIds()[0]).not.toBe(own[0]);
    expect(dataIds()[1]).toBe(own[1]);
    for (const tensor of held) tensor.dispose();

    const alone = dataIds();
    update();
    expect(dataIds()).toEqual(alone);
    expect(alone.map((dataId) => engine().backend.refCount(dataId))).toEqual(alone.map(() => 1));
    expect([memory().numTensors, memory().numBytes, engine().backend.numDataIds()]).toEqual(before);
    free([parameters, ...slots].flat());
    for (const gradient of gradients) gradient.dispose();
  });
});

describe('updates on wasm', () => {
  it('are seen by kernels of tfjs that keep what they packed of a variable', async () => {
    await useBackend('wasm', { threads: 1 });
    const [x, slope] = [tensor2d([-1, -1], [1, 2]) as Tensor, ones([2])];
    const slopes = tidy(() => variable(ones([2]) as Tensor));
    const bent = () => tidy(() => Array.from(prelu(x, slopes).dataSync()));
    expect(bent()).toEqual([-1, -1]);
    momentumUpdate({ parameters: [slopes], gradients: [slope] }, { learningRate: 2 });
    expect(bent()).toEqual([1, 1]);
    for (const item of [x, slope, slopes]) item.dispose();
  });

  it('share their work among variables that share their numbers', async () => {
    await useBackend('wasm', { threads: 2 });
    const start = tensor1d([1, 2]);
    const [one, other] = [variable(start), variable(start)];
    const slopes = [tensor1d([1, 1]), tensor1d([2, 2])];
    momentumUpdate({ parameters: [one, other], gradients: slopes }, { learningRate: 1 });
    expect([one, other, start].map((item) => Array.from(item.dataSync()))).toEqual([
      [0, 1],
      [-1, 0],
      [1, 2],
    ]);
    for (const item of [start, one, other, ...slopes]) item.dispose();
  });
});

describe('the norm of many tensors on wasm', () => {
  test.prop([fc.array(anyLength, { minLength: 1, maxLength: 4 })], { numRuns: 6 })(
    'is that of float64',
    async (lengths) => {
      const xs = lengths.map((size, index) => sample([size], index + 1));
      const norm = Math.sqrt(
        xs.reduce((sum, { values }) => sum + Array.from(values).reduce((part, x) => part + x * x, 0), 0),
      );
      await expectKernel((...tensors) => globalNorm(tensors), xs, [{ shape: [], values: [norm] }]);
      const limit = norm > 0 ? norm / 3 : 1;
      const shortened = xs.map(({ shape, values }) => ({
        shape,
        values: Float64Array.from(values, (x) => x * Math.min(1, limit / norm || 1)),
      }));
      await expectKernel((...tensors) => clipByGlobalNorm(tensors, limit, globalNorm(tensors)), xs, shortened);
    },
  );

  it('is exact for a million small numbers', async () => {
    const xs = [sample([1_000_003])];
    const exact = Math.sqrt(Array.from(xs[0]!.values).reduce((sum, x) => sum + x * x, 0));
    await expectKernel((x) => globalNorm([x]), xs, [{ shape: [], values: [exact] }], { tolerance: 1e-6 });
  });

  it('is NaN or infinite as soon as one number is', async () => {
    const holding = (x: number) => [{ shape: [3], values: [1, x, 2] }, sample([20])];
    await expectKernel((...xs) => globalNorm(xs), holding(NaN), [{ shape: [], values: [NaN] }]);
    await expectKernel((...xs) => globalNorm(xs), holding(-Infinity), [{ shape: [], values: [Infinity] }]);
    const all = { shape: [3], values: [NaN, NaN, NaN] };
    await expectKernel((x) => clipByGlobalNorm([x], 1, globalNorm([x])), [{ shape: [3], values: [1, NaN, 2] }], [all]);
    await expectKernel(
      (x) => clipByGlobalNorm([x], 1, globalNorm([x])),
      [{ shape: [3], values: [1, Infinity, 2] }],
      [{ shape: [3], values: [0, NaN, 0] }],
    );
  });

  it('hands short tensors out once more', async () => {
    await useBackend('wasm', { threads: 1 });
    const x = tensor1d([3, 4]);
    const [y] = tidy(() => clipByGlobalNorm([x], 5, globalNorm([x])));
    expect(y!.dataId).toBe(x.dataId);
    y!.dispose();
    expectNear(x.dataSync(), [3, 4], 0);
    x.dispose();
  });
});

describe('updates refuse', () => {
  const numbers = { ...adamNumbers, count: 1 };
  const lists = (change: Partial<Record<keyof AdamLists, Tensor[]>>): AdamLists => {
    const make = () => [variable(zeros([2]))];
    return {
      parameters: make(),
      gradients: make(),
      means: make(),
      meanSquares: make(),
      ...change,
    } as unknown as AdamLists;
  };

  it.each([
    [
      'lists of different lengths',
      { gradients: () => [] },
      /adamUpdate: expected as many gradients as parameters, received 0 and 1/,
    ],
    ['other shapes', { means: () => [variable(zeros([3]))] }, /means\[0\] of shape \[2\], received \[3\]/],
    ['whole numbers', { gradients: () => [zeros([2], 'int32')] }, /gradients\[0\] of float32, received int32/],
  ])('%s', async (_, change, message) => {
    await useBackend('wasm', { threads: 1 });
    const [[name, made]] = Object.entries(change) as [[string, () => Tensor[]]];
    expect(() => adamUpdate(lists({ [name]: made() }), numbers)).toThrow(message);
  });

  it('a variable that is given twice', async () => {
    await useBackend('wasm', { threads: 1 });
    const [p, q] = [variable(zeros([2])), variable(zeros([2]))];
    for (const [parameters, gradients] of [
      [
        [p, p],
        [q, q],
      ],
      [
        [p, q],
        [q, q],
      ],
    ] as const)
      expect(() => momentumUpdate({ parameters, gradients }, { learningRate: 1 })).toThrow(/every variable once/);
    expect(() => momentumUpdate({ parameters: [p], gradients: [q] }, { learningRate: 1, momentum: 0.5 })).toThrow(
      /velocities/,
    );
    free([p, q]);
  });
});
