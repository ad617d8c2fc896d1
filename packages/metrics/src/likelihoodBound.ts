import { checkNumber, type Examples } from '@gm/core';
import { evaluate } from './evaluate.js';
import { iwaeBound } from './iwaeBound.js';
import type { LatentVariableModel } from './latentVariableModel.js';
import type { Measurement, Protocol } from './measurement.js';

export interface LikelihoodBoundOptions<Batch extends Examples> extends Omit<LatentVariableModel, 'x' | 'labels'> {
  /** Small ones; their tensors are disposed when they are measured. Labels in them are told to a conditional model. */
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  /** K. Default 5000, the usual number for test likelihoods. */
  readonly samples?: number;
  /** What else has to be equal to compare: the split, how it was binarised, the seed of the draws. */
  readonly protocol: Protocol;
}

/**
 * The importance-weighted bound L_K of a whole data set: below log p(x) on average, and near it for a large K.
 *
 *   mean over x of log 1/K Σₖ p(x, zₖ) / q(zₖ | x),   zₖ ~ q(z | x)
 *
 * @returns nats per example with the standard error over examples, and its protocol: K, how many examples, and what is given
 * @throws GM_OPTION, GM_SHAPE, GM_RANGE, GM_NOT_FINITE as `iwaeBound` and `evaluate`
 * @see Burda, Grosse & Salakhutdinov (2016), Importance weighted autoencoders, section 5, arXiv:1509.00519
 * @example await likelihoodBound({ ...model, batches: epochOf(test, { batchSize: 20 }), random: seeded(1), protocol: { split: 'test' } })
 */
export async function likelihoodBound<Batch extends Examples>(
  options: LikelihoodBoundOptions<Batch>,
): Promise<Measurement> {
  const { batches, samples = 5000, protocol, ...model } = options;
  checkNumber('likelihoodBound', 'samples', samples, { min: 1, integer: true });
  const { bound } = await evaluate(batches, (batch) => ({ bound: iwaeBound({ ...model, ...batch, samples }) }));
  const { mean: value, standardError, count } = bound;
  return { value, standardError, protocol: { metric: 'L_K', K: samples, examples: count, ...protocol } };
}
