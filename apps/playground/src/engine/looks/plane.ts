import { seeded, spec } from '@gm/core';
import { fromDecoder } from '@gm/generators';
import { grad, sigmoid, softmax, sum, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Field, PlaneView, Rows } from '../protocol.js';
import type { Session } from '../session.js';
import { examplesAt, firstOf, labelsAt, rowsOf } from './rows.js';

const SHOWN = 600;
/** Samples that the density is counted from. */
const COUNTED = 4000;
const SIZE = 48;

/** Data, samples and what a discriminator makes of the plane. */
export async function plane(session: Session): Promise<PlaneView | undefined> {
  const { data, decoder, prior, likelihood, discriminator, classifier } = session;
  if (data?.example.shape.length !== 1) return undefined;
  const real = await realPoints(session);
  const extent = 1.15 * real.values.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1);
  const view: { -readonly [Field in keyof PlaneView]: PlaneView[Field] } = { real };
  if (decoder && prior) {
    const generator = fromDecoder(decoder, prior, likelihood ? { likelihood } : {});
    const many = await rowsOf(generator.sample(COUNTED, seeded('samples')), spec([2]));
    view.generated = { values: many.values.slice(0, 2 * SHOWN), count: SHOWN, shape: [2] };
    view.density = densityOf(many, extent);
  }
  if (discriminator && discriminator.condition === undefined) {
    view.surface = await realField(session, extent);
    view.kind = 'real';
    if (view.generated) view.gradients = await gradientsAt(session, view.generated);
  } else if (classifier) {
    view.surface = await classField(session, extent);
    view.kind = 'class';
  }
  return view;
}

function realPoints({ data }: Session): Promise<Rows> {
  const indices = firstOf(SHOWN, data!);
  return rowsOf(examplesAt(data!, indices), data!.example, labelsAt(data!, indices));
}

/** How many samples fall into each cell, the fullest as 1. */
function densityOf({ values, count }: Rows, extent: number): Field {
  const cells = new Float32Array(SIZE * SIZE);
  const cell = (value: number) => Math.floor(((value + extent) / (2 * extent)) * SIZE);
  for (let at = 0; at < count; at++) {
    const [column, row] = [cell(values[2 * at]!), SIZE - 1 - cell(values[2 * at + 1]!)];
    if (column >= 0 && column < SIZE && row >= 0 && row < SIZE) cells[row * SIZE + column]! += 1;
  }
  const most = cells.reduce((a, b) => Math.max(a, b), 1);
  return { values: cells.map((value) => value / most), size: SIZE, extent };
}

/** The middles of the cells, row by row from the top. */
function gridOf(extent: number): Tensor {
  const places = new Float32Array(2 * SIZE * SIZE);
  for (let at = 0; at < SIZE * SIZE; at++) {
    const [row, column] = [Math.floor(at / SIZE), at % SIZE];
    places[2 * at] = extent * ((2 * column + 1) / SIZE - 1);
    places[2 * at + 1] = -extent * ((2 * row + 1) / SIZE - 1);
  }
  return tensor2d(places, [SIZE * SIZE, 2]);
}

/** p(real) under logits; scores of a critic are no probabilities, and go from their least to their most. */
async function realField({ discriminator, composition }: Session, extent: number): Promise<Field> {
  const scored =
    composition.loss === 'wasserstein' || composition.loss === 'hinge' || composition.loss === 'least-squares';
  const logits = tidy(() => {
    const values = discriminator!.logits(gridOf(extent));
    return scored ? values : sigmoid(values);
  });
  const values = Float32Array.from(await logits.data());
  logits.dispose();
  if (!scored) return { values, size: SIZE, extent };
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return { values: values.map((value) => (value - least) / Math.max(1e-9, most - least)), size: SIZE, extent };
}

/** The likeliest class, and behind the point how likely it is. */
async function classField({ classifier }: Session, extent: number): Promise<Field> {
  const probabilities = tidy(() => softmax(classifier!.logits(gridOf(extent))));
  const all = await probabilities.data();
  const classes = probabilities.shape[1]!;
  probabilities.dispose();
  const values = Float32Array.from({ length: SIZE * SIZE }, (_, at) => {
    const own = Array.from(all.slice(at * classes, (at + 1) * classes));
    const best = own.indexOf(Math.max(...own));
    return best + Math.min(0.999, own[best]!);
  });
  return { values, size: SIZE, extent };
}

/** ∂ logit / ∂ x of each sample. */
async function gradientsAt({ discriminator }: Session, { values, count }: Rows): Promise<Float32Array> {
  const gradient = tidy(() => {
    const slope = grad((x: Tensor) => sum(discriminator!.logits(x)));
    return slope(tensor2d(values, [count, 2]));
  });
  const read = Float32Array.from(await gradient.data());
  gradient.dispose();
  return read;
}
