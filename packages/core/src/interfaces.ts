/**
 * The whole vocabulary of gm on one page. Types only: a part of your own needs nothing from here at run time,
 * it only has to have the right shape.
 *
 * Arguments are borrowed, never disposed; results belong to the caller. `[batch, …]` is the first axis of every tensor.
 */
import type { DataType, Tensor, Variable } from '@tensorflow/tfjs-core';

/**
 * Which numbers a tensor may hold: a closed interval, `'logits'` (real numbers whose sigmoid or softmax is a probability),
 * or `'unbounded'` (any real number).
 */
export type Range = readonly [low: number, high: number] | 'logits' | 'unbounded';

/** What fits a network's door: shape without the batch axis, number type and range. */
export interface Spec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly range: Range;
  /** The symbol that fills up shorter sequences: a part that takes them has to pass over it. Left out where every step counts. */
  readonly padding?: number;
}

/** How a network is evaluated. */
export interface ApplyOptions {
  /** Training mode: dropout drops, batch normalisation uses and records the statistics of the batch. Default false. */
  readonly training?: boolean;
  /** Where the randomness of this evaluation comes from; a layer that needs it in training mode says so when it is missing. */
  readonly random?: Random;
  /** The class that each example is, or shall be: int32 [batch]. Networks that need one say so (`Network.condition`), others ignore it. */
  readonly condition?: Tensor;
  /** Which steps of each sequence count: [batch, time], 0 where recurrent layers pass over one. Default: all. Other layers ignore it. */
  readonly mask?: Tensor;
}

/** Enough to sample. */
export interface Evaluates {
  apply(x: Tensor, options?: ApplyOptions): Tensor;
}

/** Enough to compose, train and save. */
export interface Network extends Evaluates {
  /** Checked before any tensor is made. */
  readonly input: Spec;
  readonly output: Spec;
  /** What training moves, by local name in a stable order: `'0/kernel'`. */
  readonly parameters: Readonly<Record<string, Variable>>;
  /** Saved, never trained: running means and variances. */
  readonly buffers?: Readonly<Record<string, Variable>>;
  /**
   * Names of the tfjs kernels that evaluating it and taking its gradients call, beyond arithmetic that every backend has: `'Conv2D'`.
   * Training is refused on a backend that lacks one, before it begins.
   */
  readonly kernels?: readonly string[];
  /** What `condition` of the options has to be, for a network that needs one: int32 [] in [0, classes − 1]. */
  readonly condition?: Spec;
  dispose(): void;
}

/**
 * A network over sequences, [time, …] → [time, …], whose state can be carried on: pieces that follow each other give what the whole
 * gives.
 */
export interface Recurrent extends Network {
  /** The state before the first step: zeros, one tensor [batch, …] for each place of the state. */
  start(batch: number): Tensor[];
  /** Any number of steps, x [batch, steps, …], from that state on; what comes out, and the state after it. */
  advance(x: Tensor, state: readonly Tensor[], options?: ApplyOptions): { y: Tensor; state: Tensor[] };
}

/** A network that is still waiting to hear what flows into it; composition calls it with the spec of the part before. */
export type Layer = (input: Spec) => Network;

/** Randomness, always an argument. Each call advances the stream. */
export interface Random {
  /** Independent draws from N(0, 1), float32. */
  normal(shape: readonly number[]): Tensor;
  /** Independent draws from U[0, 1), float32. */
  uniform(shape: readonly number[]): Tensor;
}

/** p(z). */
export interface Prior {
  /** Shape of one z, without the batch axis. */
  readonly shape: readonly number[];
  /** Which numbers z may be; any where it is left out. A posterior that goes beyond them is infinitely far from the prior. */
  readonly range?: Range;
  /** Of how many categories each variable is, where z is made of one-hot rows; left out where z is real numbers. */
  readonly categories?: number;
  /** What of it is trained, with the model whose codes it is of: recipes that ask for its density move it. */
  readonly network?: Network;
  /** Draws z, [count, …shape]. */
  sample(count: number, random: Random): Tensor;
  /** log p(z) in nats, [batch]. */
  logProb(z: Tensor): Tensor;
  /**
   * KL(q ‖ p) in nats for each dimension, [batch, …latent], or each variable, where there is a closed form for such a posterior;
   * where it gives none, the divergence is estimated from a draw.
   */
  divergenceFrom?(posterior: Posterior): Tensor | undefined;
}

/** q(z | x), one row for each x. */
export interface Posterior {
  /** Draws z, [batch, …latent], differentiable with respect to the posterior's parameters. */
  sample(random: Random): Tensor;
  /** log q(z | x) in nats, [batch]. */
  logProb(z: Tensor): Tensor;
}

/** A diagonal Gaussian q(z | x) = N(μ, σ²). */
export interface GaussianPosterior extends Posterior {
  /** μ, [batch, latent]. */
  readonly mean: Tensor;
  /** log σ², [batch, latent]. */
  readonly logVariance: Tensor;
}

/** A posterior of independent categorical variables, whose draws are one-hot rows (or near them), side by side. */
export interface CategoricalPosterior extends Posterior {
  /** log probabilities up to a constant, [batch, variables, categories]. */
  readonly logits: Tensor;
}

/** x → q(z | x). */
export interface Encoder<Q extends Posterior = Posterior> {
  /** How many numbers one code has, checked against the prior where it is said. */
  readonly latent?: number;
  /** Of how many categories each variable of a code is, checked against the prior; left out where codes are real numbers. */
  readonly categories?: number;
  encode(x: Tensor, options?: ApplyOptions): Q;
}

/** p(x | z) with z drawn: [count, …data]. */
export interface Generator {
  sample(count: number, random: Random): Tensor;
}

/** p(y | x): logits [batch, classes], or [batch] for one yes-or-no question, unbounded. */
export interface Discriminator {
  logits(x: Tensor, options?: ApplyOptions): Tensor;
}

/** A discriminator that also shows what it looks at: logits(x) = logitsOf(features(x)). */
export interface FeatureDiscriminator extends Discriminator {
  /** [batch, …features] */
  features(x: Tensor, options?: ApplyOptions): Tensor;
  logitsOf(features: Tensor, options?: ApplyOptions): Tensor;
}

/** p(x | decoded): how the numbers a decoder gives are read as a distribution over data. */
export interface Likelihood {
  /** The range the decoder has to give, and the range the data has to have. */
  readonly prediction: Range;
  readonly target: Range;
  /** log p(x | prediction) in nats, summed over the data axes: [batch]. */
  logProb(x: Tensor, prediction: Tensor): Tensor;
  /** E[x | prediction], in the range of the data. */
  mean(prediction: Tensor): Tensor;
}

/** p(y | x) of real numbers: how what a network gives for each target is read. */
export interface Predictive {
  /** How many numbers the network gives for each target. */
  readonly size: number;
  /** What is minimised, for targets [batch, …targets] and predicted [batch, …targets, size]: summed over the targets, [batch]. */
  loss(targets: Tensor, predicted: Tensor): Tensor;
  /** Quantiles at rising levels in (0, 1), which never cross: [batch, …targets, levels], in units of the targets. */
  quantiles(predicted: Tensor, levels: readonly number[]): Tensor;
}

/** The two sides of the adversarial game; each gives one value per example, to be minimised. */
export interface AdversarialLoss {
  /** The range the discriminator has to give, checked where it is said. */
  readonly prediction?: Range;
  /** The generator's side compares with real examples: it is handed their logits too. */
  readonly paired?: boolean;
  discriminator(realLogits: Tensor, generatedLogits: Tensor): Tensor;
  generator(generatedLogits: Tensor, realLogits?: Tensor): Tensor;
}

/** What is added to a discriminator's loss to keep it smooth, one value per example. */
export interface Penalty {
  /**
   * @param scores    the discriminator, x → logits [batch]; the penalty is made of its gradient for x, so that training
   *   differentiates it twice
   * @param examples  `real` and `generated`, [batch, …example] each; constant
   */
  penalize(
    scores: (x: Tensor) => Tensor,
    examples: { readonly real: Tensor; readonly generated: Tensor },
    random: Random,
  ): Tensor;
}

/** Changes parameters in place, along gradients of the same names. */
export interface Optimizer {
  /** Of the method: a checkpoint of one method is not restored into another. */
  readonly name: string;
  update(parameters: Readonly<Record<string, Variable>>, gradients: Readonly<Record<string, Tensor>>): void;
  /**
   * Everything that a bit-exact continuation needs: tensors (borrowed by the caller) and exact numbers. A slot called
   * `<kind>/<parameter>` has that parameter's shape; other names are free.
   */
  state(): OptimizerState;
  /** Continues from `state`, which is borrowed. */
  restore(state: OptimizerState): void;
  dispose(): void;
}

export interface OptimizerState {
  readonly slots: Readonly<Record<string, Tensor>>;
  readonly counters: Readonly<Record<string, number>>;
}

/** A batch of examples, [batch, …example]. */
export interface Examples {
  readonly x: Tensor;
  /** Which steps of each sequence count, as in the options of `apply`: [batch, time]. Default: all. */
  readonly mask?: Tensor;
}

/** Examples with the class of each: int32 [batch], 0 … classes − 1. */
export interface LabelledExamples extends Examples {
  readonly labels: Tensor;
}

/** Few examples with their classes beside many without. */
export interface PartlyLabelled extends LabelledExamples {
  /** [batch, …example]; another batch size than that of x. */
  readonly unlabelled: Tensor;
}

/** Examples with the real numbers that are to be predicted of each. */
export interface TargetedExamples extends Examples {
  /** [batch, …targets] */
  readonly targets: Tensor;
}

/** A piece of long sequences of symbols: truncated back-propagation goes on where the piece before it ended. */
export interface Passage extends Examples {
  /** int32 [batch, time], the symbol after each one of x. */
  readonly next: Tensor;
  /** The rows begin anew: nothing is carried over from the piece before. */
  readonly first: boolean;
}

/** Batches by number: `at(step)` is a pure function of its argument, so the data cursor of a run is its step. */
export interface BatchSource<Batch> {
  /** What one example is, so that a game can refuse data before the first step. */
  readonly example: Spec;
  /** How many classes the labels have, where there are labels. */
  readonly classes?: number;
  /** Shape of the targets of one example, where there are targets. */
  readonly targets?: readonly number[];
  readonly batchSize: number;
  readonly batchesPerEpoch: number;
  /** The batch of that step, counted from 0 over all epochs; the caller owns its tensors. */
  at(step: number): Batch | Promise<Batch>;
}

/** Changes networks by one step of training. */
export interface Trainer<Batch, Metrics> {
  step(batch: Batch): Metrics;
  dispose(): void;
}
