import { checkChoice, checkNumber, gmError, type Random, type Spec } from '@gm/core';
import { glorotUniform, type Initializer } from './initializer.js';
import { checkInput } from './input.js';
import { type KernelNorm, plain } from './kernelNorm.js';

/** Along height and width: one number for both, or one for each. */
export type Size = number | readonly [height: number, width: number];

/** Zeros around the input so that strides alone decide the output size, or none. */
export type Padding = 'same' | 'valid';

export interface ConvolutionOptions {
  /** How many channels come out. */
  readonly filters: number;
  readonly kernelSize: Size;
  /** Default 1. */
  readonly strides?: Size;
  /** Default 'same'. */
  readonly padding?: Padding;
  /** Default true. */
  readonly bias?: boolean;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** First values of the kernel. Default glorotUniform. */
  readonly kernel?: Initializer;
  /** Keeps the kernel in scale: `weightNorm()` or `spectralNorm()`. Default: it is as it is trained. */
  readonly kernelNorm?: KernelNorm;
}

export interface Window {
  readonly filters: number;
  readonly size: [number, number];
  readonly strides: [number, number];
  readonly padding: Padding;
  readonly bias: boolean;
  readonly random: Random;
  readonly kernel: Initializer;
  readonly kernelNorm: KernelNorm;
}

/** The options with defaults, sizes as pairs. @throws GM_OPTION */
export function windowOf(where: string, options: ConvolutionOptions): Window {
  const { filters, kernelSize, strides = 1, padding = 'same', bias = true, random } = options;
  const { kernel = glorotUniform, kernelNorm = plain } = options;
  return {
    filters: checkNumber(where, 'filters', filters, { min: 1, integer: true }),
    size: pair(where, 'kernelSize', kernelSize),
    strides: pair(where, 'strides', strides),
    padding: checkChoice(where, 'padding', padding, ['same', 'valid']),
    bias,
    random,
    kernel,
    kernelNorm,
  };
}

/** Passes when `input` is an image. @throws GM_FIT */
export function checkImage(where: string, input: Spec): void {
  checkInput(where, input, ['height', 'width', 'channels'], 'Put reshape([height, width, channels]) before it.');
}

/** Passes when a kernel of that size goes into the input without padding. @throws GM_FIT */
export function checkInside(where: string, [height, width]: readonly number[], { size, padding }: Window): void {
  if (padding === 'same' || (size[0] <= height! && size[1] <= width!)) return;
  throw gmError('GM_FIT', {
    where,
    expected: `a kernel of at most ${height} × ${width} under padding 'valid'`,
    received: `${size[0]} × ${size[1]}`,
    remedy: `Take a smaller kernelSize or padding 'same'.`,
  });
}

/**
 * The padding of a convolution from an image of size `large` to one of size `small`, as tfjs takes it. Where a kernel smaller than
 * the strides leaves pixels over, it is spelled out: the wasm backend computes 'same' wrongly there.
 */
export function tfPadding(
  { size, strides, padding }: Window,
  large: readonly number[],
  small: readonly number[],
): Padding | Explicit {
  const [rows, columns] = [0, 1].map((axis) => (small[axis]! - 1) * strides[axis]! + size[axis]! - large[axis]!);
  if (padding === 'valid' || (rows! >= 0 && columns! >= 0)) return padding;
  return [[0, 0], halves(rows!), halves(columns!), [0, 0]];
}

type Pair = [number, number];
type Explicit = [Pair, Pair, Pair, Pair];

/** The odd row goes behind. */
function halves(total: number): Pair {
  const before = Math.floor(Math.max(0, total) / 2);
  return [before, Math.max(0, total) - before];
}

function pair(where: string, name: string, value: Size): Pair {
  const [height, width] = typeof value === 'number' ? [value, value] : value;
  const whole = { min: 1, integer: true };
  return [checkNumber(where, name, height, whole), checkNumber(where, name, width, whole)];
}
