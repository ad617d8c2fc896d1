import {
  type AdversarialLoss,
  checkNumber,
  type Discriminator,
  type Examples,
  type Network,
  type Optimizer,
  type Penalty,
  type Prior,
} from '@gm/core';
import { leastSquares, nonSaturating } from '@gm/losses';
import { add, concat, mean, type Tensor } from '@tensorflow/tfjs-core';
import { checkAdversaries, checkSettled, classesFor, dataSpec, opinionOf, repeated, training } from '../fit.js';
import type { Game, Player } from '../game.js';
import { adam } from '../optimizers/adam.js';
import { meanPenalty, penaltiesOn } from '../penalties.js';

/** What a generative adversarial network is made of. */
export interface GanParts {
  readonly generator: Network;
  readonly discriminator: Network & Discriminator;
  /** One that stays as it is: its density is not part of the game, so that nothing would move its parameters. */
  readonly prior: Prior;
  /** Default `nonSaturating()`. */
  readonly loss?: AdversarialLoss;
  /** Added to the discriminator's loss; several are added up. Default none. */
  readonly penalty?: Penalty | readonly Penalty[];
  /** Steps of the discriminator for each one of the generator. Default 1. */
  readonly discriminatorSteps?: number;
  /** Default Adam with the settings of Radford et al. (2016): learning rate 2e-4, β₁ 0.5. */
  readonly optimizers?: { readonly generator?: Optimizer; readonly discriminator?: Optimizer };
}

/** What both players look at. */
export interface Draw {
  readonly z: Tensor;
  readonly generated: Tensor;
}

/**
 * Generative adversarial network: a game of two.
 *
 *   z ~ p(z)
 *   discriminator  minimises mean loss.discriminator(D(x), D(G(z))),   by default −log σ(D(x)) − log(1 − σ(D(G(z)))),
 *                  and the mean of the penalties
 *   generator      minimises mean loss.generator(D(G(z))),             by default −log σ(D(G(z)))
 *
 * Parts that need a condition are given the labels of the batch, G for what it generates and D for what it looks at: a conditional GAN.
 *
 * The generator's step looks at the same z as the discriminator's, where the paper draws anew. Reports both losses, and D's mean
 * probability of "real" for real (`real`) and for generated examples (`generated`); its mean score where the loss takes no logits;
 * and the mean `penalty` where there is one.
 *
 * @throws GM_FIT when the parts do not fit each other, or the prior is one that is trained; GM_GRADIENT when there is a penalty and the
 *   discriminator cannot be differentiated twice; GM_OPTION when discriminatorSteps is no positive whole number
 * @see Goodfellow et al. (2014), Generative Adversarial Nets, algorithm 1, arXiv:1406.2661;
 *   conditions: Mirza & Osindero (2014), Conditional Generative Adversarial Nets, arXiv:1411.1784
 * @example trainer(gan({ generator, discriminator, prior: standardNormal(64) }))
 */
export function gan(parts: GanParts): Game<Examples, Draw> {
  const { generator, discriminator, prior, loss = nonSaturating(), discriminatorSteps = 1, optimizers = {} } = parts;
  checkNumber('gan', 'discriminatorSteps', discriminatorSteps, { min: 1, integer: true });
  checkAdversaries({ generator, discriminator, prior, loss });
  checkSettled('gan', prior);
  const penalties = penaltiesOn(discriminator, parts.penalty);
  return {
    ...classesFor(generator, discriminator),
    masks: true,
    input: dataSpec(
      { name: 'generator', spec: generator.output },
      { name: 'discriminator', spec: discriminator.input },
    ),
    share(batch, { random }) {
      const z = prior.sample(batch.x.shape[0]!, random);
      return { z, generated: generator.apply(z, training(batch, random)) };
    },
    players: [
      discriminatorPlayer({ discriminator, loss, penalties, optimizer: optimizers.discriminator }),
      {
        name: 'generator',
        networks: { generator },
        optimizer: optimizers.generator ?? dcganAdam(),
        every: discriminatorSteps,
        loss(batch, { z }, { random }) {
          const { x } = batch;
          const options = training(batch, random);
          const generatedLogits = discriminator.logits(generator.apply(z, options), options);
          const realLogits = loss.paired ? discriminator.logits(x, options) : undefined;
          return { loss: mean(loss.generator(generatedLogits, realLogits)) };
        },
      },
    ],
  };
}

/**
 * The player that tells x from what the shared pass has generated; where that is several batches, one after the other, penalties see x
 * beside each of them.
 */
export function discriminatorPlayer(parts: {
  readonly discriminator: Network & Discriminator;
  readonly loss: AdversarialLoss;
  readonly penalties?: readonly Penalty[];
  readonly optimizer: Optimizer | undefined;
}): Player<Examples, { readonly generated: Tensor }> {
  const { discriminator, loss, penalties = [], optimizer = dcganAdam() } = parts;
  return {
    name: 'discriminator',
    networks: { discriminator },
    optimizer,
    loss(batch, { generated }, { random }) {
      const { x } = batch;
      const options = training(batch, random);
      const realLogits = discriminator.logits(x, options);
      const times = generated.shape[0]! / x.shape[0]!;
      const ofGenerated = repeated(options, times);
      const generatedLogits = discriminator.logits(generated, ofGenerated);
      const adversarial = mean(loss.discriminator(realLogits, generatedLogits));
      const opinions = { real: opinionOf(loss, realLogits), generated: opinionOf(loss, generatedLogits) };
      if (penalties.length === 0) return { loss: adversarial, ...opinions };
      const scores = (points: Tensor) => discriminator.logits(points, ofGenerated);
      const real = times > 1 ? concat(Array.from({ length: times }, () => x)) : x; // as many as generated
      const penalty = meanPenalty(penalties, scores, { real, generated }, random);
      return { loss: add(adversarial, penalty), penalty, ...opinions };
    },
  };
}

/**
 * Least-squares GAN: `gan` with the least-squares loss.
 *
 * @see Mao et al. (2017), Least Squares Generative Adversarial Networks, arXiv:1611.04076
 * @example trainer(lsgan({ generator, discriminator, prior: standardNormal(64) }))
 */
export function lsgan(parts: Omit<GanParts, 'loss'>): Game<Examples, Draw> {
  return gan({ ...parts, loss: leastSquares() });
}

/** Radford et al. (2016), Unsupervised Representation Learning with DCGANs, section 4. */
export function dcganAdam(): Optimizer {
  return adam({ learningRate: 2e-4, beta1: 0.5 });
}
