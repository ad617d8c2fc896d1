import { CHOICES, type Composition } from '../composition/composition.js';
import { isPenalized } from '../composition/objectives.js';
import type { PartView, Started } from '../engine/protocol.js';

/** A box of the diagram, by its place on a grid. */
export interface Box {
  readonly id: string;
  readonly column: number;
  readonly row: number;
  readonly title: string;
  /** What flows through it. */
  readonly shape: string;
  readonly part?: PartView;
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** On which side it goes around the boxes between; straight where it says none. */
  readonly around?: 'above' | 'below';
}

export interface Flow {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** At most so many columns, or the diagram has no room beside the other columns of the page. */
export const COLUMNS = 4;

/** What flows where, of which shape: all that the losses of a step are computed from. */
export function flowOf(composition: Composition, started: Started): Flow {
  const flow = FLOWS[composition.system](boxesOf(composition, started), composition);
  const arrows = flow.arrows.map(([from, to, around]): Arrow => ({ from, to, ...(around && { around }) }));
  return { boxes: flow.boxes, arrows };
}

type Ends = readonly [from: string, to: string, around?: Arrow['around']];
interface Sketch {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Ends[];
}

/** Boxes by what they are, to be put in their places. */
function boxesOf(composition: Composition, started: Started) {
  const shown = `[${started.example.join(', ')}]`;
  const latent = `[${started.latent ?? 0}]`;
  const box = (id: string, column: number, row: number, title: string, shape: string): Box => ({
    id,
    column,
    row,
    title,
    shape,
  });
  const withPart = (made: Box): Box => {
    const part = started.parts.find(({ role }) => role === made.id);
    return part ? { ...made, part } : made;
  };
  return {
    box,
    part(id: string, column: number, row: number, title: string): Box {
      const made = withPart(box(id, column, row, title, ''));
      return { ...made, shape: made.part ? `${made.part.input} → ${made.part.output}` : '' };
    },
    data: (column: number, row: number) => box('data', column, row, CHOICES.data[composition.data], shown),
    code: (column: number, row: number) => box('latent', column, row, 'Code z', latent),
    prior: (column: number, row: number) =>
      withPart(box('prior', column, row, `z: ${CHOICES.prior[composition.prior].toLowerCase()}`, `z ${latent}`)),
    divergence: (column: number, row: number) =>
      box('divergence', column, row, 'Divergence', `× β = ${composition.beta}`),
    fit: (column: number, row: number) =>
      box('fit', column, row, `${CHOICES.likelihood[composition.likelihood]} likelihood`, shown),
    loss: (column: number, row: number) =>
      box('loss', column, row, CHOICES.loss[composition.loss], 'real or generated'),
    classes: (column: number, row: number, detail: string) => box('classes', column, row, 'Cross-entropy', detail),
    started,
  };
}

type Boxes = ReturnType<typeof boxesOf>;

const FLOWS: Readonly<Record<Composition['system'], (boxes: Boxes, composition: Composition) => Sketch>> = {
  vae: ({ data, part, code, prior, divergence, fit }) => ({
    boxes: [
      data(0, 0),
      part('encoder', 1, 0, 'Encoder'),
      code(2, 0),
      part('decoder', 3, 0, 'Decoder'),
      divergence(1, 1),
      prior(2, 1),
      fit(3, 1),
    ],
    arrows: [
      ['data', 'encoder'],
      ['encoder', 'latent'],
      ['latent', 'decoder'],
      ['decoder', 'fit'],
      ['data', 'fit', 'below'],
      ['encoder', 'divergence'],
      ['prior', 'divergence'],
      ['prior', 'latent'], // for samples
    ],
  }),
  gan: ({ data, part, prior, loss, box }, composition) => ({
    boxes: [
      prior(0, 0),
      part('generator', 1, 0, 'Generator'),
      data(1, 1),
      part('discriminator', 2, 0.5, 'Discriminator'),
      loss(3, isPenalized(composition) ? 0 : 0.5),
      ...(isPenalized(composition) ? [box('penalty', 3, 1, 'Penalty', CHOICES.penalty[composition.penalty])] : []),
    ],
    arrows: [
      ['prior', 'generator'],
      ['generator', 'discriminator'],
      ['data', 'discriminator'],
      ['discriminator', 'loss'],
      ...(isPenalized(composition) ? [['discriminator', 'penalty'] as const] : []),
    ],
  }),
  'vae-gan': ({ data, part, prior, loss, divergence, box }) => ({
    boxes: [
      data(0, 0),
      part('encoder', 1, 0, 'Encoder'),
      part('generator', 2, 0, 'Generator'),
      box('features', 3, 0, 'Reconstruction', 'of the features'),
      divergence(1, 1),
      prior(2, 1),
      part('discriminator', 3, 1, 'Discriminator'),
      loss(3, 2),
    ],
    arrows: [
      ['data', 'encoder'],
      ['encoder', 'generator'],
      ['encoder', 'divergence'],
      ['prior', 'divergence'],
      ['prior', 'generator'],
      ['generator', 'discriminator'],
      ['data', 'discriminator', 'below'],
      ['discriminator', 'features'],
      ['discriminator', 'loss'],
    ],
  }),
  'adversarial-autoencoder': ({ data, part, prior, loss, fit }) => ({
    boxes: [
      data(0, 0),
      part('encoder', 1, 0, 'Encoder'),
      part('decoder', 2, 0, 'Decoder'),
      fit(3, 0),
      prior(1, 1),
      part('discriminator', 2, 1, 'Discriminator'),
      loss(3, 1),
    ],
    arrows: [
      ['data', 'encoder'],
      ['encoder', 'decoder'],
      ['decoder', 'fit'],
      ['data', 'fit', 'above'],
      ['encoder', 'discriminator'],
      ['prior', 'discriminator'],
      ['discriminator', 'loss'],
    ],
  }),
  classifier: ({ data, part, classes, started }) => ({
    boxes: [data(0, 0), part('classifier', 1, 0, 'Classifier'), classes(2, 0, `${started.classes} classes`)],
    arrows: [
      ['data', 'classifier'],
      ['classifier', 'classes'],
      ['data', 'classes', 'above'],
    ],
  }),
  'semi-supervised': ({ data, part, prior, classes, box }, { perClass }) => ({
    boxes: [
      prior(0, 0),
      part('generator', 1, 0, 'Generator'),
      data(1, 1),
      part('discriminator', 2, 0.5, 'Classifier'),
      box('features', 3, 0, 'Feature matching', 'of the generator'),
      box('loss', 3, 1, 'Real or generated', 'cross-entropy'),
      classes(3, 2, `${perClass} labels each`),
    ],
    arrows: [
      ['prior', 'generator'],
      ['generator', 'discriminator'],
      ['data', 'discriminator'],
      ['discriminator', 'features'],
      ['discriminator', 'loss'],
      ['discriminator', 'classes'],
      ['data', 'classes', 'below'],
    ],
  }),
  'language-model': ({ data, part, box }, { cell }) => ({
    boxes: [
      data(0, 0),
      part('generator', 1, 0, `${CHOICES.cell[cell]} generator`),
      box('next', 2, 0, 'Next character', 'cross-entropy'),
    ],
    arrows: [
      ['data', 'generator'],
      ['generator', 'next'],
      ['data', 'next', 'above'],
    ],
  }),
};
