import { spec } from '@gm/core';
import { gather, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { MapView, Rows } from '../protocol.js';
import type { Session } from '../session.js';
import { conditionOf, examplesAt, firstOf, labelsAt, rowsOf } from './rows.js';
import { classesOf, decoded } from './samples.js';

type Axes = readonly [number, number];

/** How many examples are placed on the map. */
const PLACED = 600;

/** Draws of a normal prior hardly lie further out; a uniform one ends at 1. */
const extentOf = ({ composition }: Session) => (composition.prior === 'uniform' ? 1 : 3);

/**
 * The plane of two latent dimensions, decoded on a grid from the top left, and where examples are encoded; where the parts are told the class,
 * both of the class `label` alone.
 */
export async function map(session: Session, side: number, axes: Axes, label = 0): Promise<MapView | undefined> {
  if (!hasPlane(session)) return undefined;
  const extent = extentOf(session);
  const places = Array.from({ length: side * side }, (_, index) => {
    const [row, column] = [Math.floor(index / side), index % side];
    return [column, side - 1 - row].map((step) => extent * ((2 * step + 1) / side - 1)) as unknown as Axes;
  });
  const images = await decodedAt(session, places, axes, label);
  const codes = await codesOf(session, axes, label);
  return { images, extent, side, ...(codes && { codes }) };
}

/** What one place gives. */
export async function decodeAt(session: Session, at: Axes, axes: Axes, label = 0): Promise<Rows | undefined> {
  return hasPlane(session) ? decodedAt(session, [at], axes, label) : undefined;
}

function hasPlane({ prior, decoder, data }: Session): boolean {
  return prior !== undefined && decoder !== undefined && data !== undefined && prior.shape[0]! >= 2;
}

function decodedAt(session: Session, places: readonly Axes[], [first, second]: Axes, label: number): Promise<Rows> {
  const latent = session.prior!.shape[0]!;
  const z = new Float32Array(places.length * latent);
  for (const [index, [x, y]] of places.entries()) {
    z[index * latent + first] = x;
    z[index * latent + second] = y;
  }
  const labels = classesOf(session) === undefined ? undefined : places.map(() => label);
  const x = tidy(() => decoded(session, tensor2d(z, [places.length, latent]), labels));
  return rowsOf(x, session.data!.example);
}

async function codesOf({ encoder, data }: Session, axes: Axes, label: number): Promise<Rows | undefined> {
  if (!encoder || !data) return undefined;
  const first = firstOf(PLACED, data);
  const indices = encoder.condition ? first.filter((index) => data.labels![index] === label) : first;
  if (indices.length === 0) return undefined;
  const labels = labelsAt(data, indices);
  const codes = tidy(() => {
    const told = conditionOf(encoder.condition && labels);
    return gather(encoder.encode(examplesAt(data, indices), told).mean, [...axes], 1);
  });
  return rowsOf(codes, spec([2]), labels);
}
