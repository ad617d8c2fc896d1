import { checkNumber, type LabelledExamples, type SeededRandom } from '@gm/core';
import { arrayDataset, type Dataset } from '../dataset.js';

export interface ToyOptions {
  /** How many points. */
  readonly count: number;
  /** What they are drawn from; it advances. */
  readonly random: SeededRandom;
}

/** One point of a toy: its place, and which part of the toy it belongs to. */
type Point = readonly [x: number, y: number, part?: number];

/** What one point is made of: two independent N(0, 1) and three independent U[0, 1). */
interface Draw {
  readonly normals: readonly [number, number];
  readonly uniforms: readonly [number, number, number];
}

type Place = (draw: Draw) => Point;

/** Points in the plane, each where `place` puts it, labelled by their parts when there are `parts`. */
export function points(where: string, options: ToyOptions, place: Place, parts: number): Dataset<LabelledExamples>;
export function points(where: string, options: ToyOptions, place: Place): Dataset;
export function points(where: string, { count, random }: ToyOptions, place: Place, parts?: number): Dataset {
  checkNumber(where, 'count', count, { min: 1, max: 10_000_000, integer: true });
  const n = random.normals(2 * count);
  const u = random.uniforms(3 * count);
  const values = new Float32Array(2 * count);
  const labels = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const [x, y, part = 0] = place({
      normals: [n[2 * index]!, n[2 * index + 1]!],
      uniforms: [u[3 * index]!, u[3 * index + 1]!, u[3 * index + 2]!],
    });
    values[2 * index] = x;
    values[2 * index + 1] = y;
    labels[index] = part;
  }
  return arrayDataset({ values, shape: [2], ...(parts !== undefined && { labels, classes: parts }) });
}
