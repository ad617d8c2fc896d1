import { seeded } from '@gm/core';
import { adam, classifier } from '@gm/trainers';
import { composeAuxiliaryGan, composeGan, composeSemiSupervised } from './adversaries.js';
import { composeAdversarialAutoencoder, composeVae, composeVaeGan, composeVqVae } from './autoencoders.js';
import type { Composition, Examined } from './composed.js';
import { classifierOf } from './discriminators.js';
import { checkKindOfData, labelled } from './fit.js';
import { rateOf } from './optimizers.js';
import type { Surroundings } from './parts.js';
import { composeForecast, composeLanguageModel, composeSequenceVae } from './sequences.js';
import type { Settings } from './settings.js';

const KIND: Readonly<Record<Settings['kind'], (surroundings: Surroundings) => Composition>> = {
  vae: composeVae,
  iwae: composeVae,
  gan: composeGan,
  lsgan: composeGan,
  'wgan-gp': composeGan,
  r3gan: composeGan,
  acgan: composeAuxiliaryGan,
  'vae-gan': composeVaeGan,
  'adversarial-autoencoder': composeAdversarialAutoencoder,
  'vq-vae': composeVqVae,
  'semi-supervised': composeSemiSupervised,
  forecast: composeForecast,
  classifier: composeClassifier,
  'sequence-vae': composeSequenceVae,
  'language-model': composeLanguageModel,
};

/**
 * Makes the parts that the settings name and the game they play; the same settings give the same weights.
 *
 * @throws GM_OPTION, GM_FIT, GM_RANGE, GM_SHAPE when the parts cannot work together or not on such data
 */
export function compose(settings: Settings, { example, classes }: Examined): Composition {
  checkKindOfData(settings);
  const random = seeded(settings.seed).split('weights');
  const told = settings.conditional ? { classes: labelled(settings, classes) } : {};
  return KIND[settings.kind]({ settings, example, classes, told, random });
}

function composeClassifier(surroundings: Surroundings): Composition {
  const { settings } = surroundings;
  const network = classifierOf(surroundings, labelled(settings, surroundings.classes));
  return {
    game: classifier({ network, optimizer: adam({ learningRate: rateOf(settings) }) }),
    networks: { classifier: network },
    classifier: network,
  };
}
