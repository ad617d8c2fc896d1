import type { Functions } from './evaluate.js';
import * as core from './library/core.js';
import * as data from './library/data.js';
import * as discriminators from './library/discriminators.js';
import * as generators from './library/generators.js';
import * as latent from './library/latent.js';
import * as losses from './library/losses.js';
import * as trainers from './library/trainers.js';

/** What programs may call, by the package that it is imported from; `library/` lists it. */
export const LIBRARY: Readonly<Record<string, Functions>> = {
  '@gm/core': core,
  '@gm/data': data,
  '@gm/discriminators': discriminators,
  '@gm/generators': generators,
  '@gm/latent': latent,
  '@gm/losses': losses,
  '@gm/trainers': trainers,
};

/** All of it, and what needs nothing imported. What reads files is given by whoever evaluates a program. */
export const FUNCTIONS: Functions = {
  ...Object.assign({}, ...Object.values(LIBRARY)),
  'Float32Array.of': (...values: number[]) => Float32Array.of(...values),
};
