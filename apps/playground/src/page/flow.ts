import { CHOICES, type Composition } from '../composition/composition.js';
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

export interface Flow {
  readonly boxes: readonly Box[];
  readonly arrows: readonly (readonly [from: string, to: string])[];
}

/** What flows where, of which shape. */
export function flowOf(composition: Composition, started: Started): Flow {
  const shown = `[${started.example.join(', ')}]`;
  const part = (role: string) => started.parts.find((one) => one.role === role);
  const box = (id: string, column: number, row: number, title: string, shape: string): Box => {
    const own = part(id);
    return { id, column, row, title, shape: own ? `${own.input} → ${own.output}` : shape, ...(own && { part: own }) };
  };
  const data = (row: number) => box('data', 0, row, CHOICES.data[composition.data], shown);
  const latent = `[${started.latent ?? 0}]`;
  const prior = (column: number, row: number) =>
    box('prior', column, row, `z from ${CHOICES.prior[composition.prior].toLowerCase()}`, latent);
  const loss = (column: number, row: number) =>
    box('loss', column, row, CHOICES.loss[composition.loss], 'adversarial loss');
  switch (composition.system) {
    case 'vae':
      return {
        boxes: [
          data(0),
          box('encoder', 1, 0, 'Encoder', ''),
          box('latent', 2, 0, 'Code z', latent),
          box('decoder', 3, 0, 'Decoder', ''),
          box('fit', 4, 0, `${CHOICES.likelihood[composition.likelihood]} likelihood`, shown),
          prior(2, 1),
        ],
        arrows: [
          ['data', 'encoder'],
          ['encoder', 'latent'],
          ['latent', 'decoder'],
          ['decoder', 'fit'],
          ['prior', 'latent'],
        ],
      };
    case 'gan':
      return {
        boxes: [
          prior(0, 0),
          box('generator', 1, 0, 'Generator', ''),
          data(1),
          box('discriminator', 2, 0.5, 'Discriminator', ''),
          loss(3, 0.5),
        ],
        arrows: [
          ['prior', 'generator'],
          ['generator', 'discriminator'],
          ['data', 'discriminator'],
          ['discriminator', 'loss'],
        ],
      };
    case 'vae-gan':
      return {
        boxes: [
          data(0),
          box('encoder', 1, 0, 'Encoder', ''),
          prior(1, 1),
          box('generator', 2, 0.5, 'Generator', ''),
          box('discriminator', 3, 0.5, 'Discriminator', ''),
          loss(4, 0.5),
        ],
        arrows: [
          ['data', 'encoder'],
          ['encoder', 'generator'],
          ['prior', 'generator'],
          ['generator', 'discriminator'],
          ['discriminator', 'loss'],
        ],
      };
    case 'adversarial-autoencoder':
      return {
        boxes: [
          data(0),
          box('encoder', 1, 0, 'Encoder', ''),
          box('decoder', 2, 0, 'Decoder', ''),
          box('fit', 3, 0, `${CHOICES.likelihood[composition.likelihood]} likelihood`, shown),
          prior(1, 1),
          box('discriminator', 2, 1, 'Discriminator of codes', ''),
          loss(3, 1),
        ],
        arrows: [
          ['data', 'encoder'],
          ['encoder', 'decoder'],
          ['decoder', 'fit'],
          ['encoder', 'discriminator'],
          ['prior', 'discriminator'],
          ['discriminator', 'loss'],
        ],
      };
    case 'classifier':
      return {
        boxes: [
          data(0),
          box('classifier', 1, 0, 'Classifier', ''),
          box('classes', 2, 0, 'Cross-entropy', `${started.classes} classes`),
        ],
        arrows: [
          ['data', 'classifier'],
          ['classifier', 'classes'],
        ],
      };
    case 'semi-supervised':
      return {
        boxes: [
          prior(0, 0),
          box('generator', 1, 0, 'Generator', ''),
          data(1),
          box('discriminator', 2, 0.5, 'Classifier', ''),
          box('classes', 3, 0, 'Cross-entropy', `${composition.perClass} labels each`),
          box('features', 3, 1, 'Feature matching', 'real or generated'),
        ],
        arrows: [
          ['prior', 'generator'],
          ['generator', 'discriminator'],
          ['data', 'discriminator'],
          ['discriminator', 'classes'],
          ['discriminator', 'features'],
        ],
      };
    case 'language-model':
      return {
        boxes: [
          data(0),
          box('generator', 1, 0, `${CHOICES.cell[composition.cell]} generator`, ''),
          box('next', 2, 0, 'Next character', 'cross-entropy'),
        ],
        arrows: [
          ['data', 'generator'],
          ['generator', 'next'],
        ],
      };
  }
}
