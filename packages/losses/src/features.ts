import { gmError, showShape } from '@gm/core';
import { mean, neg, square, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkBatch, namedShapes } from './perExample.js';
import { gaussianLogProb } from './reconstruction.js';

/**
 * Feature matching: generated examples shall have the mean features of real ones.
 *
 *   ‖meanₙ f(x) − meanₙ f(G(z))‖²
 *
 * The one loss here that is not per example: the mean over the batch stands inside the square, so there is a single value for the
 * batch. It is a scalar, and the mean that a caller takes of other losses leaves it as it is.
 *
 * @param realFeatures       f(x), shape [batch, …features]
 * @param generatedFeatures  f(G(z)), the same feature axes; its batch may have another size
 * @returns a scalar, ≥ 0, in squared units of the features
 * @throws GM_SHAPE when the feature axes differ
 * @see Salimans et al. (2016), Improved Techniques for Training GANs, section 3.1, arXiv:1606.03498
 * @example featureMatching(discriminator.features(x), discriminator.features(generated))
 */
export function featureMatching(realFeatures: Tensor, generatedFeatures: Tensor): Tensor {
  checkFeatures({ realFeatures, generatedFeatures });
  return tidy(() => sum(square(sub(mean(realFeatures, 0), mean(generatedFeatures, 0)))));
}

/**
 * Feature reconstruction error: how improbable the features of x are under a Gaussian of unit variance around the features of its
 * reconstruction x̃. A learned measure of likeness in place of one on pixels.
 *
 *   −log N(f(x) | f(x̃), 1) = ½ Σᵢ (fᵢ(x) − fᵢ(x̃))² + ½ n log 2π
 *
 * @param realFeatures           f(x), shape [batch, …features], n numbers for each example
 * @param reconstructedFeatures  f(x̃), the same shape
 * @returns nats per example: [batch], ≥ ½ n log 2π
 * @throws GM_SHAPE when the shapes differ
 * @see Larsen et al. (2016), Autoencoding beyond pixels using a learned similarity metric, equations 7 and 8, arXiv:1512.09300
 * @example featureReconstruction(discriminator.features(x), discriminator.features(reconstruction))
 */
export function featureReconstruction(realFeatures: Tensor, reconstructedFeatures: Tensor): Tensor {
  const remedy = 'Take both from the same layer, one reconstruction for each example.';
  checkBatch('featureReconstruction', { realFeatures, reconstructedFeatures }, remedy);
  return tidy(() => neg(gaussianLogProb(realFeatures, reconstructedFeatures)));
}

function checkFeatures(features: Readonly<Record<string, Tensor>>): void {
  const axes = Object.values(features).map(({ shape }) => showShape(shape.slice(1)));
  if (axes[0] === axes[1] && Object.values(features).every(({ rank }) => rank > 1)) return;
  throw gmError('GM_SHAPE', {
    where: 'featureMatching',
    expected: 'equal feature axes [batch, …features]',
    received: namedShapes(features),
    remedy: 'Take both from the same layer of the same discriminator.',
  });
}
