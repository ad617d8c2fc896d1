import { lstm as overSequence } from '@gm/ops';
import { concat, fill } from '@tensorflow/tfjs-core';
import { type Initializer, parameter } from './initializer.js';
import { RECURRENCE } from './kernelNames.js';
import {
  type RecurrentLayer,
  type RecurrentOptions,
  recurrentKernels,
  recurrentNetwork,
  recurrentOptions,
  sequenceSizes,
  stateSpec,
} from './recurrent.js';

/**
 * A long short-term memory, read from the first step to the last. `apply` starts every sequence from a state of zeros, `advance`
 * carries the state [h, c] on. Steps whose `mask` in the options is 0 are passed over.
 *
 *   [i, f, g, o] = xₜ W + hₜ₋₁ U + b,   cₜ = σ(f) cₜ₋₁ + σ(i) tanh(g),   hₜ = σ(o) tanh(cₜ)
 *
 * Parameters: `kernel` W [features, 4 · units], `recurrentKernel` U [units, 4 · units], `bias` b [4 · units], at first one for the
 * forget gate f and zero for the others.
 *
 * @returns a layer [time, features] → [units], or [time, units] with `sequences`, in [−1, 1]
 * @throws GM_OPTION when `units` is not a positive whole number; GM_FIT when the input has other than two axes
 * @see Hochreiter & Schmidhuber (1997), Long short-term memory
 * @see Jozefowicz, Zaremba & Sutskever (2015), An empirical exploration of recurrent network architectures, for the bias
 * @example sequential(spec([28, 28], [0, 1]), lstm({ units: 64, random }), dense({ units: 10, random }))
 */
export function lstm(options: RecurrentOptions): RecurrentLayer {
  const whole = recurrentOptions('lstm', options);
  return (input) => {
    const [time, features] = sequenceSizes('lstm', input);
    const { units, sequences, random } = whole;
    const bias = parameter([4 * units], remembering, { fanIn: 1, fanOut: units, random });
    const weights = { ...recurrentKernels(features, 4, whole), bias };
    return recurrentNetwork({
      name: 'lstm',
      input,
      output: stateSpec(time, whole),
      parameters: weights,
      kernels: RECURRENCE,
      state: [units, units],
      advance(x, [h, c], { mask }) {
        const before = { state: { h: h!, c: c! } };
        const { outputs, state } = overSequence(x, weights, { ...before, ...(mask && { mask }) });
        return { y: outputs, state: [state.h, state.c] };
      },
      result: (outputs, [h]) => (sequences ? outputs : h!),
    });
  };
}

/** Gates i, f, g, o: the second starts open. */
const remembering: Initializer = ([size]) => {
  const of = (value: number) => fill([size! / 4], value);
  return concat([of(0), of(1), of(0), of(0)]);
};
