/** LSTM, GRU and attention in float64, forward and backward, written for nothing but to be obviously right. */
import type { Numbers } from './kernelCase.js';

export interface Sizes {
  readonly batch: number;
  readonly time: number;
  readonly features: number;
  readonly units: number;
}

/** Values and, from a weight for each, the gradients of their weighted sum with respect to every operand. */
export interface Derived {
  readonly values: readonly Numbers[];
  gradients(weights: readonly Numbers[]): Numbers[];
}

const sigma = (x: number) => 1 / (1 + Math.exp(-x));
const zeros = (shape: readonly number[]) => ({ shape, values: new Float64Array(shape.reduce((a, b) => a * b, 1)) });

/** Operands x, W, U, b, h, c; values outputs, last h, last c. */
export function lstmReference(
  { batch, time, features, units }: Sizes,
  operands: readonly Numbers[],
  mask?: Numbers,
): Derived {
  const [x, w, u, b, h0, c0] = operands.map(({ values }) => values) as [...ArrayLike<number>[]] as ArrayLike<number>[];
  const [outputs, lastH, lastC] = [zeros([batch, time, units]), zeros([batch, units]), zeros([batch, units])];
  const gates = zeros([batch, time, 4 * units]);
  const cells = zeros([batch, time, units]);
  const counts = (row: number, step: number) => mask?.values[row * time + step] !== 0;
  const at = (row: number, step: number, unit: number, width = units) => (row * time + step) * width + unit;
  const hBefore = (row: number, step: number, unit: number) =>
    step === 0 ? h0![row * units + unit]! : outputs.values[at(row, step - 1, unit)]!;
  const cBefore = (row: number, step: number, unit: number) =>
    step === 0 ? c0![row * units + unit]! : cells.values[at(row, step - 1, unit)]!;

  for (let row = 0; row < batch; row++) {
    for (let step = 0; step < time; step++) {
      for (let column = 0; column < 4 * units; column++) {
        let total = b![column]!;
        for (let f = 0; f < features; f++) total += x![at(row, step, f, features)]! * w![f * 4 * units + column]!;
        for (let k = 0; k < units; k++) total += hBefore(row, step, k) * u![k * 4 * units + column]!;
        const isFresh = Math.floor(column / units) === 2;
        gates.values[at(row, step, column, 4 * units)] = isFresh ? Math.tanh(total) : sigma(total);
      }
      for (let unit = 0; unit < units; unit++) {
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates.values[at(row, step, gate * units + unit, 4 * units)]!);
        const cell = f! * cBefore(row, step, unit) + i! * g!;
        const step_ = at(row, step, unit);
        cells.values[step_] = counts(row, step) ? cell : cBefore(row, step, unit);
        outputs.values[step_] = counts(row, step) ? o! * Math.tanh(cell) : hBefore(row, step, unit);
      }
    }
    for (let unit = 0; unit < units; unit++) {
      lastH.values[row * units + unit] = hBefore(row, time, unit);
      lastC.values[row * units + unit] = cBefore(row, time, unit);
    }
  }

  return {
    values: [outputs, lastH, lastC],
    gradients([ofOutputs, ofH, ofC]) {
      const results = operands.map(({ shape }) => zeros(shape));
      const [dx, dw, du, db, dh0, dc0] = results.map(({ values }) => values) as Float64Array[];
      for (let row = 0; row < batch; row++) {
        let dh = Array.from({ length: units }, (_, unit) => ofH!.values[row * units + unit]!);
        const dc = Array.from({ length: units }, (_, unit) => ofC!.values[row * units + unit]!);
        for (let step = time - 1; step >= 0; step--) {
          dh = dh.map((value, unit) => value + ofOutputs!.values[at(row, step, unit)]!);
          if (!counts(row, step)) continue;
          const dGates = new Float64Array(4 * units);
          for (let unit = 0; unit < units; unit++) {
            const [i, f, g, o] = [0, 1, 2, 3].map(
              (gate) => gates.values[at(row, step, gate * units + unit, 4 * units)]!,
            ) as [number, number, number, number];
            const size = Math.tanh(cells.values[at(row, step, unit)]!);
            const ofCell = dc[unit]! + dh[unit]! * o * (1 - size ** 2);
            dGates[unit] = ofCell * g * i * (1 - i);
            dGates[units + unit] = ofCell * cBefore(row, step, unit) * f * (1 - f);
            dGates[2 * units + unit] = ofCell * i * (1 - g ** 2);
            dGates[3 * units + unit] = dh[unit]! * size * o * (1 - o);
            dc[unit] = ofCell * f;
          }
          dh = new Array<number>(units).fill(0);
          dGates.forEach((value, column) => {
            db![column]! += value;
            for (let f = 0; f < features; f++) {
              dx![at(row, step, f, features)]! += value * w![f * 4 * units + column]!;
              dw![f * 4 * units + column]! += value * x![at(row, step, f, features)]!;
            }
            for (let k = 0; k < units; k++) {
              dh[k]! += value * u![k * 4 * units + column]!;
              du![k * 4 * units + column]! += value * hBefore(row, step, k);
            }
          });
        }
        for (let unit = 0; unit < units; unit++) {
          dh0![row * units + unit] = dh[unit]!;
          dc0![row * units + unit] = dc[unit]!;
        }
      }
      return results;
    },
  };
}

/** Operands x, W, U, b, b′, h; values outputs, last h. */
export function gruReference(
  { batch, time, features, units }: Sizes,
  operands: readonly Numbers[],
  mask?: Numbers,
): Derived {
  const [x, w, u, b, b2, h0] = operands.map(({ values }) => values) as ArrayLike<number>[];
  const [outputs, lastH] = [zeros([batch, time, units]), zeros([batch, units])];
  const gates = zeros([batch, time, 3 * units]);
  const inner = zeros([batch, time, 3 * units]);
  const counts = (row: number, step: number) => mask?.values[row * time + step] !== 0;
  const at = (row: number, step: number, unit: number, width = units) => (row * time + step) * width + unit;
  const hBefore = (row: number, step: number, unit: number) =>
    step === 0 ? h0![row * units + unit]! : outputs.values[at(row, step - 1, unit)]!;

  for (let row = 0; row < batch; row++) {
    for (let step = 0; step < time; step++) {
      const outer = new Float64Array(3 * units);
      for (let column = 0; column < 3 * units; column++) {
        let [fromX, fromH] = [b![column]!, b2![column]!];
        for (let f = 0; f < features; f++) fromX += x![at(row, step, f, features)]! * w![f * 3 * units + column]!;
        for (let k = 0; k < units; k++) fromH += hBefore(row, step, k) * u![k * 3 * units + column]!;
        outer[column] = fromX;
        inner.values[at(row, step, column, 3 * units)] = fromH;
      }
      for (let unit = 0; unit < units; unit++) {
        const [hz, hr, hn] = [0, 1, 2].map((gate) => inner.values[at(row, step, gate * units + unit, 3 * units)]!);
        const z = sigma(outer[unit]! + hz!);
        const r = sigma(outer[units + unit]! + hr!);
        const n = Math.tanh(outer[2 * units + unit]! + r * hn!);
        [z, r, n].forEach((value, gate) => {
          gates.values[at(row, step, gate * units + unit, 3 * units)] = value;
        });
        const old = hBefore(row, step, unit);
        outputs.values[at(row, step, unit)] = counts(row, step) ? z * old + (1 - z) * n : old;
      }
    }
    for (let unit = 0; unit < units; unit++) lastH.values[row * units + unit] = hBefore(row, time, unit);
  }

  return {
    values: [outputs, lastH],
    gradients([ofOutputs, ofH]) {
      const results = operands.map(({ shape }) => zeros(shape));
      const [dx, dw, du, db, db2, dh0] = results.map(({ values }) => values) as Float64Array[];
      for (let row = 0; row < batch; row++) {
        let dh = Array.from({ length: units }, (_, unit) => ofH!.values[row * units + unit]!);
        for (let step = time - 1; step >= 0; step--) {
          dh = dh.map((value, unit) => value + ofOutputs!.values[at(row, step, unit)]!);
          if (!counts(row, step)) continue;
          const [dOuter, dInner] = [new Float64Array(3 * units), new Float64Array(3 * units)];
          const next = new Array<number>(units).fill(0);
          for (let unit = 0; unit < units; unit++) {
            const [z, r, n] = [0, 1, 2].map((gate) => gates.values[at(row, step, gate * units + unit, 3 * units)]!) as [
              number,
              number,
              number,
            ];
            const ofN = dh[unit]! * (1 - z) * (1 - n ** 2);
            const ofR = ofN * inner.values[at(row, step, 2 * units + unit, 3 * units)]! * r * (1 - r);
            const ofZ = dh[unit]! * (hBefore(row, step, unit) - n) * z * (1 - z);
            [ofZ, ofR, ofN].forEach((value, gate) => {
              dOuter[gate * units + unit] = value;
              dInner[gate * units + unit] = gate === 2 ? value * r : value;
            });
            next[unit] = dh[unit]! * z;
          }
          for (let column = 0; column < 3 * units; column++) {
            const [outer, within] = [dOuter[column]!, dInner[column]!];
            db![column]! += outer;
            db2![column]! += within;
            for (let f = 0; f < features; f++) {
              dx![at(row, step, f, features)]! += outer * w![f * 3 * units + column]!;
              dw![f * 3 * units + column]! += outer * x![at(row, step, f, features)]!;
            }
            for (let k = 0; k < units; k++) {
              next[k]! += within * u![k * 3 * units + column]!;
              du![k * 3 * units + column]! += within * hBefore(row, step, k);
            }
          }
          dh = next;
        }
        for (let unit = 0; unit < units; unit++) dh0![row * units + unit] = dh[unit]!;
      }
      return results;
    },
  };
}

export interface AttentionSizes {
  readonly batch: number;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly depth: number;
  readonly width: number;
  readonly causal: boolean;
  readonly scale: number;
}

/** Operands q, k, v; the value is y. */
export function attentionReference(sizes: AttentionSizes, operands: readonly Numbers[], mask?: Numbers): Derived {
  const { batch, heads, queries, keys, depth, width, causal, scale } = sizes;
  const [q, k, v] = operands.map(({ values }) => values) as ArrayLike<number>[];
  const y = zeros([batch, heads, queries, width]);
  const weights = zeros([batch, heads, queries, keys]);
  const each = (visit: (pair: number, query: number, row: number) => void) => {
    for (let pair = 0; pair < batch * heads; pair++)
      for (let query = 0; query < queries; query++) visit(pair, query, pair * queries + query);
  };
  each((pair, query, row) => {
    const allowed = (key: number) =>
      (!causal || key <= query) && mask?.values[Math.floor(pair / heads) * keys + key] !== 0;
    const scores = Array.from({ length: keys }, (_, key) => {
      let total = 0;
      for (let d = 0; d < depth; d++) total += q![row * depth + d]! * k![(pair * keys + key) * depth + d]!;
      return allowed(key) ? total * scale : -Infinity;
    });
    const largest = Math.max(...scores);
    const exponentials = scores.map((score) => (score === -Infinity ? 0 : Math.exp(score - largest)));
    const total = exponentials.reduce((a, b) => a + b, 0) || 1;
    exponentials.forEach((value, key) => {
      weights.values[row * keys + key] = value / total;
      for (let d = 0; d < width; d++)
        y.values[row * width + d]! += (value / total) * v![(pair * keys + key) * width + d]!;
    });
  });
  return {
    values: [y],
    gradients([ofY]) {
      const results = operands.map(({ shape }) => zeros(shape));
      const [dq, dk, dv] = results.map(({ values }) => values) as Float64Array[];
      each((pair, _, row) => {
        const p = weights.values.subarray(row * keys, (row + 1) * keys);
        const dp = Array.from(p, (weight, key) => {
          let total = 0;
          for (let d = 0; d < width; d++) {
            total += ofY!.values[row * width + d]! * v![(pair * keys + key) * width + d]!;
            dv![(pair * keys + key) * width + d]! += weight * ofY!.values[row * width + d]!;
          }
          return total;
        });
        const mean = dp.reduce((sum, value, key) => sum + value * p[key]!, 0);
        dp.forEach((value, key) => {
          const ofScore = p[key]! * (value - mean) * scale;
          for (let d = 0; d < depth; d++) {
            dq![row * depth + d]! += ofScore * k![(pair * keys + key) * depth + d]!;
            dk![(pair * keys + key) * depth + d]! += ofScore * q![row * depth + d]!;
          }
        });
      });
      return results;
    },
  };
}
