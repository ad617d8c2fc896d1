import { checkChoice } from '@gm/core';
import type { Dataset } from '../dataset.js';
import { grid, ring } from './gaussians.js';
import type { ToyOptions } from './points.js';
import { checkerboard, moons, pinwheel, spirals, swissRoll } from './shapes.js';

const TOYS = { ring, grid, moons, swissRoll, checkerboard, pinwheel, spirals };

export type ToyName = keyof typeof TOYS;

/** What `toy` knows. */
export const toyNames = Object.keys(TOYS) as readonly ToyName[];

/**
 * A set of points in the plane by its name, with the numbers of the literature.
 *
 * @returns examples [2], unbounded, with a label for each part of the toy; the swiss roll has none
 * @throws GM_OPTION listing the names, or for a count that is no whole number of at least 1
 * @example toy('ring', { count: 2048, random: seeded(1) })
 */
export function toy<Name extends ToyName>(name: Name, options: ToyOptions): ReturnType<(typeof TOYS)[Name]>;
export function toy(name: string, options: ToyOptions): Dataset;
export function toy(name: string, options: ToyOptions): Dataset {
  return TOYS[checkChoice('toy', 'name', name, toyNames)](options);
}
