/** What the losses say in plain float64 JavaScript, for one example each. */

export function total(x: Float64Array, term: (value: number, index: number) => number): number {
  return x.reduce((sum, value, index) => sum + term(value, index), 0);
}

export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

export function logSumExp(x: Float64Array): number {
  const largest = Math.max(...x);
  return largest + Math.log(total(x, (value) => Math.exp(value - largest)));
}

export function bernoulliLogProb(x: Float64Array, logits: Float64Array): number {
  return -total(x, (value, at) => value * softplus(-logits[at]!) + (1 - value) * softplus(logits[at]!));
}

export function gaussianLogProb(x: Float64Array, mean: Float64Array, logVariance: (index: number) => number): number {
  const density = (value: number, at: number) =>
    -0.5 * ((value - mean[at]!) ** 2 / Math.exp(logVariance(at)) + logVariance(at) + Math.log(2 * Math.PI));
  return total(x, density);
}

/** KL(N(qMean, e^qLog) ‖ N(pMean, e^pLog)) of one dimension. */
export function kl(qMean: number, qLog: number, pMean = 0, pLog = 0): number {
  const ratio = Math.exp(qLog - pLog);
  return 0.5 * (ratio - 1 - (qLog - pLog) + (qMean - pMean) ** 2 / Math.exp(pLog));
}
