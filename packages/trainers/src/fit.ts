import {
  type AdversarialLoss,
  checkFits,
  type Discriminator,
  type Encoder,
  gmError,
  misfit,
  type Network,
  type Penalty,
  type Prior,
  type Spec,
  seeded,
  sizeOf,
  spec,
} from '@gm/core';
import { add, dispose, mean, sigmoid, type Tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { abandonTape } from './descend.js';

/** What a prior's draws are, for composition checks. */
export function priorSpec(prior: Prior): Spec {
  return spec(prior.shape);
}

/**
 * What data must be to suit two doors at once: the narrower of both.
 *
 * @throws GM_FIT when neither lies inside the other
 */
export function dataSpec(first: { name: string; spec: Spec }, second: { name: string; spec: Spec }): Spec {
  if (misfit(first.spec, second.spec) === undefined) return first.spec;
  if (misfit(second.spec, first.spec) !== undefined) checkFits(first, second);
  return second.spec;
}

/** Passes when codes of the encoder and of the prior are alike. @throws GM_FIT */
export function checkCodes({ latent }: Encoder, prior: Prior): void {
  if (latent === undefined) return;
  checkFits({ name: 'encoder', spec: spec([latent]) }, { name: 'prior', spec: spec([sizeOf(prior.shape)]) });
}

/** Passes when generator and discriminator suit each other, the prior and the loss. @throws GM_FIT */
export function checkAdversaries(parts: {
  readonly generator: Network;
  readonly discriminator: Network;
  readonly prior: Prior;
  readonly loss: AdversarialLoss;
}): void {
  const { generator, discriminator, prior, loss } = parts;
  const { output } = discriminator;
  checkFits({ name: 'prior', spec: priorSpec(prior) }, { name: 'generator', spec: generator.input });
  checkFits({ name: 'generator', spec: generator.output }, { name: 'discriminator', spec: discriminator.input });
  const wanted = { ...output, shape: [], range: loss.prediction ?? output.range };
  checkFits({ name: 'discriminator', spec: output }, { name: 'loss', spec: wanted });
}

/**
 * Passes when penalties can be differentiated through the discriminator, which is tried on two examples.
 *
 * @throws GM_GRADIENT naming what has no second derivative
 */
export function checkPenalties(discriminator: Network & Discriminator, penalties: readonly Penalty[]): void {
  if (penalties.length === 0) return;
  const random = seeded('trial');
  try {
    tidy(() => {
      const draw = () => random.uniform([2, ...discriminator.input.shape]);
      const [real, generated] = [draw(), draw()];
      const scores = (x: Tensor) => discriminator.logits(x, { random });
      const values = () => penalties.map((penalty) => mean(penalty.penalize(scores, { real, generated }, random)));
      const { grads } = variableGrads(
        () => values().reduce((total, one) => add(total, one), mean(scores(real))) as never,
        Object.values(discriminator.parameters),
      );
      dispose(grads);
    });
  } catch (cause) {
    abandonTape();
    throw gmError('GM_GRADIENT', {
      where: 'gan',
      expected: 'a discriminator that can be differentiated twice, for its penalty',
      received: `one that cannot: ${cause instanceof Error ? cause.message.split('\n')[0] : cause}`,
      remedy:
        'Leave out the penalty, or the layer; onceDifferentiable of @gm/backends names operations and what to use instead.',
      cause,
    });
  }
}

/** What a report says of scores: the mean probability of "real" where they are logits, else the mean score. */
export function opinionOf({ prediction = 'logits' }: AdversarialLoss, scores: Tensor): Tensor {
  return mean(prediction === 'logits' ? sigmoid(scores) : scores);
}
