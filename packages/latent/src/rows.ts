import { gmError, type Random } from '@gm/core';
import type { Tensor } from '@tensorflow/tfjs-core';

export const LOG_TWO_PI = Math.log(2 * Math.PI);

/** 1 … rank − 1: every axis but that of the batch. */
export function dataAxes({ rank }: Tensor): number[] {
  return Array.from({ length: rank - 1 }, (_, axis) => axis + 1);
}

/** How many numbers one example holds. */
export function sizePerExample({ shape }: Tensor): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

/** Passes when there is a stream to draw from; JavaScript callers forget it. @throws GM_RANDOM */
export function checkRandom(where: string, random: Random | undefined): void {
  if (random) return;
  throw gmError('GM_RANDOM', {
    where,
    expected: 'a stream to draw from',
    received: 'none',
    remedy: 'Pass seeded(1), or the stream of the caller.',
  });
}
