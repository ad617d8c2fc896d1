import { dense, type SequenceReaderOptions, sequenceReader } from '@gm/networks';
import { discriminator, type FeatureNetwork } from './discriminator.js';

/** Options of `recurrentDiscriminator`. */
export interface RecurrentDiscriminatorOptions extends SequenceReaderOptions {}

/**
 * Tells real sequences from generated ones: a recurrent network reads the whole and answers from its last state.
 *
 *   body: (embedding →) cell → … → cell;   head: dense, one logit of being real
 *
 * For a generator of symbols, read them one-hot as real numbers [time, vocabulary]: `gumbelSoftmax()` at the end of the generator then
 * lets gradients through.
 *
 * @returns a discriminator with logits [batch] and features [batch, last of `hidden`]
 * @throws GM_OPTION when a size is not a positive whole number, there is no hidden layer, or `padding` is no symbol; GM_FIT when the
 *   input is no sequence
 * @see Mogren (2016), C-RNN-GAN: Continuous recurrent neural networks with adversarial training, arXiv:1611.09904; Esteban, Hyland &
 *   Rätsch (2017), Real-valued medical time series generation with recurrent conditional GANs, section 3, arXiv:1706.02633
 * @example recurrentDiscriminator({ input: spec([48, 1]), hidden: [32], random: seeded(1) })
 */
export function recurrentDiscriminator(options: RecurrentDiscriminatorOptions): FeatureNetwork {
  const body = sequenceReader(options);
  return discriminator({ body, head: dense({ units: 1, random: options.random }), name: 'recurrentDiscriminator' });
}
