import { seeded, spec } from '@gm/core';
import { fromDecoder } from '@gm/generators';
import { grad, mean, sigmoid, softmax, sum, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { tellsProbability } from '../../composition/objectives.js';
import type { Field, PlaneView, Rows } from '../protocol.js';
import type { Session } from '../session.js';
import { byTurns, conditionOf, examplesAt, firstOf, labelsAt, rowsOf } from './rows.js';
import { classesOf } from './samples.js';

const SHOWN = 600;
/** Samples that the density is counted from. */
const COUNTED = 4000;
const SIZE = 48;
/** The class whose surface is shown of a discriminator that is told it. */
const TOLD = 0;

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
  if (discriminator) {
    if (discriminator.condition) view.label = TOLD;
    view.kind = tellsProbability(session.composition) ? 'real' : 'score';
    view.surface = view.kind === 'real' ? await realField(session, extent) : await scoreField(session, extent, view);
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

/** What the discriminator gives for points; one that is told a class is told that of each point, or `TOLD` for all of them. */
function logitsOf({ discriminator }: Session, points: Tensor, labels?: readonly number[]): Tensor {
  if (!discriminator!.condition) return discriminator!.logits(points);
  return discriminator!.logits(points, conditionOf(labels ?? new Array(points.shape[0]!).fill(TOLD)));
}

/** p(real) under logits. */
async function realField(session: Session, extent: number): Promise<Field> {
  const values = await read(() => sigmoid(logitsOf(session, gridOf(extent))));
  return { values, size: SIZE, extent };
}

/** ½ + (score − middle) / 2 r: the middle of the mean scores of real and generated points, and the farthest that a score is from it. */
async function scoreField(
  session: Session,
  extent: number,
  { real, generated }: Pick<PlaneView, 'real' | 'generated'>,
): Promise<Field> {
  const meanOf = async (rows: Rows) => {
    const labels = rows.labels ?? labelsOfSamples(session, rows.count);
    return (await read(() => mean(logitsOf(session, tensor2d(rows.values, [rows.count, 2]), labels))))[0]!;
  };
  const means = [await meanOf(real), ...(generated ? [await meanOf(generated)] : [])];
  const middle = means.reduce((a, b) => a + b) / means.length;
  const scores = await read(() => logitsOf(session, gridOf(extent)));
  const farthest = scores.reduce((most, score) => Math.max(most, Math.abs(score - middle)), 1e-9);
  return { values: scores.map((score) => 0.5 + (score - middle) / (2 * farthest)), size: SIZE, extent };
}

/** The classes of samples go by turns, as `fromDecoder` draws them. */
function labelsOfSamples(session: Session, count: number): readonly number[] | undefined {
  const classes = classesOf(session);
  return classes === undefined ? undefined : byTurns(count, classes);
}

async function read(work: () => Tensor): Promise<Float32Array> {
  const tensor = tidy(work);
  try {
    return Float32Array.from(await tensor.data());
  } finally {
    tensor.dispose();
  }
}

/** The likeliest class, and behind the point how likely it is. */
async function classField({ classifier }: Session, extent: number): Promise<Field> {
  const all = await read(() => softmax(classifier!.logits(gridOf(extent))));
  const classes = all.length / SIZE ** 2;
  const values = Float32Array.from({ length: SIZE * SIZE }, (_, at) => {
    const own = Array.from(all.slice(at * classes, (at + 1) * classes));
    const best = own.indexOf(Math.max(...own));
    return best + Math.min(0.999, own[best]!);
  });
  return { values, size: SIZE, extent };
}

/** ∂ logit / ∂ x of each sample, of its own class. */
function gradientsAt(session: Session, { values, count }: Rows): Promise<Float32Array> {
  const labels = labelsOfSamples(session, count);
  return read(() => grad((x: Tensor) => sum(logitsOf(session, x, labels)))(tensor2d(values, [count, 2])));
}
