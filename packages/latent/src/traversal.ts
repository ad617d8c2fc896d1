import { checkNumber, gmError, showShape } from '@gm/core';
import { add, mul, reshape, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';

/** Options of `traversal`. */
export interface TraversalOptions {
  /** The code to start from: [latent] or [1, latent]. */
  readonly z: Tensor;
  /** Which dimensions move, one row of the grid each. Default all of them, in order. */
  readonly axes?: readonly number[];
  /** What the moving dimension is set to, one column each. Default −3, −2, … 3: standard deviations of a standard normal. */
  readonly values?: readonly number[];
}

/**
 * A grid of codes that shows what each latent dimension does: in row i dimension axes[i] takes the given values in turn, and
 * everything else stays as in z.
 *
 * @returns [axes · values, latent], row after row: a picture grid as wide as `values`
 * @throws GM_SHAPE when z is not one code; GM_OPTION when an axis is not one of z's, a value is not finite, or a list is empty
 * @see Higgins et al. (2017), beta-VAE, the latent traversals
 * @example decoder.apply(traversal({ z: zeros([1, 20]), axes: [0, 3] }))
 */
export function traversal({ z, axes, values = [-3, -2, -1, 0, 1, 2, 3] }: TraversalOptions): Tensor {
  const latent = latentOf(z);
  const rows = axes ?? Array.from({ length: latent }, (_, axis) => axis);
  for (const axis of rows) checkNumber('traversal', 'each of axes', axis, { min: 0, max: latent - 1, integer: true });
  for (const value of values) checkNumber('traversal', 'each of values', value);
  checkNumber('traversal', 'the number of cells', rows.length * values.length, { min: 1 });
  const cells = rows.flatMap((axis) => values.map((value) => ({ axis, value })));
  return tidy(() => {
    const moved = (cell: (axis: number) => number) => Array.from({ length: latent }, (_, axis) => cell(axis));
    const keep = tensor2d(cells.map(({ axis }) => moved((other) => (other === axis ? 0 : 1))));
    const set = tensor2d(cells.map(({ axis, value }) => moved((other) => (other === axis ? value : 0))));
    return add(mul(keep, reshape(z, [1, latent])), set); // [axes · values, latent]
  });
}

function latentOf({ rank, shape }: Tensor): number {
  if (rank === 1) return shape[0]!;
  if (rank === 2 && shape[0] === 1) return shape[1]!;
  throw gmError('GM_SHAPE', {
    where: 'traversal',
    expected: 'one code of shape [latent] or [1, latent]',
    received: showShape(shape),
    remedy: 'Take one row: slice(z, 0, 1).',
  });
}
