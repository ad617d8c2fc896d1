import {
  checkFits,
  checkNumber,
  type Examples,
  gmError,
  type Likelihood,
  type Network,
  type Optimizer,
  type Spec,
} from '@gm/core';
import { bernoulli } from '@gm/losses';
import {
  add,
  clone,
  customGrad,
  mean,
  mul,
  neg,
  square,
  sub,
  sum,
  type Tensor,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { checkUntold, dataSpec } from '../fit.js';
import type { Game } from '../game.js';
import { adam } from '../optimizers/adam.js';

/** What a vector-quantised autoencoder is made of. */
export interface VqVaeParts {
  /** x → vectors [...places, dimension]. */
  readonly encoder: Network;
  /** Replaces each vector by the nearest code: `codebook` of @gm/latent. */
  readonly codebook: Network;
  /** Codes → x. */
  readonly decoder: Network;
  /** How decoded numbers are read as a distribution over data. Default `bernoulli()`: a decoder that ends in logits. */
  readonly likelihood?: Likelihood;
  /** β: what it costs the encoder to leave its codes. Default 0.25. */
  readonly commitment?: number;
  /** Default Adam. */
  readonly optimizer?: Optimizer;
}

/**
 * Vector-quantised autoencoder: a game of one, whose codes are entries of a codebook.
 *
 *   z = encoder(x),   e = codebook(z) with the gradient of z
 *   minimise −log p(x | e) + β ‖z − sg(e)‖²,   while the codebook follows z by itself
 *
 * New examples need a prior over the indices of codes, to be learned of `codebook.indices(encoder.apply(x))` afterwards: that of
 * `recurrentGenerator`, for instance. Reports `loss`, `reconstruction` in nats and `commitment` ‖z − sg(e)‖², per example.
 *
 * @throws GM_FIT when the parts do not fit each other, or one needs a condition; GM_OPTION when `commitment` is negative
 * @see van den Oord, Vinyals & Kavukcuoglu (2017), Neural Discrete Representation Learning, equation 3 with the codebook of appendix
 *   A.1, arXiv:1711.00937
 * @example trainer(vqVae({ encoder, codebook: codebook({ input: encoder.output, size: 128, random }), decoder }))
 */
export function vqVae(parts: VqVaeParts): Game<Examples> {
  const { encoder, codebook, decoder, likelihood = bernoulli(), commitment: weight = 0.25, optimizer = adam() } = parts;
  checkNumber('vqVae', 'commitment', weight, { min: 0 });
  checkUntold('vqVae', { encoder, codebook, decoder });
  return {
    input: checkQuantised({ encoder, codebook, decoder, likelihood }),
    players: [
      {
        name: 'autoencoder',
        networks: { encoder, codebook, decoder },
        optimizer,
        loss({ x }, _, { random }) {
          const options = { training: true, random };
          const z = encoder.apply(x, options);
          const e = codebook.apply(z, options);
          const axes = z.shape.map((_, axis) => axis).slice(1);
          const commitment = mean(sum(square(sub(z, stopGradient(e))), axes));
          const reconstruction = neg(mean(likelihood.logProb(x, decoder.apply(e, options))));
          return { loss: add(reconstruction, mul(weight, commitment)), reconstruction, commitment };
        },
      },
    ],
  };
}

/** The same numbers, as a constant for gradients: sg of the paper. */
const stopGradient: (x: Tensor) => Tensor = customGrad((x) => ({
  value: clone(x as Tensor),
  gradFunc: () => zerosLike(x as Tensor),
}));

function checkQuantised(parts: Required<Pick<VqVaeParts, 'encoder' | 'codebook' | 'decoder' | 'likelihood'>>): Spec {
  const { encoder, codebook, decoder, likelihood } = parts;
  const input = dataSpec(
    { name: 'encoder', spec: encoder.input },
    { name: 'likelihood', spec: { ...encoder.input, range: likelihood.target } },
  );
  checkFits({ name: 'encoder', spec: encoder.output }, { name: 'codebook', spec: codebook.input });
  checkFits({ name: 'codebook', spec: codebook.output }, { name: 'decoder', spec: decoder.input });
  checkFits(
    { name: 'decoder', spec: decoder.output },
    { name: 'likelihood', spec: { ...input, range: likelihood.prediction } },
  );
  if (Object.keys(codebook.parameters).length === 0) return input;
  throw gmError('GM_FIT', {
    where: 'vqVae',
    expected: 'a codebook that follows by itself, without parameters',
    received: `one with ${Object.keys(codebook.parameters).join(', ')}`,
    remedy: 'Take codebook() of @gm/latent.',
  });
}
