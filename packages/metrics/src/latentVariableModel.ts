import {
  type ApplyOptions,
  checkRange,
  type Encoder,
  type Evaluates,
  gmError,
  type Likelihood,
  type Network,
  type Prior,
  type Random,
  showShape,
} from '@gm/core';
import { type Tensor, tile } from '@tensorflow/tfjs-core';

/** The parts of p(x, z) = p(z) p(x | z) and q(z | x), and the examples to measure them on. */
export interface LatentVariableModel {
  /** q(z | x) */
  readonly encoder: Encoder;
  /** Its range is checked against the likelihood when it says what it gives. */
  readonly decoder: Evaluates & Partial<Pick<Network, 'output'>>;
  readonly prior: Prior;
  readonly likelihood: Likelihood;
  /** [batch, …example], in the range that the likelihood takes. */
  readonly x: Tensor;
  /** The classes of the examples, for conditional parts: int32 [batch]. */
  readonly labels?: Tensor;
  /** What z is drawn from; it advances. */
  readonly random: Random;
}

/** Refuses a decoder whose numbers the likelihood cannot read, and an empty batch. */
export function checkModel(where: string, { decoder, likelihood, x }: LatentVariableModel): void {
  if (decoder.output !== undefined) checkRange(where, 'decoder.output', decoder.output.range, likelihood.prediction);
  if (x.rank >= 1 && x.size > 0) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'x of shape [batch, …] with at least one example',
    received: showShape(x.shape),
    remedy: 'Add the batch axis, or leave out empty batches.',
  });
}

/** How the parts are evaluated: under the classes of the examples, each example so many times. */
export function conditionsOf({ labels }: Pick<LatentVariableModel, 'labels'>, times = 1): ApplyOptions {
  return labels ? { condition: times === 1 ? labels : tile(labels, [times]) } : {};
}
