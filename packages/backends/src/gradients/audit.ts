/** An operation of tfjs that cannot be differentiated as often as one might want. */
export interface Limit {
  /** Its name in tfjs. */
  readonly operation: string;
  /** The kernel it runs, where a profile would show one. */
  readonly kernel?: string;
  /** What to use in its place. */
  readonly instead: string;
}

/**
 * Operations with a first derivative only, after registerGradients(): a second one throws or is wrong. Everything else that
 * tfjs differentiates once, it then differentiates twice.
 */
export const onceDifferentiable: readonly Limit[] = [
  { operation: 'logSoftmax', instead: 'sub(x, logSumExp(x, -1, true))' },
  { operation: 'losses.softmaxCrossEntropy', instead: 'sub(logSumExp(logits, -1), sum(mul(labels, logits), -1))' },
  { operation: 'prod', kernel: 'Prod', instead: 'exp(sum(log(x), axis)) for positive x' },
  { operation: 'maxPool3d', kernel: 'MaxPool3D', instead: 'conv3d with strides' },
  { operation: 'avgPool3d', kernel: 'AvgPool3D', instead: 'conv3d with strides' },
  { operation: 'localResponseNormalization', kernel: 'LRN', instead: 'batch or layer normalisation' },
  { operation: 'dilation2d', kernel: 'Dilation2D', instead: 'conv2d with dilations' },
];

/** Operations with no derivative, or one that fails. */
export const notDifferentiable: readonly Limit[] = [
  { operation: 'einsum', kernel: 'Einsum', instead: 'transpose, reshape and matMul' },
  { operation: 'topk', kernel: 'TopK', instead: 'gather with indices from topk' },
  { operation: 'cumprod', kernel: 'Cumprod', instead: 'exp(cumsum(log(x))) for positive x' },
  { operation: 'tensorScatterUpdate', kernel: 'TensorScatterUpdate', instead: 'scatterND and where' },
  { operation: 'complex, fft, ifft', kernel: 'FFT', instead: 'matMul with a matrix of cosines and sines' },
  { operation: 'fused.conv2d with dilations (conv2d of tfjs-layers)', instead: 'conv2d with dilations' },
  { operation: 'gather with batchDims', kernel: 'GatherV2', instead: 'gather on the flattened batch' },
  { operation: 'batchNorm without scale or offset', kernel: 'FusedBatchNorm', instead: 'pass ones and zeros' },
];
