import {
  type AdversarialLoss,
  type ApplyOptions,
  checkFits,
  type Encoder,
  type Examples,
  gmError,
  type LabelledExamples,
  misfit,
  type Network,
  type Prior,
  type Random,
  type Spec,
  sizeOf,
  spec,
} from '@gm/core';
import { conditionOf } from '@gm/networks';
import { mean, sigmoid, type Tensor, tile } from '@tensorflow/tfjs-core';

/** How networks are evaluated in training: with the classes of the batch for those that need them. */
export function training(batch: Examples & Partial<LabelledExamples>, random: Random): ApplyOptions {
  return { ...trainingUntold(batch, random), ...(batch.labels && { condition: batch.labels }) };
}

/** The same for networks that must not hear the classes. */
export function trainingUntold({ mask }: Examples, random: Random): ApplyOptions {
  return { training: true, random, ...(mask && { mask }) };
}

/** The same for a batch that is so many times as long, its examples one batch after the other. */
export function repeated(options: ApplyOptions, times: number): ApplyOptions {
  const { condition, mask } = options;
  if (times === 1) return options;
  return {
    ...options,
    ...(condition && { condition: tile(condition, [times]) }),
    ...(mask && { mask: tile(mask, [times, 1]) }),
  };
}

/**
 * How many classes the labels must have for parts that need a condition.
 *
 * @throws GM_FIT when two parts want different numbers of them
 */
export function classesFor(...networks: readonly Network[]): { readonly classes?: number } {
  const { condition } = conditionOf(networks);
  return condition ? { classes: Number(condition.range[1]) + 1 } : {};
}

/**
 * Passes when no part wants a condition: those of a game that has none to give, or must not tell.
 *
 * @throws GM_FIT naming the part
 */
export function checkUntold(where: string, networks: Readonly<Record<string, Network>>): void {
  const told = Object.keys(networks).find((name) => networks[name]!.condition !== undefined);
  if (told === undefined) return;
  throw gmError('GM_FIT', {
    where,
    expected: 'parts that are not told the class of an example',
    received: `${told} with a condition`,
    remedy: `Make ${told} without classes.`,
  });
}

/** What a prior's draws are, for composition checks. */
export function priorSpec(prior: Prior): Spec {
  return spec(prior.shape, prior.range);
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
export function checkCodes({ latent, categories }: Encoder, prior: Prior): void {
  if (categories !== prior.categories) throw otherwise(categories, prior.categories);
  if (latent === undefined) return;
  checkFits({ name: 'encoder', spec: spec([latent]) }, { name: 'prior', spec: spec([sizeOf(prior.shape)]) });
}

function otherwise(made: number | undefined, wanted: number | undefined) {
  const codes = (categories: number | undefined) =>
    categories === undefined ? 'codes of real numbers' : `codes of ${categories} categories`;
  return gmError('GM_FIT', {
    where: 'encoder → prior',
    expected: codes(wanted),
    received: codes(made),
    remedy: 'Take uniformCategorical() with categoricalEncoder(), and standardNormal() with any other.',
  });
}

/** Passes when the prior has nothing to train, for games that draw from it and do not ask for its density. @throws GM_FIT */
export function checkSettled(where: string, { network }: Prior): void {
  if (network === undefined) return;
  throw gmError('GM_FIT', {
    where,
    expected: 'a prior that stays as it is, for its density is not part of this game and nothing would move or save it',
    received: `one that is trained, with ${Object.keys(network.parameters).join(', ')}`,
    remedy:
      'Take standardNormal(), a gaussianMixture() or fitGaussianMixture() of @gm/latent, or a trained prior without its network: const { network, ...settled } = prior.',
  });
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
