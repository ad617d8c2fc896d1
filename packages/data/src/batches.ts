import { type BatchSource, checkNumber, type Examples, gmError, type SeededRandom } from '@gm/core';
import type { Dataset } from './dataset.js';
import { checkCount } from './rows.js';
import { range } from './subset.js';
import { type Transform, transformed } from './transform.js';

export interface BatchesOptions {
  readonly batchSize: number;
  /** What the shuffle and the transform draw from. It is not advanced: streams of its own are split from it. */
  readonly random?: SeededRandom;
  /** A new order in every epoch. Default true. */
  readonly shuffle?: boolean;
  /** Leaves out the last batch of an epoch when it is not full. Default true. */
  readonly dropLast?: boolean;
  /** What is done to x, anew in every batch. */
  readonly transform?: Transform;
}

/** A source that has its batches at once. */
export interface Batches<Batch> extends BatchSource<Batch> {
  at(step: number): Batch;
}

/**
 * Batches without an end, epoch after epoch. The batch of a step is a pure function of the step, so that a run that stops and
 * goes on, or looks ahead, sees the very same batches: epoch = ⌊step / batchesPerEpoch⌋, each with a permutation of its own.
 *
 * @throws GM_OPTION for a batch size that is no whole number of 1 … count (any, with `dropLast: false`), GM_RANDOM when `random`
 *   is missing, GM_RANGE when the transform cannot take these examples
 * @example batches(mnist, { batchSize: 128, random: seeded(1) }).at(0).x.shape  // [128, 28, 28, 1]
 */
export function batches<Batch extends Examples>(dataset: Dataset<Batch>, options: BatchesOptions): Batches<Batch> {
  const { batchSize, random, shuffle = true, dropLast = true, transform } = options;
  const { count, classes } = dataset;
  checkCount('batches', count);
  checkNumber('batches', 'batchSize', batchSize, { min: 1, integer: true, ...(dropLast && { max: count }) });
  if (shuffle) checkRandom('batches', 'shuffle', random);
  const order = orderOf(count, shuffle ? random : undefined);
  const change = changeOf('batches', dataset, options);
  const batchesPerEpoch = dropLast ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  const at = (step: number): Batch => {
    checkNumber('batches', 'step', step, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true });
    const start = (step % batchesPerEpoch) * batchSize;
    const rows = order(Math.floor(step / batchesPerEpoch)).subarray(start, start + batchSize);
    return change(dataset.at(rows), step);
  };
  const example = transform?.example(dataset.example) ?? dataset.example;
  return { example, batchSize, batchesPerEpoch, at, ...(classes !== undefined && { classes }) };
}

export interface EpochOptions {
  readonly batchSize: number;
  readonly transform?: Transform;
  /** What the transform draws from; not advanced, so that every pass is the same. */
  readonly random?: SeededRandom;
}

/**
 * Every example once and in order, the last batch with what is left: for evaluation. It can be gone through again and again.
 *
 * @throws GM_OPTION for a batch size that is no whole number of at least 1, GM_RANDOM, GM_RANGE as `batches`
 * @example for (const { x, labels } of epochOf(test, { batchSize: 500 })) …
 */
export function epochOf<Batch extends Examples>(dataset: Dataset<Batch>, options: EpochOptions): Iterable<Batch> {
  const { count } = dataset;
  const batchSize = checkNumber('epochOf', 'batchSize', options.batchSize, { min: 1, integer: true });
  checkCount('epochOf', count);
  const change = changeOf('epochOf', dataset, options);
  return {
    *[Symbol.iterator]() {
      for (let start = 0; start < count; start += batchSize) {
        yield change(dataset.at(range(start, Math.min(count, start + batchSize))), start / batchSize);
      }
    },
  };
}

/** The order of the examples in that epoch; only the last one asked for is kept. */
function orderOf(count: number, random: SeededRandom | undefined): (epoch: number) => Uint32Array {
  if (random === undefined) {
    const order = range(0, count);
    return () => order;
  }
  const stream = random.split('shuffle');
  let known = -1;
  let order: Uint32Array = new Uint32Array();
  return (epoch) => {
    if (epoch !== known) order = stream.split(epoch).permutation(count);
    known = epoch;
    return order;
  };
}

function changeOf(where: string, { example }: Dataset, { transform, random }: EpochOptions) {
  if (transform === undefined) return <Batch extends Examples>(batch: Batch) => batch;
  transform.example(example);
  const stream = checkRandom(where, 'transform', random).split('transform');
  return <Batch extends Examples>(batch: Batch, step: number) => transformed(batch, transform, stream.split(step));
}

function checkRandom(where: string, what: string, random: SeededRandom | undefined): SeededRandom {
  if (random !== undefined) return random;
  throw gmError('GM_RANDOM', {
    where,
    expected: `random for ${what}`,
    received: 'none',
    remedy: 'Pass random: seeded(1), or another seed.',
  });
}
