import {
  checkNumber,
  type Encoder,
  type GaussianPosterior,
  gmError,
  type Network,
  type Random,
  sizeOf,
  spec,
} from '@gm/core';
import { dense, network, normalInit, rescale, reshape, sequential, sigmoid } from '@gm/networks';
import { eye, zeros } from '@tensorflow/tfjs-core';
import { componentPrior } from './componentPrior.js';
import type { TrainedPrior } from './trainedMixture.js';

/** Options of `vampPrior`. */
export interface VampPriorOptions {
  /** Whose posteriors of pseudo-inputs the prior is made of. It stays the caller's. */
  readonly encoder: Network & Encoder<GaussianPosterior> & { readonly latent: number };
  /** How many pseudo-inputs. The paper takes 500. */
  readonly components: number;
  /** Where the first pseudo-inputs are drawn from. */
  readonly random: Random;
}

/**
 * The variational mixture of posteriors: the prior is the mean of what the encoder says of a few learned pseudo-inputs.
 *
 *   p(z) = 1/K Σₖ q(z | uₖ)
 *
 * `vae` and `iwae` of @gm/trainers move the pseudo-inputs u with the model. They are kept in the range of the data by a sigmoid, and are
 * unbounded where the data are. Parameters: those of a dense layer without bias from K to the numbers of one example.
 *
 * @returns a prior with its `network`, which gives u of one-hot rows; log-probabilities in nats, [batch]
 * @throws GM_OPTION when `components` is not a positive whole number; GM_FIT when the encoder needs a condition, or reads no real
 *   numbers; GM_SHAPE for codes of another size; GM_RANDOM without a stream
 * @see Tomczak & Welling (2018), VAE with a VampPrior, equation 9, arXiv:1705.07120
 * @example const prior = vampPrior({ encoder, components: 100, random: seeded(1) })
 */
export function vampPrior({ encoder, components, random }: VampPriorOptions): TrainedPrior {
  checkNumber('vampPrior', 'components', components, { min: 1, integer: true });
  checkEncoder(encoder);
  const { shape, range } = encoder.input;
  const inside = typeof range === 'string' ? [] : [sigmoid(), rescale([0, 1], range)];
  const kernel = normalInit(1);
  const inputs = sequential(
    spec([components], [0, 1]),
    dense({ units: sizeOf(shape), bias: false, random, kernel }),
    ...inside,
    reshape(shape),
  );
  const prior = componentPrior('vampPrior', encoder.latent, () => {
    const { mean, logVariance } = encoder.encode(inputs.apply(eye(components)));
    return { mean, logVariance, logits: zeros([1, components]) };
  });
  return { ...prior, network: network({ ...inputs, name: 'vampPrior' }) };
}

function checkEncoder({ input, condition }: Network): void {
  if (input.dtype === 'float32' && condition === undefined) return;
  throw gmError('GM_FIT', {
    where: 'vampPrior',
    expected: 'an encoder of real numbers that needs no condition',
    received: condition ? 'a conditional one' : `one of ${input.dtype}`,
    remedy: 'Take trainedMixture(), which asks no encoder.',
  });
}
