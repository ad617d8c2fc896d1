import { useBackend } from '@gm/backends';
import type { Optimizer } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { tensor1d, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { adam, adamW, rmsprop, sgd } from '../index.js';

/** Float64 references: state in, new parameter out. */
type Reference = (parameter: number, gradient: number, slot: Record<string, number>, count: number) => number;

const methods: [string, () => Optimizer, Reference][] = [
  ['sgd', () => sgd({ learningRate: 0.1 }), (p, g) => p - 0.1 * g],
  [
    'sgd with momentum',
    () => sgd({ learningRate: 0.1, momentum: 0.9 }),
    (p, g, slot) => {
      slot.v = 0.9 * (slot.v ?? 0) + g;
      return p - 0.1 * slot.v;
    },
  ],
  [
    'sgd with Nesterov momentum',
    () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
    (p, g, slot) => {
      slot.v = 0.9 * (slot.v ?? 0) + g;
      return p - 0.1 * (g + 0.9 * slot.v);
    },
  ],
  [
    'rmsprop',
    () => rmsprop({ learningRate: 0.01 }),
    (p, g, slot) => {
      slot.s = 0.9 * (slot.s ?? 0) + 0.1 * g * g;
      return p - (0.01 * g) / (Math.sqrt(slot.s) + 1e-8);
    },
  ],
  ['adam', () => adam({ learningRate: 0.01, beta1: 0.8 }), adamReference(0)],
  ['adamW', () => adamW({ learningRate: 0.01, beta1: 0.8, weightDecay: 0.1 }), adamReference(0.1)],
];

function adamReference(decay: number): Reference {
  return (p, g, slot, count) => {
    slot.m = 0.8 * (slot.m ?? 0) + 0.2 * g;
    slot.v = 0.999 * (slot.v ?? 0) + 0.001 * g * g;
    const mean = slot.m / (1 - 0.8 ** count);
    const meanSquare = slot.v / (1 - 0.999 ** count);
    return p - 0.01 * decay * p - (0.01 * mean) / (Math.sqrt(meanSquare) + 1e-8);
  };
}

/** The gradient of a bowl that is steeper along later coordinates. */
const start = [1, -2, 3];
const slope = (p: number, index: number) => p * (index + 1);

const vector = (values: number[]) => tidy(() => variable(tensor1d(values)));

function updateTimes(optimizer: Optimizer, p: Variable, times: number): void {
  for (let time = 0; time < times; time++) {
    const g = tensor1d(Array.from(p.dataSync(), slope));
    optimizer.update({ p }, { p: g });
    g.dispose();
  }
}

describe.each(['cpu', 'wasm'] as const)('optimizers on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it.each(methods)('%s follows its float64 reference for 30 updates', async (_, method, reference) => {
    const optimizer = method();
    const p = vector(start);
    updateTimes(optimizer, p, 30);
    const expected = start.map((value, index) => {
      const slot: Record<string, number> = {};
      for (let count = 1; count <= 30; count++) value = reference(value, slope(value, index), slot, count);
      return value;
    });
    await expectClose(p, expected, 1e-5);
    optimizer.dispose();
    p.dispose();
  });

  it.each(methods)('%s continues bit for bit from a restored state', (_, method) => {
    const whole = vector(start);
    const parted = vector(start);
    const [first, second, third] = [method(), method(), method()];
    updateTimes(first, whole, 20);
    updateTimes(second, parted, 10);
    third.restore(second.state());
    second.dispose();
    updateTimes(third, parted, 10);
    expect(Array.from(parted.dataSync())).toEqual(Array.from(whole.dataSync()));
    for (const item of [first, third, whole, parted]) item.dispose();
  });

  it.each(methods)('%s leaves no tensor behind', async (_, method) => {
    await expectNoLeak(() => {
      const optimizer = method();
      const p = vector(start);
      updateTimes(optimizer, p, 3);
      optimizer.dispose();
      p.dispose();
    });
  });

  it.each(methods)('%s can be restored from its own state', (_, method) => {
    const [p, q] = [vector(start), vector(start)];
    const [optimizer, other] = [method(), method()];
    for (const [one, parameter] of [
      [optimizer, p],
      [other, q],
    ] as const)
      updateTimes(one, parameter, 2);
    optimizer.restore(optimizer.state());
    for (const [one, parameter] of [
      [optimizer, p],
      [other, q],
    ] as const)
      updateTimes(one, parameter, 2);
    expect(Array.from(p.dataSync())).toEqual(Array.from(q.dataSync()));
    for (const item of [optimizer, other, p, q]) item.dispose();
  });

  it('refuses a gradient of another shape before anything moves', async () => {
    const [p, g] = [vector(start), vector([1])];
    await expectError(() => sgd().update({ p }, { p: g }), 'GM_GRADIENT', "[3] for 'p'", '[1]');
    expect(Array.from(p.dataSync())).toEqual(start);
    for (const item of [p, g]) item.dispose();
  });

  it('refuses a missing gradient by name', async () => {
    const p = vector(start);
    await expectError(() => sgd().update({ p }, {}), 'GM_GRADIENT', "none for 'p'");
    p.dispose();
  });

  it('refuses a parameter of another shape under a known name', async () => {
    const optimizer = adam();
    const [p, q] = [vector(start), vector([1])];
    updateTimes(optimizer, p, 1);
    await expectError(() => updateTimes(optimizer, q as never, 1), 'GM_SHAPE', '[3]', '[1]');
    for (const item of [optimizer, p, q]) item.dispose();
  });
});

describe('optimizer options', () => {
  it.each([
    () => adam({ learningRate: -1 }),
    () => adam({ beta1: 1 }),
    () => adam({ beta2: Number.NaN }),
    () => adam({ epsilon: 0 }),
    () => adamW({ weightDecay: -0.1 }),
    () => sgd({ momentum: 1 }),
    () => rmsprop({ decay: -0.1 }),
  ])('are refused outside their limits: %s', async (method) => {
    await expectError(method, 'GM_OPTION', 'Give');
  });

  it('take a schedule of the updates as a learning rate', () => {
    const optimizer = sgd({ learningRate: (update) => (update === 0 ? 1 : 0) });
    const p = vector([1]);
    updateTimes(optimizer, p, 2);
    expect(p.dataSync()[0]).toBe(0);
    p.dispose();
  });
});
