import { seeded } from '@gm/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Case } from '../case.js';
import { read } from '../numbers.js';

/** Two draws of one stream, the first of which ends within a block of it. */
function stream(
  name: string,
  forward: number,
  drawOf: (random: ReturnType<typeof seeded>, shape: number[]) => Tensor,
): Case {
  return {
    group: 'random streams',
    name,
    bounds: { forward },
    run: async () => {
      const random = seeded('stream');
      return { forward: await read({ first: drawOf(random, [7, 3]), second: drawOf(random, [1001]) }) };
    },
  };
}

export const randomCases: readonly Case[] = [
  stream('bits', 0, (random, shape) => random.bits(shape)),
  stream('uniform', 0, (random, shape) => random.uniform(shape)),
  stream('normal', 1e-6, (random, shape) => random.normal(shape)),
];
