import { type Composition, mediaOf } from '../composition/composition.js';
import { hasSlot } from '../composition/slots.js';
import type { Files } from './protocol.js';

/** Data whose examples have no class. */
const UNLABELLED: readonly Composition['data'][] = ['images', 'points', 'swissRoll'];
/** As few as make something to learn. */
const LEAST_POINTS = 8;

/** What speaks against a composition before any part is made: what to do about it, in words. */
export function objectionTo(composition: Composition): string | undefined {
  const { system, prior, data, discriminator } = composition;
  const conditional = composition.conditional && hasSlot(composition, 'conditional');
  if (mediaOf(composition) === 'text' && system !== 'language-model') return 'Text is for the character RNN.';
  if (mediaOf(composition) !== 'text' && system === 'language-model') return 'A character RNN reads text.';
  const labelled = conditional || system === 'classifier' || system === 'semi-supervised';
  if (labelled && UNLABELLED.includes(data))
    return 'This needs the class of each example, and these data have none. Choose digits, or a toy with parts.';
  if (conditional && discriminator === 'conv' && hasSlot(composition, 'discriminator'))
    return 'A discriminator of convolutions cannot be told the class: choose another, or leave out "told the class".';
  if (prior !== 'vamp' || !hasSlot(composition, 'prior')) return undefined;
  if (!hasSlot(composition, 'encoder')) return 'A VampPrior is made of an encoder, and this system has none.';
  if (conditional) return 'A VampPrior has examples without a class: leave out "told the class".';
  return undefined;
}

/** What the user has still to give. */
export function missing({ data, points }: Composition, files: Files = {}): string | undefined {
  if (data === 'images' && !files.images) return 'Drop at least 16 images first, or choose other data.';
  if (data !== 'points' || points.length >= 2 * LEAST_POINTS) return undefined;
  return `Draw at least ${LEAST_POINTS} points first, or choose other data.`;
}
