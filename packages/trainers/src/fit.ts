import {
  type AdversarialLoss,
  checkFits,
  type Encoder,
  misfit,
  type Network,
  type Prior,
  type Spec,
  sizeOf,
  spec,
} from '@gm/core';
import { mean, sigmoid, type Tensor } from '@tensorflow/tfjs-core';

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

/** What a report says of scores: the mean probability of "real" where they are logits, else the mean score. */
export function opinionOf({ prediction = 'logits' }: AdversarialLoss, scores: Tensor): Tensor {
  return mean(prediction === 'logits' ? sigmoid(scores) : scores);
}
