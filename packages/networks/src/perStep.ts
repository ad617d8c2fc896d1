import { gmError, type Layer, showSpec, spec } from '@gm/core';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { network } from './network.js';
import { type Chain, chained, contentsOf, type Part } from './sequential.js';

/**
 * The same parts at every step of a sequence, each step by itself.
 *
 *   yₜ = f(xₜ)
 *
 * Parameters and buffers are called `<part>/<name>`, as in `sequential`.
 *
 * @param parts  as for `sequential`; they see one step, [...features]
 * @returns a layer [time, ...features] → [time, ...what the parts give]
 * @throws GM_FIT when the input has no axis of time, or the parts do not fit a step or one another
 * @example sequential(spec([64, 32]), lstm({ units: 64, sequences: true, random }), perStep(dense({ units: 10, random })))
 */
export function perStep(...parts: Part[]): Layer {
  return (input) => {
    const [time, ...features] = input.shape;
    if (time === undefined) {
      throw gmError('GM_FIT', {
        where: 'perStep',
        expected: 'an input of shape [time, ...features]',
        received: showSpec(input),
        remedy: 'Put reshape([1]) before it.',
      });
    }
    const chain = chained(spec(features, input.range, input.dtype), parts);
    if (contentsOf(chain.networks).condition) throw conditional(chain);
    const { shape, range, dtype } = chain.output;
    return network({
      name: 'perStep',
      input,
      output: spec([time, ...shape], range, dtype),
      ...contentsOf(chain.networks),
      apply(x: Tensor, options) {
        const batch = x.shape[0]!;
        const y = chain.apply(reshape(x, [batch * time, ...features]), options); // [batch · time, …]
        return reshape(y, [batch, time, ...shape]);
      },
      dispose: chain.dispose,
    });
  };
}

/** A condition is one for each example, and there is none for each step. */
function conditional(chain: Chain) {
  chain.abandon();
  return gmError('GM_FIT', {
    where: 'perStep',
    expected: 'parts without a condition',
    received: 'a conditional one',
    remedy: 'Put conditioned() in front of the whole.',
  });
}
