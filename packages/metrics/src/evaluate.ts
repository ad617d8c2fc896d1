import { type Examples, gmError, showShape } from '@gm/core';
import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type Moments, momentsOf } from './moments.js';

/** A mean over examples. */
export interface Estimate {
  readonly mean: number;
  /** s / √count, with s the standard deviation of the examples; NaN for a single one. */
  readonly standardError: number;
  readonly count: number;
}

/**
 * Means of any measure over many batches, each example weighed alike, with their standard errors.
 *
 * @param batches     such as `epochOf(test, { batchSize: 500 })`; their tensors are disposed when they are measured
 * @param perExample  gives one value for each example of a batch, [batch], by name
 * @throws GM_SHAPE when there is no example, or a measure does not give one value for each; GM_NOT_FINITE for a
 *   value that is NaN or infinite
 * @example await evaluate(epochOf(test, { batchSize: 500 }), ({ x, labels }) => ({ accuracy: correct(network.apply(x), labels) }))
 */
export async function evaluate<Batch extends Examples, Name extends string>(
  batches: Iterable<Batch> | AsyncIterable<Batch>,
  perExample: (batch: Batch) => Readonly<Record<Name, Tensor>>,
): Promise<Record<Name, Estimate>> {
  const moments = new Map<string, Moments>();
  for await (const batch of batches) {
    for (const [name, values] of await measure(batch, perExample)) {
      if (!moments.has(name)) moments.set(name, momentsOf());
      for (const value of values) moments.get(name)!.add(value);
    }
  }
  if (moments.size === 0) throw nothing();
  return Object.fromEntries([...moments].map(([name, found]) => [name, estimateOf(found)])) as Record<Name, Estimate>;
}

/** Measures a batch and frees it. */
async function measure<Batch extends Examples>(
  batch: Batch,
  perExample: (batch: Batch) => Readonly<Record<string, Tensor>>,
): Promise<(readonly [string, Float32Array])[]> {
  let measures: Readonly<Record<string, Tensor>> = {};
  try {
    measures = tidy(() => perExample(batch));
    for (const [name, values] of Object.entries(measures)) checkValues(name, values, batch.x.shape[0] ?? 0);
    const read = await Promise.all(
      Object.entries(measures).map(async ([name, values]) => [name, (await values.data()) as Float32Array] as const),
    );
    for (const [name, values] of read) checkFinite(name, values);
    return read;
  } finally {
    dispose(measures as never);
    dispose(batch as never);
  }
}

function estimateOf({ mean, variance, count }: Moments): Estimate {
  return { mean: mean(), standardError: Math.sqrt(variance() / count()), count: count() };
}

function checkValues(name: string, { shape }: Tensor, batch: number): void {
  if (shape.length === 1 && shape[0] === batch && batch > 0) return;
  throw gmError('GM_SHAPE', {
    where: 'evaluate',
    expected: `${name} of shape [${batch}], one value for each example`,
    received: showShape(shape),
    remedy: 'Leave out the mean over the batch, and sum over all other axes.',
  });
}

function checkFinite(name: string, values: Float32Array): void {
  const place = values.findIndex((value) => !Number.isFinite(value));
  if (place < 0) return;
  throw gmError('GM_NOT_FINITE', {
    where: 'evaluate',
    expected: `a finite ${name} for each example`,
    received: `${values[place]} for example ${place} of a batch`,
    remedy:
      'Look for what the measure cannot take, such as a scale that is not above 0, or for NaN in examples or weights.',
  });
}

function nothing() {
  return gmError('GM_SHAPE', {
    where: 'evaluate',
    expected: 'at least one batch and one measure',
    received: 'none',
    remedy: 'Give batches that are not used up, such as epochOf(dataset, { batchSize }).',
  });
}
