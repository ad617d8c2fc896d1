import { type Discriminator, gmError, type Network, type Penalty, type SeededRandom, seeded } from '@gm/core';
import { add, dispose, mean, type Tensor, tidy, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { assignCopy } from './averages.js';
import { refusingConstants } from './customGradients.js';
import { abandonTape } from './descend.js';

/** x → scores [batch], which penalties differentiate. */
type Scores = Discriminator['logits'];

/**
 * The penalties one by one, tried on two examples as a step of training takes them; the running means stay as they were. Nothing is asked
 * of a discriminator that does not move.
 *
 * @param scores  what the penalties are made of, its logits where nothing is said
 * @throws GM_GRADIENT naming what has no second derivative
 */
export function penaltiesOn(
  discriminator: Network & Discriminator,
  penalty: Penalty | readonly Penalty[] = [],
  scores: Scores = (x, options) => discriminator.logits(x, options),
): readonly Penalty[] {
  const penalties = [penalty].flat() as readonly Penalty[];
  if (penalties.length === 0 || Object.keys(discriminator.parameters).length === 0) return penalties;
  const buffers = Object.values(discriminator.buffers ?? {});
  const kept = buffers.map((buffer) => buffer.clone());
  try {
    tidy(() => refusingConstants(() => trial(discriminator, penalties, scores)));
    return penalties;
  } catch (cause) {
    abandonTape();
    throw gmError('GM_GRADIENT', {
      where: 'penalty → discriminator',
      expected: 'a discriminator that can be differentiated twice, for its penalty',
      received: `one that cannot: ${firstSentence(cause)}`,
      remedy:
        'Leave out the penalty, or the layer; onceDifferentiable of @gm/backends names operations and what to use instead.',
      cause,
    });
  } finally {
    for (const [index, buffer] of buffers.entries()) assignCopy(buffer, kept[index]!);
    dispose(kept);
  }
}

/** The mean over the batch of the sum of all penalties. */
export function meanPenalty(
  penalties: readonly Penalty[],
  scores: (x: Tensor) => Tensor,
  examples: Parameters<Penalty['penalize']>[1],
  random: SeededRandom,
): Tensor {
  return penalties
    .map((penalty, index) => mean(penalty.penalize(scores, examples, random.split(`penalty ${index}`))))
    .reduce((total, one) => add(total, one));
}

function trial({ input, condition, parameters }: Network, penalties: readonly Penalty[], scores: Scores): void {
  const random = seeded('trial');
  const draw = () => random.uniform([2, ...input.shape]);
  const [real, generated] = [draw(), draw()];
  const options = { training: true, random, ...(condition && { condition: zeros([2], 'int32') }) };
  const scored = (x: Tensor) => scores(x, options);
  const loss = () => add(mean(scored(real)), meanPenalty(penalties, scored, { real, generated }, random));
  dispose(variableGrads(loss as never, Object.values(parameters)).grads);
}

function firstSentence(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : `${cause}`;
  return message.split('\n')[0]!.replace(/\.+$/, '');
}
