import { fc, test } from '@fast-check/vitest';
import { useBackend } from '@gm/backends';
import { type Penalty, seeded } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import {
  matMul,
  mean,
  mul,
  reshape,
  sigmoid,
  square,
  sum,
  type Tensor,
  tanh,
  tensor2d,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { dragan, gradientPenalty, r1, r2 } from './penalty.js';

const all: Record<string, Penalty> = { gradientPenalty: gradientPenalty(), dragan: dragan(), r1: r1(), r2: r2() };
const examples = (count: number, size: number, seed = 1) => ({
  real: tensor2d(seeded(seed).normals(count * size), [count, size]),
  generated: tensor2d(seeded(seed + 1).normals(count * size), [count, size]),
});

describe.each(['cpu', 'wasm'] as const)('penalties on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  test.prop([fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 6 })], { numRuns: 20 })(
    'of a linear discriminator, whose gradient is w everywhere',
    async (weights) => {
      const w = tensor2d(weights, [weights.length, 1]);
      const scores = (x: Tensor) => reshape(matMul(x, w), [-1]);
      const length = Math.hypot(...weights);
      const three = examples(3, weights.length);
      const each = (value: number) => [value, value, value];
      const of = (penalty: Penalty) => penalty.penalize(scores, three, seeded(3));
      await expectClose(of(gradientPenalty()), each(10 * (length - 1) ** 2), 1e-4, { floor: 1 });
      await expectClose(of(gradientPenalty({ weight: 2, target: 0 })), each(2 * length ** 2), 1e-4, { floor: 1 });
      await expectClose(of(dragan({ weight: 3 })), each(3 * (length - 1) ** 2), 1e-4, { floor: 1 });
      await expectClose(of(r1()), each(5 * length ** 2), 1e-4, { floor: 1 });
      await expectClose(of(r2({ gamma: 4 })), each(2 * length ** 2), 1e-4, { floor: 1 });
    },
  );

  it('are taken where they say: of D(x) = ½ ‖x‖², whose gradient is x', async () => {
    const scores = (x: Tensor) => mul(0.5, sum(square(x), 1));
    const { real, generated } = examples(50, 3);
    const squares = (x: Tensor) => sum(square(x), 1);
    await expectClose(r1({ gamma: 2 }).penalize(scores, { real, generated }, seeded(0)), await numbers(squares(real)));
    await expectClose(
      r2({ gamma: 2 }).penalize(scores, { real, generated }, seeded(0)),
      await numbers(squares(generated)),
    );

    // Between x and G(z) lies x̂ with 0 ≤ ε < 1, drawn anew for each pair.
    const [one, two] = [tensor2d(Array(50).fill(1), [50, 1]), tensor2d(Array(50).fill(2), [50, 1])];
    const lengths = await numbers(
      gradientPenalty({ weight: 1, target: 0 }).penalize(scores, { real: two, generated: one }, seeded(0)),
    );
    for (const value of lengths) expect(value).toBeGreaterThanOrEqual(1);
    for (const value of lengths) expect(value).toBeLessThan(4);
    expect(new Set(lengths).size).toBeGreaterThan(40);

    // Near x: σ of 1, 3, 1, 3, … is 1, so x̂ lies within half of it above x.
    const wave = tensor2d(
      Array.from({ length: 50 }, (_, i) => 1 + 2 * (i % 2)),
      [50, 1],
    );
    const near = await numbers(
      dragan({ weight: 1, target: 0 }).penalize(scores, { real: wave, generated: wave }, seeded(0)),
    );
    for (const [index, value] of near.entries()) {
      const x = 1 + 2 * (index % 2);
      expect(Math.sqrt(value)).toBeGreaterThanOrEqual(x - 1e-5);
      expect(Math.sqrt(value)).toBeLessThan(x + 0.5 + 1e-5);
    }
  });

  for (const [name, penalty] of Object.entries(all)) {
    it(`${name} trains what the discriminator is made of: its gradient agrees with differences in float64`, async () => {
      const [inner, outer] = [seeded(7).normals(6), seeded(8).normals(2)];
      const [v, w] = [variable(tensor2d(inner, [3, 2])), variable(tensor2d(outer, [2, 1]))];
      const scores = (x: Tensor) => reshape(sigmoid(matMul(tanh(matMul(x, v)), w)), [-1]);
      const four = examples(4, 3);
      const { grads } = variableGrads(() => mean(penalty.penalize(scores, four, seeded(3))) as never, [v, w]);
      const [real, generated] = await Promise.all([four.real.array(), four.generated.array()]);
      const at = pointsOf(name, real as number[][], generated as number[][]);
      const reference = (parameters: readonly number[]) => {
        const values = at.map((x) => penaltyOf(name, slope(x, parameters.slice(0, 6), parameters.slice(6))));
        return values.reduce((total, value) => total + value, 0) / at.length;
      };
      const expected = differences(reference, [...inner, ...outer]);
      await expectClose(grads[v.name]!, expected.slice(0, 6), 1e-3, { floor: Math.max(...expected.map(Math.abs)) });
      await expectClose(grads[w.name]!, expected.slice(6), 1e-3, { floor: Math.max(...expected.map(Math.abs)) });
    });

    it(`${name} leaves no tensor behind, and is finite where the gradient is zero`, async () => {
      const flat = (x: Tensor) => sum(mul(x, 0), 1);
      const two = examples(2, 3);
      await expectNoLeak(() => penalty.penalize((x) => sum(square(x), 1), two, seeded(1)));
      const w = variable(tensor2d([[0], [0], [0]]));
      const { grads } = variableGrads(
        () => mean(penalty.penalize((x) => reshape(matMul(x, w), [-1]), two, seeded(1))) as never,
        [w],
      );
      for (const value of await numbers(grads[w.name]!)) expect(value).toBeCloseTo(0, 5);
      for (const value of await numbers(penalty.penalize(flat, two, seeded(1))))
        expect(Number.isFinite(value)).toBe(true);
    });
  }

  it('take the first of more generated examples than there are real ones, and refuse fewer', async () => {
    const scores = (x: Tensor) => sum(square(x), 1);
    const [{ real }, { generated }] = [examples(2, 3), examples(4, 3)];
    for (const penalty of [gradientPenalty(), r2()]) {
      expect(penalty.penalize(scores, { real, generated }, seeded(1)).shape).toEqual([2]);
      await expectError(
        () => penalty.penalize(scores, { real: generated, generated: real }, seeded(1)),
        'GM_SHAPE',
        'at least as many generated as real examples, received 2 and 4',
      );
    }
  });

  it.each([
    ['gradientPenalty', () => gradientPenalty({ weight: -1 }), 'weight'],
    ['gradientPenalty', () => gradientPenalty({ target: Number.NaN }), 'target'],
    ['dragan', () => dragan({ scale: 0 }), 'scale'],
    ['r1', () => r1({ gamma: -1 }), 'gamma'],
    ['r2', () => r2({ gamma: Number.POSITIVE_INFINITY }), 'gamma'],
  ] as const)('%s refuses an option outside its limits', async (name, make, option) => {
    await expectError(make, 'GM_OPTION', `${name}: expected ${option}`);
  });
});

const numbers = async (tensor: Tensor) => Array.from(await tensor.data());

/** ∇ₓ σ(w · tanh(x V)), in float64. */
function slope(x: readonly number[], v: readonly number[], w: readonly number[]): number[] {
  const hidden = [0, 1].map((unit) => Math.tanh(x.reduce((total, value, i) => total + value * v[2 * i + unit]!, 0)));
  const score = 1 / (1 + Math.exp(-hidden.reduce((total, h, unit) => total + h * w[unit]!, 0)));
  const outer = hidden.map((h, unit) => score * (1 - score) * w[unit]! * (1 - h * h));
  return x.map((_, i) => outer[0]! * v[2 * i]! + outer[1]! * v[2 * i + 1]!);
}

function penaltyOf(name: string, gradient: readonly number[]): number {
  const square = gradient.reduce((total, value) => total + value * value, 0);
  return name.startsWith('r') ? 5 * square : 10 * (Math.sqrt(square + 1e-12) - 1) ** 2;
}

/** Where each penalty looks, drawn as it draws. */
function pointsOf(name: string, real: readonly number[][], generated: readonly number[][]): number[][] {
  if (name === 'r1') return real as number[][];
  if (name === 'r2') return generated as number[][];
  if (name === 'gradientPenalty') {
    const shares = seeded(3).uniforms(real.length);
    return real.map((x, row) =>
      x.map((value, i) => generated[row]![i]! + shares[row]! * (value - generated[row]![i]!)),
    );
  }
  const flat = real.flat();
  const middle = flat.reduce((total, value) => total + value, 0) / flat.length;
  const deviation = Math.sqrt(flat.reduce((total, value) => total + (value - middle) ** 2, 0) / flat.length);
  const noise = seeded(3).uniforms(flat.length);
  return real.map((x, row) => x.map((value, i) => value + 0.5 * deviation * noise[row * x.length + i]!));
}

function differences(f: (parameters: readonly number[]) => number, at: readonly number[]): number[] {
  const moved = (index: number, by: number) => at.map((value, i) => (i === index ? value + by : value));
  return at.map((_, index) => (f(moved(index, 1e-5)) - f(moved(index, -1e-5))) / 2e-5);
}
