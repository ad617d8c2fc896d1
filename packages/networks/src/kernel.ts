import { checkChoice, checkNumber, gmError, type Random, type Spec } from '@gm/core';
import { glorotUniform, type Initializer } from './initializer.js';
import { checkInput } from './input.js';

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
}

export interface Window {
  readonly filters: number;
  readonly size: [number, number];
  readonly strides: [number, number];
  readonly padding: Padding;
  readonly bias: boolean;
  readonly random: Random;
  readonly kernel: Initializer;
}

/** The options with defaults, sizes as pairs. @throws GM_OPTION */
export function windowOf(where: string, options: ConvolutionOptions): Window {
  const { filters, kernelSize, strides = 1, padding = 'same', bias = true, random, kernel = glorotUniform } = options;
  return {
    filters: checkNumber(where, 'filters', filters, { min: 1, integer: true }),
    size: pair(where, 'kernelSize', kernelSize),
    strides: pair(where, 'strides', strides),
    padding: checkChoice(where, 'padding', padding, ['same', 'valid']),
    bias,
    random,
    kernel,
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

function pair(where: string, name: string, value: Size): [number, number] {
  const [height, width] = typeof value === 'number' ? [value, value] : value;
  const whole = { min: 1, integer: true };
  return [checkNumber(where, name, height, whole), checkNumber(where, name, width, whole)];
}
