import { checkNumber, type Random, type Spec, spec } from '@gm/core';
import { concat, tidy } from '@tensorflow/tfjs-core';
import { glorotUniform, type Initializer, parameter } from './initializer.js';
import { checkInput } from './input.js';

export interface RecurrentOptions {
  /** How many numbers the state has. */
  readonly units: number;
  /** Whether the state after every step comes out, [time, units], or the last one alone, [units]. Default false. */
  readonly sequences?: boolean;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** First values of what x is multiplied by, gate by gate [features, units]. Default glorotUniform. */
  readonly kernel?: Initializer;
  /** First values of what the state is multiplied by, gate by gate [units, units]. Default glorotUniform; `orthogonal` suits long sequences. */
  readonly recurrentKernel?: Initializer;
}

/** The options with defaults. @throws GM_OPTION */
export function recurrentOptions(where: string, options: RecurrentOptions): Required<RecurrentOptions> {
  const { units, sequences = false, random, kernel = glorotUniform, recurrentKernel = glorotUniform } = options;
  checkNumber(where, 'units', units, { min: 1, integer: true });
  return { units, sequences, random, kernel, recurrentKernel };
}

/** What a recurrent layer multiplies by, W [features, gates · units] and U [units, gates · units]. */
export function recurrentKernels(features: number, gates: number, options: Required<RecurrentOptions>) {
  const { units, random } = options;
  const matrix = (rows: number, initializer: Initializer) =>
    parameter([rows, gates * units], sideBySide(initializer, gates), { fanIn: rows, fanOut: units, random });
  return { kernel: matrix(features, options.kernel), recurrentKernel: matrix(units, options.recurrentKernel) };
}

/** Sizes of a sequence [time, features]. @throws GM_FIT */
export function sequenceSizes(where: string, input: Spec): readonly [time: number, features: number] {
  checkInput(where, input, ['time', 'features'], 'Put embedding() or reshape([time, features]) before it.');
  return [input.shape[0]!, input.shape[1]!];
}

/** States lie between −1 and 1. */
export const stateSpec = (time: number, { units, sequences }: Required<RecurrentOptions>): Spec =>
  spec(sequences ? [time, units] : [units], [-1, 1]);

/** Each gate has first values of its own. */
function sideBySide(initializer: Initializer, gates: number): Initializer {
  return ([rows, columns], context) =>
    tidy(() =>
      concat(
        Array.from({ length: gates }, () => initializer([rows!, columns! / gates], context)),
        1,
      ),
    );
}
