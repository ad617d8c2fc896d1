import { gru as overSequence } from '@gm/ops';
import { constant } from './initializer.js';
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
 * A gated recurrent unit, read from the first step to the last; the reset gate acts after the product, as in Keras and cuDNN. `apply`
 * starts every sequence from a state of zeros, `advance` carries the state [h] on. Steps whose `mask` in the options is 0 are passed over.
 *
 *   [xz, xr, xn] = xₜ W + b,   [hz, hr, hn] = hₜ₋₁ U + b′
 *   z = σ(xz + hz),   hₜ = z hₜ₋₁ + (1 − z) tanh(xn + σ(xr + hr) hn)
 *
 * Parameters: `kernel` W [features, 3 · units], `recurrentKernel` U [units, 3 · units], `bias` b and `recurrentBias` b′ [3 · units]
 * starting at zero.
 *
 * @returns a layer [time, features] → [units], or [time, units] with `sequences`, in [−1, 1]
 * @throws GM_OPTION when `units` is not a positive whole number; GM_FIT when the input has other than two axes
 * @see Cho et al. (2014), Learning phrase representations using RNN encoder–decoder, arXiv:1406.1078
 * @example sequential(spec([28, 28], [0, 1]), gru({ units: 64, random }), dense({ units: 10, random }))
 */
export function gru(options: RecurrentOptions): RecurrentLayer {
  const whole = recurrentOptions('gru', options);
  return (input) => {
    const [time, features] = sequenceSizes('gru', input);
    const { units, sequences } = whole;
    const biases = { bias: constant([3 * units], 0), recurrentBias: constant([3 * units], 0) };
    const weights = { ...recurrentKernels(features, 3, whole), ...biases };
    return recurrentNetwork({
      name: 'gru',
      input,
      output: stateSpec(time, whole),
      parameters: weights,
      kernels: RECURRENCE,
      state: [units],
      advance(x, [h], { mask }) {
        const { outputs, state } = overSequence(x, weights, { state: h!, ...(mask && { mask }) });
        return { y: outputs, state: [state] };
      },
      result: (outputs, [h]) => (sequences ? outputs : h!),
    });
  };
}
