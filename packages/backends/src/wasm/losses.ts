import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type Body, sizeOf, type Tools } from './kernel.js';

/** Losses that are sums of terms, by the numbers of kernels/losses.ts. */
const kinds = { sigmoid: 0, gaussianKl: 1, square: 2 };

export const sigmoidCrossEntropy: Body = ({ labels, logits }, _, tools) =>
  values(tools, kinds.sigmoid, labels!, logits!);
export const sigmoidCrossEntropyGrad: Body = ({ dy, labels, logits }, _, tools) =>
  gradient(tools, kinds.sigmoid, dy!, labels!, logits!);

export const squaredDistance: Body = ({ x, y }, { scale }, tools) => values(tools, kinds.square, x!, y!, 1 / scale);
export const squaredDistanceGrad: Body = ({ dy, x, y }, { scale }, tools) =>
  gradient(tools, kinds.square, dy!, x!, y!, 1 / scale);

export const gaussianKl: Body = ({ mean, logVariance }, { perDimension }, tools) => {
  if (!perDimension) return values(tools, kinds.gaussianKl, mean!, logVariance!);
  const y = tools.make(mean!.shape);
  tools.kernels.lossValues!(kinds.gaussianKl, tools.at(mean!), tools.at(logVariance!), tools.at(y), sizeOf(y), 1, 1);
  return y;
};

/** Both gradients: for the mean and for the log variance. */
export const gaussianKlGrad: Body = ({ dy, mean, logVariance }, _, { kernels, at, make }) => {
  const both = [make(mean!.shape), make(mean!.shape)];
  const rows = sizeOf(dy!);
  const inner = dy!.shape.length === mean!.shape.length ? 1 : perRow(mean!);
  kernels.lossGradient!(kinds.gaussianKl, ...[dy!, mean!, logVariance!, ...both].map(at), rows, inner, 1);
  return both;
};

export const softmaxCrossEntropy: Body = ({ labels, logits }, { smoothing }, { kernels, at, make }) => {
  const y = make(labels!.shape);
  kernels.softmaxLoss!(at(labels!), at(logits!), at(y), sizeOf(y), logits!.shape.at(-1)!, smoothing);
  return y;
};

export const softmaxCrossEntropyGrad: Body = ({ dy, labels, logits }, { smoothing }, { kernels, at, make }) => {
  const dx = make(logits!.shape);
  const addresses = [dy!, labels!, logits!, dx].map(at);
  kernels.softmaxLossGradient!(...addresses, sizeOf(dy!), logits!.shape.at(-1)!, smoothing);
  return dx;
};

export const gaussianSample: Body = ({ mean, logVariance, noise }, _, { kernels, at, make }) => {
  const z = make(mean!.shape);
  kernels.gaussianSample!(at(mean!), at(logVariance!), at(noise!), at(z), sizeOf(z));
  return z;
};

export const gaussianSampleGrad: Body = ({ dy, logVariance, noise }, _, { kernels, at, make }) => {
  const dx = make(dy!.shape);
  kernels.gaussianSampleGradient!(at(dy!), at(logVariance!), at(noise!), at(dx), sizeOf(dx));
  return dx;
};

/** Σ term(a, b) over all axes but the first. */
function values({ kernels, at, make }: Tools, kind: number, a: TensorInfo, b: TensorInfo, factor = 1): TensorInfo {
  const y = make([a.shape[0]!]);
  kernels.lossValues!(kind, at(a), at(b), at(y), a.shape[0]!, perRow(a), factor);
  return y;
}

/** dy · derivative of the term by one operand. */
function gradient(tools: Tools, kind: number, dy: TensorInfo, a: TensorInfo, b: TensorInfo, factor = 1): TensorInfo {
  const { kernels, at, make } = tools;
  const dx = make(a.shape);
  kernels.lossGradient!(kind, at(dy), at(a), at(b), at(dx), 0, a.shape[0]!, perRow(a), factor);
  return dx;
}

const perRow = ({ shape }: TensorInfo): number => shape.slice(1).reduce((product, size) => product * size, 1);
