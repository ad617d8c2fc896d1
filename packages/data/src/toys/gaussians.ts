import { checkNumber, type LabelledExamples } from '@gm/core';
import type { Dataset } from '../dataset.js';
import { points, type ToyOptions } from './points.js';

export interface RingOptions extends ToyOptions {
  /** Default 8. */
  readonly modes?: number;
  /** Of the circle. Default 2. */
  readonly radius?: number;
  /** σ of each Gaussian. Default 0.02. */
  readonly scale?: number;
}

/**
 * Equally likely Gaussians on a circle; the label is the mode, counted from (radius, 0) against the clock.
 *
 *   x ~ 1/K Σₖ N(r (cos 2πk/K, sin 2πk/K), σ²I)
 *
 * The default is the toy of the paper: eight modes of σ 0.02 on a circle of radius 2.
 *
 * @throws GM_OPTION for numbers that are out of bounds
 * @see Metz, Poole, Pfau & Sohl-Dickstein (2017), Unrolled generative adversarial networks, arXiv:1611.02163
 * @example ring({ count: 1000, random: seeded(1) })
 */
export function ring({ modes = 8, radius = 2, scale = 0.02, ...options }: RingOptions): Dataset<LabelledExamples> {
  checkNumber('ring', 'modes', modes, { min: 1, integer: true });
  checkNumber('ring', 'radius', radius, { min: 0 });
  checkNumber('ring', 'scale', scale, { min: 0 });
  return points(
    'ring',
    options,
    ({ normals, uniforms }) => {
      const mode = Math.floor(uniforms[0] * modes);
      const angle = (2 * Math.PI * mode) / modes;
      return [radius * Math.cos(angle) + scale * normals[0], radius * Math.sin(angle) + scale * normals[1], mode];
    },
    modes,
  );
}

export interface GridOptions extends ToyOptions {
  /** Gaussians along each axis. Default 5, which makes 25. */
  readonly side?: number;
  /** Between neighbours. Default 2. */
  readonly spacing?: number;
  /** σ of each Gaussian. Default 0.05. */
  readonly scale?: number;
}

/**
 * Equally likely Gaussians on a square grid around 0; the label is side · row + column, counted from the lower left.
 *
 * The default is the toy of the paper: 25 modes at (−4 + 2i, −4 + 2j) of variance 0.0025.
 *
 * @throws GM_OPTION for numbers that are out of bounds
 * @see Lin, Khetan, Fanti & Oh (2018), PacGAN: The power of two samples in generative adversarial networks, arXiv:1712.04086
 * @example grid({ count: 1000, random: seeded(1) })
 */
export function grid({ side = 5, spacing = 2, scale = 0.05, ...options }: GridOptions): Dataset<LabelledExamples> {
  checkNumber('grid', 'side', side, { min: 1, integer: true });
  checkNumber('grid', 'spacing', spacing, { min: 0 });
  checkNumber('grid', 'scale', scale, { min: 0 });
  const centre = (side - 1) / 2;
  return points(
    'grid',
    options,
    ({ normals, uniforms }) => {
      const mode = Math.floor(uniforms[0] * side * side);
      const column = mode % side;
      const row = Math.floor(mode / side);
      return [spacing * (column - centre) + scale * normals[0], spacing * (row - centre) + scale * normals[1], mode];
    },
    side * side,
  );
}
