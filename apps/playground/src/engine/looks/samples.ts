import { seeded } from '@gm/core';
import { fromDecoder } from '@gm/generators';
import { interpolate, lerp, slerp } from '@gm/latent';
import { reshape, slice, squaredDifference, sum, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Neighbours, Rows } from '../protocol.js';
import type { Session } from '../session.js';
import { byTurns, conditionOf, examplesAt, firstOf, labelsAt, rowsOf } from './rows.js';

/** Every look at samples starts from this noise. */
const noise = () => seeded('samples');
/** How many samples there are to choose from. */
const ALL = 64;
/** Training images that are compared at once. */
const PIECE = 1000;

/** Decodes rows of z: E[p(x | z)]. */
export function decoded({ decoder, likelihood }: Session, z: Tensor, labels?: readonly number[]): Tensor {
  return tidy(() => {
    const x = decoder!.apply(z, conditionOf(labels));
    return likelihood ? likelihood.mean(x) : x;
  });
}

export const classesOf = ({ decoder }: Session): number | undefined =>
  decoder?.condition && Number(decoder.condition.range[1]) + 1;

export async function samples(session: Session, count: number): Promise<Rows | undefined> {
  const { decoder, prior, likelihood } = session;
  if (!decoder || !prior) return undefined;
  const generator = fromDecoder(decoder, prior, likelihood ? { likelihood } : {});
  const classes = classesOf(session);
  return rowsOf(
    generator.sample(count, noise()),
    generator.output,
    classes === undefined ? undefined : byTurns(count, classes),
  );
}

export async function reconstructions(session: Session, count: number) {
  const { encoder, data, decoder } = session;
  if (!encoder || !decoder || !data) return undefined;
  const indices = firstOf(count, data);
  const labels = encoder.condition && labelsAt(data, indices);
  const x = examplesAt(data, indices);
  const output = tidy(() => decoded(session, encoder.encode(x, conditionOf(labels)).mean, labels));
  return { inputs: await rowsOf(x, data.example), outputs: await rowsOf(output, data.example) };
}

/** Along a great circle for codes that are drawn around 0, straight for others. */
export async function interpolation(
  session: Session,
  from: number,
  to: number,
  steps: number,
): Promise<Rows | undefined> {
  const { decoder, prior, data, composition } = session;
  if (!decoder || !prior || !data) return undefined;
  const classes = classesOf(session);
  const labels = classes ? Array.from({ length: steps }, () => from % classes) : undefined;
  const x = tidy(() => {
    const z = prior.sample(ALL, noise());
    const [a, b] = [from, to].map((index) => slice(z, [index], [1]));
    return decoded(session, interpolate(a!, b!, steps, composition.prior === 'normal' ? slerp : lerp), labels);
  });
  return rowsOf(x, data.example);
}

/** The training examples nearest to one of the samples, by Euclidean distance of pixels. */
export async function neighbours(session: Session, sample: number, count: number): Promise<Neighbours | undefined> {
  const { data, run } = session;
  const step = run.steps;
  const all = await samples(session, ALL);
  if (!all || !data) return undefined;
  const size = all.values.length / all.count;
  const own = all.values.slice(sample * size, (sample + 1) * size);
  const [low, high] = typeof data.example.range === 'string' ? [0, 1] : data.example.range;
  const wanted = tensor1d(own.map((value) => low + (high - low) * value));
  try {
    const distances = await distancesTo(session, wanted);
    const order = Array.from(distances.keys())
      .sort((a, b) => distances[a]! - distances[b]!)
      .slice(0, count);
    const nearest = await rowsOf(examplesAt(data, order), data.example, labelsAt(data, order));
    const picture = { values: own, count: 1, shape: all.shape };
    return {
      step,
      sample: picture,
      nearest,
      distances: order.map((index) => Math.sqrt(distances[index]!) / (high - low)),
    };
  } finally {
    wanted.dispose();
  }
}

/** Squared, of every training example. */
async function distancesTo({ data }: Session, wanted: Tensor): Promise<Float32Array> {
  const found = new Float32Array(data!.count);
  for (let from = 0; from < found.length; from += PIECE) {
    const indices = Array.from({ length: Math.min(PIECE, found.length - from) }, (_, index) => from + index);
    const piece = tidy(() =>
      sum(squaredDifference(reshape(examplesAt(data!, indices), [indices.length, -1]), wanted), 1),
    );
    found.set((await piece.data()) as Float32Array, from);
    piece.dispose();
  }
  return found;
}
