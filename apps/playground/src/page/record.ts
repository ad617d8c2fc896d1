/** One metric over the steps, thinned as it grows. */
interface Curve {
  readonly steps: number[];
  readonly values: number[];
  /** How many steps one place stands for. */
  stride: number;
  /** What has come since the last place. */
  sum: number;
  count: number;
}

/** All curves of a run by the names of their metrics. */
export type Curves = Record<string, Curve>;

export interface MetricRow {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** How many places a curve keeps at most. */
const PLACES = 2000;

/** Adds the metrics of new steps. Where a curve is full, pairs of places become one, their mean. */
export function addRows(record: Curves, rows: readonly MetricRow[]): void {
  for (const { step, metrics } of rows)
    for (const [name, value] of Object.entries(metrics)) {
      record[name] ??= { steps: [], values: [], stride: 1, sum: 0, count: 0 };
      addValue(record[name], step, value);
    }
}

/** Without what came after that step. */
export function upTo(record: Curves, step: number): Curves {
  return Object.fromEntries(
    Object.entries(record).map(([name, { steps, values, ...rest }]) => {
      const count = steps.filter((one) => one <= step).length;
      return [name, { ...rest, steps: steps.slice(0, count), values: values.slice(0, count) }];
    }),
  );
}

function addValue(curve: Curve, step: number, value: number): void {
  curve.sum += value;
  curve.count += 1;
  if (curve.count < curve.stride) return;
  curve.steps.push(step);
  curve.values.push(curve.sum / curve.count);
  [curve.sum, curve.count] = [0, 0];
  if (curve.steps.length >= PLACES) halve(curve);
}

function halve(curve: Curve): void {
  const half = Math.floor(curve.steps.length / 2);
  for (let at = 0; at < half; at++) {
    curve.steps[at] = curve.steps[2 * at + 1]!;
    curve.values[at] = (curve.values[2 * at]! + curve.values[2 * at + 1]!) / 2;
  }
  curve.steps.length = half;
  curve.values.length = half;
  curve.stride *= 2;
}
