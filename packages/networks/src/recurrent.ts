import {
  type ApplyOptions,
  checkNumber,
  gmError,
  type Random,
  type Recurrent,
  type Spec,
  showShape,
  spec,
} from '@gm/core';
import { clone, concat, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { glorotUniform, type Initializer, parameter } from './initializer.js';
import { checkInput } from './input.js';
import { goneError, type NetworkDefinition, network } from './network.js';

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

/** A layer whose networks carry a state. */
export type RecurrentLayer = (input: Spec) => Recurrent;

/** What there is to say about a recurrent network; `recurrentNetwork` adds the manners. */
export interface RecurrentDefinition extends Omit<NetworkDefinition, 'apply'> {
  /** How many numbers each place of the state has. */
  readonly state: readonly number[];
  /** The computation alone: x [batch, steps, …] → y [batch, steps, …] and the state after it. */
  advance(x: Tensor, state: readonly Tensor[], options: ApplyOptions): { y: Tensor; state: readonly Tensor[] };
  /** What `apply` gives. Default: y. */
  result?(y: Tensor, state: readonly Tensor[]): Tensor;
}

/**
 * A recurrent network of your own from its definition, as `network` makes others.
 *
 * @throws GM_SHAPE or GM_DTYPE from `apply` and `advance` when x or the state is of another shape; GM_DISPOSED after `dispose()`
 * @example recurrentNetwork({ name: 'sum', input, output, state: [2], advance: (x, [h]) => … })
 */
export function recurrentNetwork(definition: RecurrentDefinition): Recurrent {
  const { name, input, state: sizes, advance, result = (y) => y } = definition;
  const start = (batch: number) => sizes.map((size) => zeros([batch, size]));
  let disposed = false;
  const whole = network({
    ...definition,
    apply(x, options) {
      const after = advance(x, start(x.shape[0]!), options);
      return result(after.y, after.state);
    },
  });
  return {
    ...whole,
    start,
    advance(x, state, options = {}) {
      if (disposed) throw goneError(name);
      checkSteps(name, x, input);
      checkState(name, state, [x.shape[0]!], sizes);
      // What comes out unchanged must not be lost with what went in.
      const own = (tensor: Tensor) => (tensor === x || state.includes(tensor) ? clone(tensor) : tensor);
      return tidy(() => {
        const after = advance(x, state, options);
        return { y: own(after.y), state: after.state.map(own) };
      });
    },
    dispose() {
      disposed = true;
      whole.dispose();
    },
  };
}

/** Any number of steps, but each of the size that the input has. */
function checkSteps(where: string, { shape, dtype }: Tensor, input: Spec): void {
  const wanted = input.shape.slice(1);
  const fits = shape.length === wanted.length + 2 && wanted.every((size, axis) => shape[axis + 2] === size);
  if (fits && dtype === input.dtype) return;
  throw gmError(fits ? 'GM_DTYPE' : 'GM_SHAPE', {
    where,
    expected: `${input.dtype} [batch, steps${wanted.map((size) => `, ${size}`).join('')}]`,
    received: `${dtype} ${showShape(shape)}`,
    remedy: 'Give sequences as the input of the network says, with any number of steps.',
  });
}

function checkState(where: string, state: readonly Tensor[], batch: readonly number[], sizes: readonly number[]): void {
  const wanted = sizes.map((size) => showShape([...batch, size]));
  const given = state.map(({ shape }) => showShape(shape));
  if (wanted.join() === given.join()) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: `a state of ${wanted.join(' and ')}`,
    received: given.join(' and ') || 'none',
    remedy: 'Begin with start(batch), and hand on what advance() gave.',
  });
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
