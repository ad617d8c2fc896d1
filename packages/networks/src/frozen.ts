import type { Network } from '@gm/core';
import { type NamedNetwork, network } from './network.js';

/**
 * A network that training uses and does not move: its parameters count as buffers, which are saved with a run, and it is evaluated as
 * outside training, so that nothing in it follows the batches.
 *
 * Gradients pass through it to what is before. It owns nothing: the variables stay those of `given`, whose `dispose()` ends both, and
 * training `given` elsewhere moves this one too.
 *
 * @param given  whose variables are borrowed
 * @throws GM_DISPOSED from `apply` after the `dispose()` of either
 * @see Yosinski, Clune, Bengio & Lipson (2014), How transferable are features in deep neural networks?, arXiv:1411.1792
 * @example discriminator({ body: frozen(encoder), head: dense({ units: 10, random }) })
 */
export function frozen(given: Network & { readonly name?: string }): NamedNetwork {
  const { input, output, parameters, buffers, kernels, condition } = given;
  return network({
    name: given.name ?? 'frozen',
    input,
    output,
    buffers: { ...parameters, ...buffers },
    ...(kernels && { kernels }),
    ...(condition && { condition }),
    apply: (x, options) => given.apply(x, { ...options, training: false }),
    dispose: () => undefined,
  });
}
