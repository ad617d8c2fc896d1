import { type Range, type Spec, sizeOf } from '@gm/core';
import type { Dataset } from '@gm/data';
import { type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Rows } from '../protocol.js';

/** Reads examples, as pictures where they are some; disposes of the tensor. */
export async function rowsOf(
  x: Tensor,
  { shape, range }: Pick<Spec, 'shape' | 'range'>,
  labels?: readonly number[],
): Promise<Rows> {
  try {
    const values = Float32Array.from(await x.data());
    const count = values.length / sizeOf(shape);
    if (shape.length === 3) toPicture(values, range);
    return { values, count, shape, ...(labels && { labels }) };
  } finally {
    x.dispose();
  }
}

/** Into [0, 1], in place. */
function toPicture(values: Float32Array, range: Range): void {
  const [low, high] = typeof range === 'string' ? [0, 1] : range;
  for (let at = 0; at < values.length; at++) values[at] = Math.min(1, Math.max(0, (values[at]! - low) / (high - low)));
}

/** Classes by turns, as `fromDecoder` asks for them. */
export const byTurns = (count: number, classes: number) => Array.from({ length: count }, (_, index) => index % classes);

/** The first so many numbers, at most as many as there are. */
export const firstOf = (count: number, { count: all }: Pick<Dataset, 'count'>) =>
  Array.from({ length: Math.min(count, all) }, (_, index) => index);

/** x of those examples; the caller owns it. */
export const examplesAt = (data: Dataset, indices: readonly number[]): Tensor => tidy(() => data.at(indices).x);

/** The class of each of those examples, where they have one. */
export const labelsAt = ({ labels }: Pick<Dataset, 'labels'>, indices: readonly number[]) =>
  labels && indices.map((index) => labels[index]!);

/** What a conditional part is told. */
export const conditionOf = (labels: readonly number[] | undefined): { readonly condition?: Tensor } =>
  labels ? { condition: tensor1d([...labels], 'int32') } : {};
