import { checkNumber, gmError, type Layer, showShape, spec } from '@gm/core';
import { add, mean, mul, reshape, rsqrt, square, sub, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { constant } from './initializer.js';
import { lastAxis } from './input.js';
import { network } from './network.js';

export interface BatchNormOptions {
  /** How much of the running statistics stays at each training step. Default 0.9. */
  readonly momentum?: number;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Normalises every channel (the last axis) over the batch and all other axes, then scales and shifts it.
 *
 *   y = γ (x − μ) / √(σ² + ε) + β
 *
 * In training μ and σ² are those of the batch, and the buffers follow them: moving = momentum · moving + (1 − momentum) · new,
 * the new variance without bias. Otherwise μ and σ² are the buffers.
 * Parameters: `scale` γ [channels] starting at one, `offset` β [channels] at zero. Buffers: `mean`, `variance` [channels].
 *
 * @returns a layer of unchanged shape, unbounded
 * @throws GM_OPTION when `momentum` is outside [0, 1] or `epsilon` not above 0; GM_FIT when the input is not float32 or has no axis
 * @throws GM_SHAPE from `apply` in training with one value for each channel: it has no variance
 * @see Ioffe & Szegedy (2015), Batch normalization, algorithms 1 and 2, arXiv:1502.03167
 * @example sequential(spec([7, 7, 64]), conv2d({ filters: 64, kernelSize: 3, random, bias: false }), batchNorm(), relu())
 */
export function batchNorm({ momentum = 0.9, epsilon = 1e-5 }: BatchNormOptions = {}): Layer {
  checkNumber('batchNorm', 'momentum', momentum, { min: 0, max: 1 });
  checkNumber('batchNorm', 'epsilon', epsilon, { min: Number.MIN_VALUE });
  return (input) => {
    const channels = lastAxis('batchNorm', input);
    const parameters = { scale: constant([channels], 1), offset: constant([channels], 0) };
    const buffers = { mean: constant([channels], 0, false), variance: constant([channels], 1, false) };
    return network({
      name: 'batchNorm',
      input,
      output: spec(input.shape),
      parameters,
      buffers,
      apply(x, { training = false }) {
        const statistics = training ? ofBatch(x) : buffers;
        if (training) follow(buffers, statistics, momentum, x.size / channels);
        return add(mul(standardized(x, statistics, epsilon), parameters.scale), parameters.offset);
      },
    });
  };
}

/**
 * Normalises every example over its last axis, then scales and shifts it.
 *
 *   y = γ (x − μ) / √(σ² + ε) + β
 *
 * Parameters: `scale` γ [features] starting at one, `offset` β [features] at zero. The same in training and evaluation.
 *
 * @param epsilon  added to the variance, default 1e-5
 * @returns a layer of unchanged shape, unbounded
 * @throws GM_OPTION when `epsilon` is not above 0; GM_FIT when the input is not float32 or has no axis
 * @see Ba, Kiros & Hinton (2016), Layer normalization, equations 3 and 4, arXiv:1607.06450
 * @example sequential(spec([784]), dense({ units: 400, random }), layerNorm(), relu())
 */
export function layerNorm({ epsilon = 1e-5 }: { readonly epsilon?: number } = {}): Layer {
  checkNumber('layerNorm', 'epsilon', epsilon, { min: Number.MIN_VALUE });
  return (input) => {
    const features = lastAxis('layerNorm', input);
    const parameters = { scale: constant([features], 1), offset: constant([features], 0) };
    return network({
      name: 'layerNorm',
      input,
      output: spec(input.shape),
      parameters,
      apply: (x) => add(mul(standardized(x, over(x, [-1]), epsilon), parameters.scale), parameters.offset),
    });
  };
}

interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Two passes: E[x²] − E[x]² loses all digits when the mean is large beside the spread. */
function over(x: Tensor, axes: number[]): Statistics {
  const centre = mean(x, axes, true);
  return { mean: centre, variance: mean(square(sub(x, centre)), axes, true) };
}

function ofBatch(x: Tensor): Statistics {
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  if (axes.reduce((count, axis) => count * x.shape[axis]!, 1) > 1) return over(x, axes);
  throw gmError('GM_SHAPE', {
    where: 'batchNorm',
    expected: 'more than one value for each channel in training',
    received: showShape(x.shape),
    remedy: 'Train with larger batches, drop a last batch of one, or use layerNorm().',
  });
}

function standardized(x: Tensor, { mean: centre, variance }: Statistics, epsilon: number): Tensor {
  return mul(sub(x, centre), rsqrt(add(variance, epsilon)));
}

/** Moves the running statistics towards those of a batch with `count` values for each channel. */
function follow(buffers: Record<keyof Statistics, Variable>, batch: Statistics, momentum: number, count: number): void {
  const mixed = (old: Variable, fresh: Tensor) => add(mul(old, momentum), mul(reshape(fresh, old.shape), 1 - momentum));
  buffers.mean.assign(mixed(buffers.mean, batch.mean));
  buffers.variance.assign(mixed(buffers.variance, mul(batch.variance, count / (count - 1))));
}
