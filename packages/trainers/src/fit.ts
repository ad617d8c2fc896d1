import { type AdversarialLoss, checkFits, misfit, type Network, type Prior, type Spec, spec } from '@gm/core';

/** What a prior's draws are, for composition checks. */
export function priorSpec(prior: Prior): Spec {
  return spec(prior.shape);
}

/**
 * What data must be to suit two doors at once: the narrower of both.
 *
 * @throws GM_FIT when neither lies inside the other
 */
export function dataSpec(name: string, first: Spec, second: Spec): Spec {
  if (misfit(first, second) === undefined) return first;
  if (misfit(second, first) === undefined) return second;
  checkFits(
    { name: `${name}: what the model takes`, spec: first },
    { name: `${name}: what the loss takes`, spec: second },
  );
  return first;
}

/** Passes when generator and discriminator suit each other, the prior and the loss. @throws GM_FIT */
export function checkAdversaries(parts: {
  readonly generator: Network;
  readonly discriminator: Network;
  readonly prior: Prior;
  readonly loss: AdversarialLoss;
}): void {
  const { generator, discriminator, prior, loss } = parts;
  checkFits({ name: 'prior', spec: priorSpec(prior) }, { name: 'generator', spec: generator.input });
  checkFits({ name: 'generator', spec: generator.output }, { name: 'discriminator', spec: discriminator.input });
  const { prediction = discriminator.output.range } = loss;
  checkFits(
    { name: 'discriminator', spec: discriminator.output },
    { name: 'loss', spec: { ...discriminator.output, range: prediction } },
  );
}
