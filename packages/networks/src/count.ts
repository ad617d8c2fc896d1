import type { Network } from '@gm/core';

/**
 * How many numbers training moves.
 *
 * @example countParameters(dense({ units: 10, random })(spec([784])))  // 7850
 */
export function countParameters({ parameters }: Pick<Network, 'parameters'>): number {
  return Object.values(parameters).reduce((total, { size }) => total + size, 0);
}
