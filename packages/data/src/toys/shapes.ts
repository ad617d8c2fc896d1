import { checkNumber, type LabelledExamples } from '@gm/core';
import type { Dataset } from '../dataset.js';
import { points, type ToyOptions } from './points.js';

export interface NoisyToyOptions extends ToyOptions {
  /** σ of the Gaussian noise, in the units the docstring of the toy gives. */
  readonly noise?: number;
}

/**
 * Two half circles that reach into each other; the label is the moon.
 *
 *   (cos t, sin t) or (1 − cos t, ½ − sin t), t ~ U[0, π); noise of σ 0.1 added; then 2 · + (−1, −0.2)
 *
 * @throws GM_OPTION
 * @see Grathwohl, Chen, Bettencourt, Sutskever & Duvenaud (2019), FFJORD, arXiv:1810.01367, whose code has these numbers
 * @example moons({ count: 1000, random: seeded(1) })
 */
export function moons({ noise = 0.1, ...options }: NoisyToyOptions): Dataset<LabelledExamples> {
  checkNumber('moons', 'noise', noise, { min: 0 });
  return points(
    'moons',
    options,
    ({ normals, uniforms }) => {
      const moon = uniforms[0] < 0.5 ? 0 : 1;
      const angle = Math.PI * uniforms[1];
      const x = moon === 0 ? Math.cos(angle) : 1 - Math.cos(angle);
      const y = moon === 0 ? Math.sin(angle) : 0.5 - Math.sin(angle);
      return [2 * (x + noise * normals[0]) - 1, 2 * (y + noise * normals[1]) - 0.2, moon];
    },
    2,
  );
}

/**
 * A spiral of one and a half turns, the swiss roll seen from its side; no labels.
 *
 *   t (cos t, sin t) / 5, t = 1.5π (1 + 2u), u ~ U[0, 1); noise of σ 1 added before the division
 *
 * @throws GM_OPTION
 * @see Marsland (2014), Machine Learning: An Algorithmic Perspective, for the roll; Grathwohl et al. (2019), arXiv:1810.01367, for the numbers
 * @example swissRoll({ count: 1000, random: seeded(1) })
 */
export function swissRoll({ noise = 1, ...options }: NoisyToyOptions): Dataset {
  checkNumber('swissRoll', 'noise', noise, { min: 0 });
  return points('swissRoll', options, ({ normals, uniforms }) => {
    const angle = 1.5 * Math.PI * (1 + 2 * uniforms[0]);
    return [(angle * Math.cos(angle) + noise * normals[0]) / 5, (angle * Math.sin(angle) + noise * normals[1]) / 5];
  });
}

/**
 * Every other square of a board of 4 × 4 squares of side 2 that fills [−4, 4)²; the label is the square, 0 … 7.
 *
 * @throws GM_OPTION
 * @see Grathwohl et al. (2019), arXiv:1810.01367
 * @example checkerboard({ count: 1000, random: seeded(1) })
 */
export function checkerboard(options: ToyOptions): Dataset<LabelledExamples> {
  return points(
    'checkerboard',
    options,
    ({ uniforms }) => {
      const square = Math.floor(uniforms[0] * 8);
      const column = Math.floor(square / 2);
      const row = 2 * (square % 2) + (column % 2);
      return [2 * (column + uniforms[1]) - 4, 2 * (row + uniforms[2]) - 4, square];
    },
    8,
  );
}

export interface PinwheelOptions extends ToyOptions {
  /** Default 5. */
  readonly arms?: number;
  /** σ along an arm. Default 0.3. */
  readonly radialScale?: number;
  /** σ across an arm. Default 0.1. */
  readonly tangentialScale?: number;
  /** How much an arm bends. Default 0.25. */
  readonly rate?: number;
}

/**
 * Gaussians around a centre, bent into arms; the label is the arm.
 *
 *   (r, s) = (1 + 0.3 ε₁, 0.1 ε₂), turned by 2πk/K + 0.25 eʳ, times 2
 *
 * @throws GM_OPTION
 * @see Johnson, Duvenaud, Wiltschko, Datta & Adams (2016), Composing graphical models with neural networks, arXiv:1603.06277, for
 *   the pinwheel; Grathwohl et al. (2019), arXiv:1810.01367, for the numbers
 * @example pinwheel({ count: 1000, random: seeded(1) })
 */
export function pinwheel(options: PinwheelOptions): Dataset<LabelledExamples> {
  const { arms = 5, radialScale = 0.3, tangentialScale = 0.1, rate = 0.25 } = options;
  checkNumber('pinwheel', 'arms', arms, { min: 1, integer: true });
  checkNumber('pinwheel', 'radialScale', radialScale, { min: 0 });
  checkNumber('pinwheel', 'tangentialScale', tangentialScale, { min: 0 });
  checkNumber('pinwheel', 'rate', rate);
  return points(
    'pinwheel',
    options,
    ({ normals, uniforms }) => {
      const arm = Math.floor(uniforms[0] * arms);
      const radius = 1 + radialScale * normals[0];
      const side = tangentialScale * normals[1];
      const angle = (2 * Math.PI * arm) / arms + rate * Math.exp(radius);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      return [2 * (radius * cos + side * sin), 2 * (side * cos - radius * sin), arm];
    },
    arms,
  );
}

/**
 * Two spirals of one and a half turns around each other; the label is the spiral.
 *
 *   ± (−t cos t + ½u₁, t sin t + ½u₂) / 3, t = 3π √u; noise of σ 0.1 added
 *
 * @throws GM_OPTION
 * @see Grathwohl et al. (2019), arXiv:1810.01367
 * @example spirals({ count: 1000, random: seeded(1) })
 */
export function spirals({ noise = 0.1, ...options }: NoisyToyOptions): Dataset<LabelledExamples> {
  checkNumber('spirals', 'noise', noise, { min: 0 });
  return points(
    'spirals',
    options,
    ({ normals, uniforms }) => {
      const spiral = uniforms[0] < 0.5 ? 0 : 1;
      const sign = spiral === 0 ? 1 : -1;
      const angle = 3 * Math.PI * Math.sqrt((2 * uniforms[0]) % 1);
      const x = -angle * Math.cos(angle) + 0.5 * uniforms[1];
      const y = angle * Math.sin(angle) + 0.5 * uniforms[2];
      return [(sign * x) / 3 + noise * normals[0], (sign * y) / 3 + noise * normals[1], spiral];
    },
    2,
  );
}
