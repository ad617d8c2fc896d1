import { type Network, spec } from '@gm/core';
import { withHead } from '@gm/discriminators';
import { fromDecoder } from '@gm/generators';
import { standardNormal, uniform } from '@gm/latent';
import { gumbelSoftmax, sequential } from '@gm/networks';
import { auxiliaryClassifierGan, clipped, gan, semiSupervisedGan } from '@gm/trainers';
import type { Composition } from './composed.js';
import { classifierOf, discriminatorOf } from './discriminators.js';
import { checkFew, labelled } from './fit.js';
import { adversarialOf, penaltyOf } from './losses.js';
import { ganAdam, rivalOf } from './optimizers.js';
import { generatorOf, type Surroundings } from './parts.js';
import { sourceOf } from './settings.js';

export function composeGan(surroundings: Surroundings): Composition {
  const { settings, example } = surroundings;
  const generator = sourceOf(settings) === 'text' ? spellerOf(surroundings) : generatorOf(surroundings, example);
  const discriminator = discriminatorOf(surroundings);
  const prior = standardNormal(settings.latent!);
  const { discriminatorSteps, clip } = settings;
  const rival = ganAdam(rivalOf(settings));
  const optimizers = {
    generator: ganAdam(settings),
    discriminator: clip === undefined ? rival : clipped(rival, clip),
  };
  return {
    game: gan({
      generator,
      discriminator,
      prior,
      loss: adversarialOf(settings),
      penalty: penaltyOf(settings),
      discriminatorSteps: discriminatorSteps!,
      optimizers,
    }),
    networks: { generator, discriminator },
    generator: fromDecoder(generator, prior),
  };
}

/** Draws symbols through which gradients go as if they had not been drawn. */
function spellerOf(surroundings: Surroundings): Network {
  const { example } = surroundings;
  const scores = generatorOf(surroundings, spec(example.shape, 'logits'));
  return sequential(scores.input, scores, gumbelSoftmax());
}

export function composeAuxiliaryGan(surroundings: Surroundings): Composition {
  const { settings, example, random } = surroundings;
  const classes = labelled(settings, surroundings.classes);
  const generator = generatorOf({ ...surroundings, told: { classes } }, example);
  const discriminator = discriminatorOf(surroundings);
  const { head: classHead } = withHead(discriminator, { classes, random: random.split('classes') });
  const prior = standardNormal(settings.latent!);
  const optimizers = { generator: ganAdam(settings), discriminator: ganAdam(rivalOf(settings)) };
  const [loss, penalty] = [adversarialOf(settings), penaltyOf(settings)];
  return {
    game: auxiliaryClassifierGan({ generator, discriminator, classHead, prior, loss, penalty, optimizers }),
    networks: { generator, discriminator, classHead },
    generator: fromDecoder(generator, prior),
  };
}

export function composeSemiSupervised(surroundings: Surroundings): Composition {
  const { settings, example } = surroundings;
  const classes = labelled(settings, surroundings.classes);
  checkFew(settings, classes);
  const generator = generatorOf(surroundings, example);
  const discriminator = classifierOf(surroundings, classes);
  const prior = uniform(settings.latent!);
  const optimizers = { generator: ganAdam(settings), discriminator: ganAdam(rivalOf(settings)) };
  return {
    game: semiSupervisedGan({ generator, discriminator, prior, penalty: penaltyOf(settings), optimizers }),
    networks: { generator, discriminator },
    generator: fromDecoder(generator, prior),
    classifier: discriminator,
  };
}
