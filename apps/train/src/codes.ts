import { categoricalEncoder, standardNormal, trainedMixture, uniformCategorical, vampPrior } from '@gm/latent';
import { wrongOption } from './complain.js';
import type { AutoencoderCode } from './composed.js';
import { logitsOf } from './discriminators.js';
import { encoderOf, images, type Surroundings } from './parts.js';
import { stepsOf } from './recurrentParts.js';

/** Encoder and prior of an autoencoder. */
export function codeOf(surroundings: Surroundings): AutoencoderCode {
  const { settings, random } = surroundings;
  const { prior = 'normal', conditional } = settings; // runs of earlier versions do not say
  if (prior === 'categorical') return categoricalCodeOf(surroundings);
  const [latent, components] = [settings.latent!, settings.components!];
  const [encoder, own] = [encoderOf(surroundings), random.split('prior')];
  if (prior === 'normal') return { encoder, prior: standardNormal(latent) };
  if (prior === 'mixture') return { encoder, prior: trainedMixture({ latent, components, random: own }) };
  if (conditional) throw notTold('vamp, whose pseudo-inputs have no class');
  return { encoder, prior: vampPrior({ encoder, components, random: own }) };
}

/** A network with logits of that many classes is one with logits of that many categories. */
function categoricalCodeOf(surroundings: Surroundings): AutoencoderCode {
  const { settings, example, random } = surroundings;
  if (settings.conditional) throw notTold('categorical, whose encoders are told no class');
  if (settings.encoder === 'conv') images('encoder', example);
  if (settings.encoder === 'recurrent') stepsOf('encoder', example);
  const sizes = { variables: settings.latent!, categories: settings.categories! };
  const own = { ...surroundings, random: random.split('encoder') };
  const logits = logitsOf(settings.encoder!, own, sizes.variables * sizes.categories);
  return { encoder: categoricalEncoder(logits, sizes), prior: uniformCategorical(sizes) };
}

function notTold(received: string) {
  return wrongOption({
    where: '--prior',
    expected: 'normal or mixture beside --conditional',
    received,
    remedy: 'Leave out one of the two.',
  });
}
