import { checkFits, checkNumber, type Generator, type Likelihood, type Network, type Prior, spec } from '@gm/core';
import { concat, dispose, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';

/** Options of `fromDecoder`. */
export interface FromDecoderOptions {
  /** How decoded numbers are read: samples are its mean, so that logits become pixels. By default they are taken as they are. */
  readonly likelihood?: Pick<Likelihood, 'prediction' | 'mean'>;
  /** Examples decoded at once, which bounds the memory of large draws. Default 256. */
  readonly batch?: number;
}

/**
 * A generator that draws codes from a prior and decodes them.
 *
 *   z ~ p(z),   x = decode(z), or E[x | decode(z)] under a likelihood
 *
 * @returns a generator of [count, …data]
 * @throws GM_FIT when the prior's codes or the decoder's range do not fit; GM_OPTION when batch or count is no whole number
 * @example fromDecoder(decoder, standardNormal(20), { likelihood: bernoulli() }).sample(64, seeded(1))
 */
export function fromDecoder(decoder: Network, prior: Prior, options: FromDecoderOptions = {}): Generator {
  const { likelihood, batch = 256 } = options;
  checkNumber('fromDecoder', 'batch', batch, { min: 1, integer: true });
  checkFits({ name: 'prior', spec: spec(prior.shape) }, { name: 'decoder', spec: decoder.input });
  if (likelihood) {
    const wanted = { ...decoder.output, range: likelihood.prediction };
    checkFits({ name: 'decoder', spec: decoder.output }, { name: 'likelihood', spec: wanted });
  }
  const decode = (z: Tensor) => {
    const decoded = decoder.apply(z);
    return likelihood ? likelihood.mean(decoded) : decoded;
  };
  return {
    sample(count, random) {
      checkNumber('fromDecoder', 'count', count, { min: 0, integer: true });
      if (count === 0) return zeros([0, ...decoder.output.shape]);
      const chunks = Array.from({ length: Math.ceil(count / batch) }, (_, index) =>
        tidy(() => decode(prior.sample(Math.min(batch, count - index * batch), random))),
      );
      if (chunks.length === 1) return chunks[0]!;
      const whole = concat(chunks);
      dispose(chunks);
      return whole;
    },
  };
}
