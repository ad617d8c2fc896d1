import {
  type ApplyOptions,
  checkFits,
  checkNumber,
  type FeatureDiscriminator,
  type Network,
  type Optimizer,
  type PartlyLabelled,
  type Penalty,
  type Prior,
} from '@gm/core';
import { featureMatching, nonSaturating, realLogit, softmaxCrossEntropy } from '@gm/losses';
import { add, argMax, cast, equal, mean, mul, sigmoid, type Tensor } from '@tensorflow/tfjs-core';
import { checkSettled, checkUntold, dataSpec, priorSpec } from '../fit.js';
import type { Game } from '../game.js';
import { adam } from '../optimizers/adam.js';
import { meanPenalty, penaltiesOn } from '../penalties.js';
import { classesOf } from './classifier.js';

/** What a semi-supervised GAN is made of. */
export interface SemiSupervisedGanParts {
  readonly generator: Network;
  /** One logit for each class, and features to match. */
  readonly discriminator: Network & FeatureDiscriminator;
  /** One that stays as it is: its density is not part of the game, so that nothing would move its parameters. */
  readonly prior: Prior;
  /**
   * Added to the discriminator's loss as it is, whatever `unlabelledWeight`; made of log Σₖ e^lₖ, the logit of "real". Several are added
   * up. Default none.
   */
  readonly penalty?: Penalty | readonly Penalty[];
  /** What telling real from generated weighs against telling the classes. Default 1. */
  readonly unlabelledWeight?: number;
  /** Default Adam with learning rate 3e-3 and β₁ 0.5. */
  readonly optimizers?: { readonly generator?: Optimizer; readonly discriminator?: Optimizer };
}

interface Draw {
  readonly generated: Tensor;
}

/**
 * Semi-supervised classification by a GAN with feature matching: a game of two. The discriminator has a logit lₖ for each class, and one
 * more, fixed at 0, for "generated"; few labels and many unlabelled examples teach it.
 *
 *   p(real | x) = Σₖ e^lₖ / (1 + Σₖ e^lₖ) = σ(log Σₖ e^lₖ)
 *   discriminator  minimises mean −log p(y | x, real) + w · mean [−log p(real | x′) − log(1 − p(real | G(z)))],   x′ unlabelled,
 *                  and the mean of the penalties on log Σₖ e^lₖ at x′ and G(z)
 *   generator      minimises ‖mean f(x′) − mean f(G(z))‖²,   f: the discriminator's features
 *
 * Reports both losses, `accuracy` on the labelled batch, the mean probability of "real" for unlabelled (`real`) and generated examples, and
 * the mean `penalty` where there is one.
 *
 * @throws GM_FIT when the parts do not fit each other, the discriminator has no classes, or the prior is one that is trained; GM_GRADIENT
 *   when there is a penalty and the discriminator cannot be differentiated twice; GM_OPTION when the weight is negative
 * @see Salimans et al. (2016), Improved Techniques for Training GANs, sections 3.1 and 5, arXiv:1606.03498
 * @example trainer(semiSupervisedGan({ generator, discriminator, prior: uniform(100) }))
 */
export function semiSupervisedGan(parts: SemiSupervisedGanParts): Game<PartlyLabelled, Draw> {
  const { generator, discriminator, prior, unlabelledWeight = 1, optimizers = {} } = parts;
  checkNumber('semiSupervisedGan', 'unlabelledWeight', unlabelledWeight, { min: 0 });
  checkFits({ name: 'prior', spec: priorSpec(prior) }, { name: 'generator', spec: generator.input });
  checkFits({ name: 'generator', spec: generator.output }, { name: 'discriminator', spec: discriminator.input });
  checkUntold('semiSupervisedGan', { generator, discriminator });
  checkSettled('semiSupervisedGan', prior);
  const classes = classesOf(discriminator);
  const realness = (x: Tensor, options?: ApplyOptions) => realLogit(discriminator.logits(x, options)); // [batch]
  const penalties = penaltiesOn(discriminator, parts.penalty, realness);
  const { discriminator: judge } = nonSaturating();
  return {
    input: dataSpec(
      { name: 'generator', spec: generator.output },
      { name: 'discriminator', spec: discriminator.input },
    ),
    classes,
    needs: ['labels', 'unlabelled'],
    share({ unlabelled }, { random }) {
      const z = prior.sample(unlabelled.shape[0]!, random);
      return { generated: generator.apply(z, { training: true, random }) };
    },
    players: [
      {
        name: 'discriminator',
        networks: { discriminator },
        optimizer: optimizers.discriminator ?? defaultAdam(),
        loss({ x, labels, unlabelled }, { generated }, { random }) {
          const options = { training: true, random };
          const logits = discriminator.logits(x, options); // [labelled, classes]
          const [real, fake] = [realness(unlabelled, options), realness(generated, options)];
          const supervised = mean(softmaxCrossEntropy(labels, logits));
          const loss = add(supervised, mul(unlabelledWeight, mean(judge(real, fake))));
          const reports = {
            accuracy: mean(cast(equal(argMax(logits, -1), labels), 'float32')),
            real: mean(sigmoid(real)),
            generated: mean(sigmoid(fake)),
          };
          if (penalties.length === 0) return { loss, ...reports };
          const scores = (points: Tensor) => realness(points, options);
          const penalty = meanPenalty(penalties, scores, { real: unlabelled, generated }, random);
          return { loss: add(loss, penalty), penalty, ...reports };
        },
      },
      {
        name: 'generator',
        networks: { generator },
        optimizer: optimizers.generator ?? defaultAdam(),
        loss({ unlabelled }, _, { random }) {
          const options = { training: true, random };
          const generated = generator.apply(prior.sample(unlabelled.shape[0]!, random), options);
          const wanted = discriminator.features(unlabelled, options);
          return { loss: featureMatching(wanted, discriminator.features(generated, options)) };
        },
      },
    ],
  };
}

function defaultAdam(): Optimizer {
  return adam({ learningRate: 3e-3, beta1: 0.5 });
}
