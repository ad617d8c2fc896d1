import { checkNumber, gmError, type Layer, type Spec, showShape, showSpec, spec } from '@gm/core';
import { averageUpdate, batchNormalization, groupNormalization, layerNormalization } from '@gm/ops';
import {
  FusedBatchNorm,
  mul,
  reshape,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  batchNorm as tfBatchNorm,
  type Variable,
} from '@tensorflow/tfjs-core';
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
      kernels: [FusedBatchNorm],
      apply(x, { training = false }) {
        const { scale, offset } = parameters;
        if (!training) return evaluated(x, buffers, scale, offset, epsilon);
        checkVaries(x, channels);
        const { y, ...statistics } = batchNormalization(x, scale, offset, { epsilon });
        follow(buffers, statistics, momentum, x.size / channels);
        return y;
      },
    });
  };
}

export interface GroupNormOptions {
  /** How many groups the channels form. It divides them. */
  readonly groups: number;
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
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
      apply: (x) => layerNormalization(x, parameters.scale, parameters.offset, { epsilon }),
    });
  };
}

/**
 * Normalises every example over all its places and each of `groups` groups of neighbouring channels (the last axis), then scales and
 * shifts each channel.
 *
 *   y = γ (x − μ) / √(σ² + ε) + β
 *
 * Batches may be of any size: no example sees another. One group is layer norm of images, as many groups as channels instance norm.
 * Parameters: `scale` γ [channels] starting at one, `offset` β [channels] at zero. The same in training and evaluation.
 *
 * @returns a layer of unchanged shape, unbounded
 * @throws GM_OPTION when `groups` is no whole number above 0 or `epsilon` not above 0; GM_FIT when the input is not float32, has no
 *   axis, or `groups` does not divide its channels
 * @see Wu & He (2018), Group normalization, equations 1 to 6, arXiv:1803.08494
 * @example sequential(spec([7, 7, 64]), conv2d({ filters: 64, kernelSize: 3, random, bias: false }), groupNorm({ groups: 8 }), relu())
 */
export function groupNorm({ groups, epsilon = 1e-5 }: GroupNormOptions): Layer {
  checkNumber('groupNorm', 'groups', groups, { min: 1, integer: true });
  checkNumber('groupNorm', 'epsilon', epsilon, { min: Number.MIN_VALUE });
  return (input) => {
    const channels = lastAxis('groupNorm', input);
    checkDivides(groups, channels, input);
    const parameters = { scale: constant([channels], 1), offset: constant([channels], 0) };
    return network({
      name: 'groupNorm',
      input,
      output: spec(input.shape),
      parameters,
      apply: (x) => groupNormalization(x, parameters.scale, parameters.offset, { groups, epsilon }),
    });
  };
}

/** By tfjs's kernel for it, which takes x as rows. */
function evaluated(x: Tensor, { mean, variance }: Statistics, scale: Tensor, offset: Tensor, epsilon: number): Tensor {
  const rows = reshape(x, [-1, scale.size]) as Tensor2D;
  const of = (tensor: Tensor) => tensor as Tensor1D;
  return reshape(tfBatchNorm(rows, of(mean), of(variance), of(offset), of(scale), epsilon), x.shape);
}

function checkDivides(groups: number, channels: number, input: Spec): void {
  if (channels % groups === 0) return;
  throw gmError('GM_FIT', {
    where: 'groupNorm',
    expected: `channels that ${groups} groups share evenly`,
    received: showSpec(input),
    remedy: 'Choose groups that divide the channels.',
  });
}

function checkVaries({ shape, size }: Tensor, channels: number): void {
  if (size / channels > 1) return;
  throw gmError('GM_SHAPE', {
    where: 'batchNorm',
    expected: 'more than one value for each channel in training',
    received: showShape(shape),
    remedy: 'Train with larger batches, drop a last batch of one, or use layerNorm().',
  });
}

interface Statistics {
  readonly mean: Tensor;
  readonly variance: Tensor;
}

/** Moves the running statistics towards those of a batch with `count` values for each channel. */
function follow(buffers: Record<keyof Statistics, Variable>, batch: Statistics, momentum: number, count: number): void {
  const unbiased = mul(batch.variance, count / (count - 1));
  averageUpdate({ averages: [buffers.mean, buffers.variance], parameters: [batch.mean, unbiased] }, momentum);
}
