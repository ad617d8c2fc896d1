/** Layers over sequences in float64, [batch, time, features] in row-major order. */
import type { Reference } from './reference.js';

export interface Sequence {
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly units: number;
}

const sigma = (x: number) => 1 / (1 + Math.exp(-x));

/** row · matrix, whose rows have `columns` numbers, + bias. */
function affine(row: ArrayLike<number>, matrix: Float64Array, columns: number, bias?: Float64Array): number[] {
  return Array.from({ length: columns }, (_, column) =>
    Array.from(row).reduce((total, x, k) => total + x * matrix[k * columns + column]!, bias?.[column] ?? 0),
  );
}

/** Runs one step function along each sequence from a state of zeros, and gives all states. */
function along(
  sizes: Sequence,
  x: Float64Array,
  step: (x: Float64Array, state: number[][]) => number[][],
  states: number,
): Float64Array {
  const { batch, time, features, units } = sizes;
  const outputs: number[] = [];
  for (let row = 0; row < batch; row++) {
    let state = Array.from({ length: states }, () => new Array<number>(units).fill(0));
    for (let t = 0; t < time; t++) {
      const at = (row * time + t) * features;
      state = step(x.subarray(at, at + features), state);
      outputs.push(...state[0]!);
    }
  }
  return Float64Array.from(outputs);
}

/** The states after every step, as lstm with `sequences` gives them. */
export function lstm(sizes: Sequence): Reference {
  const { units } = sizes;
  return (x, { kernel, recurrentKernel, bias }) =>
    along(
      sizes,
      x,
      (input, [h, c]) => {
        const fromH = affine(h!, recurrentKernel!, 4 * units);
        const gates = affine(input, kernel!, 4 * units, bias).map((value, at) => value + fromH[at]!);
        const gate = (index: number, unit: number) => gates[index * units + unit]!;
        const cell = c!.map(
          (old, unit) => sigma(gate(1, unit)) * old + sigma(gate(0, unit)) * Math.tanh(gate(2, unit)),
        );
        return [cell.map((value, unit) => sigma(gate(3, unit)) * Math.tanh(value)), cell];
      },
      2,
    );
}

export function gru(sizes: Sequence): Reference {
  const { units } = sizes;
  return (x, { kernel, recurrentKernel, bias, recurrentBias }) =>
    along(
      sizes,
      x,
      (input, [h]) => {
        const fromX = affine(input, kernel!, 3 * units, bias);
        const fromH = affine(h!, recurrentKernel!, 3 * units, recurrentBias);
        const both = (index: number) => sigma(fromX[index]! + fromH[index]!);
        const fresh = (unit: number) =>
          Math.tanh(fromX[2 * units + unit]! + both(units + unit) * fromH[2 * units + unit]!);
        return [h!.map((old, unit) => both(unit) * old + (1 - both(unit)) * fresh(unit))];
      },
      1,
    );
}

/** The last state of each sequence alone. */
export function lastOf({ batch, time, units }: Sequence, whole: Reference): Reference {
  return (x, parameters) => {
    const states = whole(x, parameters);
    return Float64Array.from({ length: batch * units }, (_, at) => {
      const row = Math.floor(at / units);
      return states[(row * time + time - 1) * units + (at % units)]!;
    });
  };
}

export interface Heads {
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly heads: number;
  readonly causal: boolean;
}

export function selfAttention({ batch, time, features, heads, causal }: Heads): Reference {
  const depth = features / heads;
  return (x, { query, key, value, output }) => {
    const result: number[] = [];
    for (let row = 0; row < batch; row++) {
      const stepsOf = (matrix: Float64Array) =>
        Array.from({ length: time }, (_, t) => {
          const at = (row * time + t) * features;
          return affine(x.subarray(at, at + features), matrix, features);
        });
      const [q, k, v] = [query!, key!, value!].map(stepsOf) as [number[][], number[][], number[][]];
      for (let t = 0; t < time; t++) {
        const joined = new Array<number>(features).fill(0);
        for (let head = 0; head < heads; head++) {
          const inside = Array.from({ length: depth }, (_, d) => head * depth + d);
          const scores = k
            .slice(0, causal ? t + 1 : time)
            .map((other) => Math.exp(inside.reduce((total, d) => total + q[t]![d]! * other[d]!, 0) / Math.sqrt(depth)));
          const total = scores.reduce((a, b) => a + b);
          for (const d of inside) joined[d] = scores.reduce((sum, score, at) => sum + (score / total) * v[at]![d]!, 0);
        }
        result.push(...affine(joined, output!, features));
      }
    }
    return Float64Array.from(result);
  };
}
