import type { Composition } from './composition.js';
import { judgeOf, lossOf, optimizerOf, penaltyOf, rivalsOf } from './objectives.js';
import { autoencoderOf, classifierOf, discriminatorOf, encoderOf, generatorOf, priorOf } from './parts.js';
import { assign, data, example, fields, named, stream } from './statement.js';
import { call, type Input, member, method, name, type Program, waited } from './term.js';

/** What the page saves the user's own images as; they have no labels. */
export const IMAGES_FILE = 'train-images-idx3-ubyte';
export const TEXT_FILE = 'text.txt';
/** Symbols in one piece of truncated back-propagation. */
const TIME = 48;
/** How many points a toy has. */
const TOY_COUNT = 4000;
/** Decay of the average of a GAN's weights that samples are drawn with. */
const AVERAGE = 0.998;

/** The statements that make the parts, the run and its batches: `data`, the parts by their roles, `run`, `source`. */
export function programOf(composition: Composition): Program {
  return [
    assign('random', call('seeded', composition.seed)),
    ...dataOf(composition),
    ...PARTS[composition.system](composition),
    ...sourceOf(composition),
  ];
}

function dataOf({ system, data: of, points }: Composition): Program {
  if (of === 'text')
    return [
      assign('text', call('readFileSync', TEXT_FILE, 'utf8')),
      assign('alphabet', call('alphabetOf', name('text'))),
    ];
  const range = system === 'gan' ? [-1, 1] : [0, 1];
  if (of === 'digits') return [assign('data', waited('idxDirectory', of, { split: 'train', range }))];
  if (of === 'images')
    return [assign('data', call('idxDataset', { images: call('readFileSync', IMAGES_FILE), range }))];
  if (of === 'points')
    return [assign('data', call('arrayDataset', { values: call('Float32Array.of', ...points), shape: [2] }))];
  return [assign('data', call('toy', of, { count: TOY_COUNT, random: stream('data') }))];
}

function sourceOf({ system, data: of, batch, perClass }: Composition): Program {
  const [batchSize, own] = [batch, stream('batches')];
  if (of === 'text')
    return [
      assign(
        'source',
        call('passages', method(name('alphabet'), 'encode', name('text')), {
          vocabulary: member(member(name('alphabet'), 'characters'), 'length'),
          batchSize,
          time: TIME,
        }),
      ),
    ];
  if (system !== 'semi-supervised') return [assign('source', call('batches', data, { batchSize, random: own }))];
  return [
    assign('labelled', call('balanced', data, perClass, stream('labelled'))),
    assign('source', call('semiSupervised', name('labelled'), data, { batchSize, random: own })),
  ];
}

const PARTS: Readonly<Record<Composition['system'], (composition: Composition) => Program>> = {
  vae: (c) => [
    ...autoencoderOf(c),
    ...runOf(c, 'vae', {
      ...named('encoder', 'decoder', 'prior', 'likelihood'),
      beta: c.beta,
      optimizer: optimizerOf(c),
    }),
  ],
  gan: (c) => [
    generatorOf(c, 'generator', example),
    discriminatorOf(c),
    ...priorOf(c),
    ...runOf(
      c,
      'gan',
      {
        ...named('generator', 'discriminator', 'prior'),
        loss: lossOf(c),
        penalty: penaltyOf(c),
        discriminatorSteps: c.discriminatorSteps,
        optimizers: rivalsOf(c),
      },
      AVERAGE,
    ),
  ],
  'vae-gan': (c) => [
    encoderOf(c),
    generatorOf(c, 'generator', example),
    discriminatorOf(c),
    ...priorOf(c),
    ...runOf(
      c,
      'vaeGan',
      {
        ...named('encoder', 'generator', 'discriminator', 'prior'),
        loss: lossOf(c),
        beta: c.beta,
        reconstructionWeight: 0.8,
        optimizers: { encoder: rivalsOf(c).generator, ...rivalsOf(c) },
      },
      AVERAGE,
    ),
  ],
  'adversarial-autoencoder': (c) => [
    ...autoencoderOf(c),
    assign(
      'discriminator',
      call('mlpDiscriminator', {
        input: call('spec', [c.latent]),
        hidden: [c.hidden, c.hidden],
        random: stream('discriminator'),
      }),
    ),
    ...runOf(c, 'adversarialAutoencoder', {
      ...named('encoder', 'decoder', 'discriminator', 'prior', 'likelihood'),
      loss: lossOf(c),
      optimizers: { autoencoder: optimizerOf(c), discriminator: judgeOf(c) },
    }),
  ],
  classifier: (c) => [
    classifierOf(c, 'network'),
    ...runOf(c, 'classifier', { ...named('network'), optimizer: optimizerOf(c) }),
  ],
  'semi-supervised': (c) => [
    generatorOf(c, 'generator', example),
    classifierOf(c, 'discriminator'),
    ...priorOf(c),
    ...runOf(
      c,
      'semiSupervisedGan',
      {
        ...named('generator', 'discriminator', 'prior'),
        optimizers: rivalsOf(c),
      },
      AVERAGE,
    ),
  ],
  'language-model': (c) => [
    assign(
      'generator',
      call('recurrentGenerator', {
        vocabulary: member(member(name('alphabet'), 'characters'), 'length'),
        time: TIME,
        hidden: [c.hidden],
        cell: c.cell,
        random: stream('generator'),
      }),
    ),
    ...runOf(c, 'languageModel', { ...named('generator'), batchSize: c.batch, optimizer: optimizerOf(c) }),
  ],
};

function runOf(c: Composition, recipe: string, parts: Readonly<Record<string, Input>>, averageDecay?: number): Program {
  const options = fields({ seed: c.seed, averageDecay, clipNorm: c.system === 'language-model' ? 1 : undefined });
  return [assign('run', call('trainer', call(recipe, parts), options))];
}
