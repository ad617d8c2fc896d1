import { type Composition, mediaOf } from './composition.js';
import { isPenalized } from './objectives.js';
import { hasSlot } from './slots.js';
import { assign, data, example, fields, stream } from './statement.js';
import { call, member, name, type Program, type Statement, type Term } from './term.js';

/** Of a trained prior. */
const COMPONENTS = 20;

export function autoencoderOf(c: Composition): Program {
  const likelihood = c.likelihood === 'bernoulli' ? call('bernoulli') : call('gaussianLikelihood', gaussianScale(c));
  const output = call('spec', member(example, 'shape'), member(name('likelihood'), 'prediction'));
  return [assign('likelihood', likelihood), encoderOf(c), generatorOf(c, 'decoder', output), ...priorOf(c)];
}

/** Points lie a tenth apart; grey values half. */
const gaussianScale = (c: Composition) => ({ scale: mediaOf(c) === 'plane' ? 0.1 : 0.5 });

const told = (c: Composition) => (c.conditional && hasSlot(c, 'conditional') ? member(data, 'classes') : undefined);
const layers = ({ hidden, data: of }: Composition) => (mediaOf({ data: of }) === 'plane' ? [hidden, hidden] : [hidden]);

export function encoderOf(c: Composition): Statement {
  const shared = { input: example, latent: c.latent, classes: told(c), random: stream('encoder') };
  if (c.encoder === 'conv') return assign('encoder', call('convEncoder', fields(shared)));
  return assign('encoder', call('mlpEncoder', fields({ ...shared, hidden: layers(c) })));
}

export function generatorOf(c: Composition, called: string, output: Term): Statement {
  const shared = { latent: c.latent, output, classes: told(c), random: stream(called) };
  if (c.generator === 'conv') return assign(called, call('convDecoder', fields(shared)));
  if (c.generator === 'dcgan')
    return assign(called, call('dcganGenerator', fields({ ...shared, channels: channelsOf(c) })));
  const hidden = c.system === 'vae' || c.system === 'adversarial-autoencoder' ? layers(c) : [c.hidden, c.hidden];
  return assign(called, call('mlpDecoder', fields({ ...shared, hidden })));
}

/** Filters of the first convolution of a DCGAN as wide as that. */
const channelsOf = ({ hidden }: Composition) => Math.max(2, Math.round(hidden / 16));

export function discriminatorOf(c: Composition): Statement {
  const shared = { input: example, classes: told(c), random: stream('discriminator') };
  // Batch normalisation would mix the examples that a penalty wants apart.
  const norm = isPenalized(c) ? 'none' : undefined;
  const channels = channelsOf(c);
  const part = {
    mlp: () => call('mlpDiscriminator', fields({ ...shared, hidden: [c.hidden, c.hidden] })),
    conv: () =>
      call(
        'withHead',
        call('convClassifier', {
          input: example,
          channels: [channels, 2 * channels],
          classes: 2,
          random: shared.random,
        }),
        { classes: 1, random: stream('head') },
      ),
    dcgan: () => call('dcganDiscriminator', fields({ ...shared, channels, norm })),
    patch: () => call('patchDiscriminator', fields({ ...shared, channels, norm })),
    resnet: () => call('resnetDiscriminator', fields({ ...shared, channels: [channels, 2 * channels] })),
  };
  return assign('discriminator', part[c.discriminator]());
}

/** The same bodies with one logit for each class. */
export function classifierOf(c: Composition, called: string): Statement {
  const shared = { input: example, classes: member(data, 'classes'), random: stream(called) };
  const channels = channelsOf(c);
  const headless = { input: example, channels, random: stream(called) };
  const head = { classes: member(data, 'classes'), random: stream('head') };
  const part = {
    mlp: () => call('mlpClassifier', { ...shared, hidden: [c.hidden, c.hidden] }),
    conv: () => call('convClassifier', { ...shared, channels: [channels, 2 * channels] }),
    dcgan: () => call('withHead', call('dcganDiscriminator', headless), head),
    patch: () => call('withHead', call('patchDiscriminator', headless), head),
    resnet: () => call('resnetClassifier', { ...shared, channels: [channels, 2 * channels] }),
  };
  return assign(called, part[c.discriminator]());
}

export function priorOf({ prior, latent }: Composition): Program {
  const own = { components: COMPONENTS, random: stream('prior') };
  const part = {
    normal: () => call('standardNormal', latent),
    uniform: () => call('uniform', latent),
    mixture: () => call('trainedMixture', { latent, ...own }),
    vamp: () => call('vampPrior', { encoder: name('encoder'), ...own }),
  };
  return [assign('prior', part[prior]())];
}
