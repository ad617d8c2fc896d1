/// <reference path="./stock.d.ts" />
import { type GradConfig, getGradient, registerGradient } from '@tensorflow/tfjs-core';
import { stockGradients } from 'tfjs-core-gradients';
import { activationGradients } from './activation.js';
import { arithmeticGradients } from './arithmetic.js';
import { comparisonGradients } from './comparison.js';
import { convolutionGradients } from './convolution.js';
import { indexingGradients } from './indexing.js';
import { matMulGradients } from './matMul.js';
import { poolingGradients } from './pooling.js';

/**
 * Registers the gradients of every operation with tfjs-core, which has none of its own in Node. Later calls only look
 * whether another library has put its own in their place, and mend that; useBackend() calls it.
 *
 * @example registerGradients(); grad((x) => square(x))(scalar(3))  // 6
 */
export function registerGradients(): void {
  for (const gradient of gradients.values()) {
    if (getGradient(gradient.kernelName) !== gradient) registerGradient(gradient);
  }
}

/** Ours come later and replace those of tfjs-core. */
const gradients: ReadonlyMap<string, GradConfig> = new Map(
  [
    ...stockGradients,
    ...activationGradients,
    ...arithmeticGradients,
    ...comparisonGradients,
    ...convolutionGradients,
    ...indexingGradients,
    ...matMulGradients,
    ...poolingGradients,
  ].map((gradient) => [gradient.kernelName, gradient]),
);
