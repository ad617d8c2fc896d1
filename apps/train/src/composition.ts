import { seeded } from '@gm/core';
import { recurrentPredictor } from '@gm/discriminators';
import { recurrentGenerator } from '@gm/generators';
import { gaussianHead, quantileHead } from '@gm/losses';
import { adam, classifier, languageModel, regressor } from '@gm/trainers';
import { composeAuxiliaryGan, composeGan, composeSemiSupervised } from './adversaries.js';
import { composeAdversarialAutoencoder, composeVae, composeVaeGan, composeVqVae } from './autoencoders.js';
import type { Composition, Examined } from './composed.js';
import { checkKindOfData, labelled } from './fit.js';
import { rateOf } from './optimizers.js';
import { classifierOf, type Surroundings } from './parts.js';
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
  'language-model': composeLanguageModel,
};

/**
 * Makes the parts that the settings name and the game they play; the same settings give the same weights.
 *
 * @throws GM_OPTION, GM_FIT, GM_RANGE, GM_SHAPE when the parts cannot work together or not on such data
 */
export function compose(settings: Settings, { example, classes }: Examined): Composition {
  checkKindOfData(settings, example);
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

function composeLanguageModel({ settings, classes, random }: Surroundings): Composition {
  const { time, cell, dropout, hidden, batch } = settings;
  const generator = recurrentGenerator({
    vocabulary: classes!,
    time: time!,
    cell: cell!,
    dropout: dropout!,
    hidden,
    random: random.split('generator'),
  });
  const optimizer = adam({ learningRate: rateOf(settings) });
  return {
    game: languageModel({ generator, batchSize: batch, optimizer }),
    networks: { generator },
    speaker: generator,
  };
}

function composeForecast({ settings, example, random }: Surroundings): Composition {
  const { hidden, cell, horizon, loss } = settings;
  const head = loss === 'quantile' ? quantileHead() : gaussianHead();
  const network = recurrentPredictor({
    input: example,
    targets: [horizon!],
    head,
    hidden,
    cell: cell!,
    random: random.split('predictor'),
  });
  return {
    game: regressor({ network, head, optimizer: adam({ learningRate: rateOf(settings) }) }),
    networks: { predictor: network },
    forecaster: { network, head },
  };
}
