import type { Network } from '@gm/core';

/** What makes a network one, without whatever else it has: an encoder is the network that it is made of. */
export function membersOf(network: Network): Network {
  const { input, output, parameters, buffers, kernels, condition } = network;
  return {
    input,
    output,
    parameters,
    ...(buffers && { buffers }),
    ...(kernels && { kernels }),
    ...(condition && { condition }),
    apply: (x, options) => network.apply(x, options),
    dispose: () => network.dispose(),
  };
}
