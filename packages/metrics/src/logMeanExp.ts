import { add, dispose, exp, log, max, maximum, mul, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Σ exp of the rows seen so far, as exp(largest) · sum, so that no exponential overflows. */
type Total = { readonly largest: Tensor; readonly sum: Tensor };

/** Below every finite float32 that matters, and still finite: −∞ − (−∞) would be NaN. */
const LOWEST = -3e38;

/**
 * log 1/N Σₙ exp(rowₙ) over rows that come in pieces and are not kept.
 *
 * @param pieces  each makes [rows, columns], which is disposed when it is summed; the rows of all make N
 * @returns [columns]
 */
export function logMeanExp(pieces: Iterable<() => Tensor>): Tensor {
  let total: Total | undefined;
  let count = 0;
  for (const piece of pieces) {
    const before = total;
    total = tidy(() => {
      const rows = piece();
      count += rows.shape[0]!;
      return before === undefined ? totalOf(rows) : joined(before, totalOf(rows));
    });
    if (before !== undefined) dispose([before.largest, before.sum]);
  }
  const { largest, sum } = total!;
  const result = tidy(() => sub(add(largest, log(sum)), Math.log(count)));
  dispose([largest, sum]);
  return result;
}

function totalOf(rows: Tensor): Total {
  const largest = maximum(max(rows, 0), LOWEST);
  return { largest, sum: sum(exp(sub(rows, largest)), 0) };
}

function joined(a: Total, b: Total): Total {
  const largest = maximum(a.largest, b.largest);
  const scaled = (part: Total) => mul(part.sum, exp(sub(part.largest, largest)));
  return { largest, sum: add(scaled(a), scaled(b)) };
}
