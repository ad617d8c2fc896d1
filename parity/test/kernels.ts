/** Which kernels a network calls, seen from outside. */
import { type Network, seeded, sizeOf } from '@gm/core';
import { engine, grad, mul, sum, type Tensor, tensor, tidy, variableGrads, zeros } from '@tensorflow/tfjs-core';

interface Invocation {
  readonly kernelName?: string;
}

/** Those of evaluating it and of the gradients of its input and parameters, in and out of training. */
export function kernelsCalled(network: Network): string[] {
  const { input, parameters } = network;
  const seen = new Set<string>();
  const random = () => seeded(3);
  const shape = [4, ...input.shape];
  const [low, high] = typeof input.range === 'string' ? [-1, 1] : input.range;
  const values = Array.from(seeded(2).uniforms(sizeOf(shape)), (value) => low + value * (high - low));
  tidy(() => {
    const x = tensor(input.dtype === 'int32' ? values.map(Math.round) : values, shape, input.dtype);
    const condition = network.condition && zeros([4], 'int32');
    for (const training of [false, true]) {
      const options = () => ({ training, random: random(), ...(condition && { condition }) });
      const loss = (of: Tensor) => sum(mul(network.apply(of, options()), 3));
      watching(seen, () => {
        network.apply(x, options());
        if (Object.keys(parameters).length > 0) variableGrads(() => loss(x) as never, Object.values(parameters));
        if (input.dtype === 'float32') grad(loss)(x);
      });
    }
  });
  return [...seen].sort();
}

function watching(seen: Set<string>, work: () => void): void {
  const watched = engine() as unknown as { runKernelFunc(call: Invocation): unknown };
  const stock = watched.runKernelFunc;
  watched.runKernelFunc = function (call) {
    if (call.kernelName !== undefined) seen.add(call.kernelName);
    return stock.call(this, call);
  };
  try {
    work();
  } finally {
    Reflect.deleteProperty(watched, 'runKernelFunc');
  }
}
