import { type Evaluates, type Examples, gmError, showShape } from '@gm/core';
import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Features of many examples off the backend, one row each. */
export interface FeatureRows {
  /** Row after row, count · size numbers. */
  readonly values: Float32Array;
  readonly count: number;
  readonly size: number;
}

/**
 * What a network sees in examples, kept as plain numbers.
 *
 * @param network  x → features [batch, size]; evaluated outside training
 * @param batches  such as `epochOf(test, { batchSize: 500 })` or `drawn(generator, …)`; their tensors are disposed when they are read
 * @throws GM_SHAPE when there is no example, or the network does not give one row of features for each; GM_NOT_FINITE for a feature
 *   that is NaN or infinite
 * @example await featuresOf(lenet.features, epochOf(test, { batchSize: 500 }))
 */
export async function featuresOf<Batch extends Examples>(
  network: Evaluates,
  batches: Iterable<Batch> | AsyncIterable<Batch>,
): Promise<FeatureRows> {
  const pieces: Float32Array[] = [];
  let size = 0;
  for await (const batch of batches) {
    const { values, size: found } = await readBatch(network, batch);
    if (pieces.length > 0 && found !== size) throw uneven(`${size} features`, `${found}`);
    size = found;
    pieces.push(values);
  }
  if (pieces.length === 0) throw uneven('at least one batch', 'none');
  const count = pieces.reduce((total, { length }) => total + length, 0) / size;
  const values = new Float32Array(count * size);
  let from = 0;
  for (const piece of pieces) {
    values.set(piece, from);
    from += piece.length;
  }
  return { values, count, size };
}

async function readBatch(network: Evaluates, batch: Examples): Promise<{ values: Float32Array; size: number }> {
  let features: Tensor | undefined;
  try {
    features = tidy(() => network.apply(batch.x));
    const [rows, size, ...more] = features.shape;
    if (rows !== batch.x.shape[0] || size === undefined || size === 0 || more.length > 0)
      throw uneven(`features [${batch.x.shape[0]}, size]`, showShape(features.shape));
    const values = (await features.data()) as Float32Array;
    const broken = values.findIndex((value) => !Number.isFinite(value));
    if (broken >= 0) throw notFinite(values[broken]!);
    return { values: Float32Array.from(values), size };
  } finally {
    features?.dispose();
    dispose(batch as never);
  }
}

function uneven(expected: string, received: string) {
  return gmError('GM_SHAPE', {
    where: 'featuresOf',
    expected,
    received,
    remedy: 'Give batches that are not used up, and a network of one row of features for each example: flatten() maps.',
  });
}

function notFinite(value: number) {
  return gmError('GM_NOT_FINITE', {
    where: 'featuresOf',
    expected: 'finite features',
    received: `${value}`,
    remedy: 'Look for NaN in the examples, or in the weights that generated them.',
  });
}
