import { checkNumber, type Optimizer } from '@gm/core';
import { clipByValue, tidy } from '@tensorflow/tfjs-core';

/**
 * An optimizer after whose updates every parameter is cut to an interval, the crude way to keep a Wasserstein critic Lipschitz.
 *
 *   θ ← update(θ, g),   θ ← min(max(θ, −limit), limit)
 *
 * NaN stays NaN, so that training still notices it.
 *
 * @param optimizer  what moves the parameters; it belongs to the result
 * @throws GM_OPTION when the limit is not positive
 * @see Arjovsky, Chintala & Bottou (2017), Wasserstein GAN, algorithm 1, arXiv:1701.07875
 * @example gan({ …, loss: wasserstein(), optimizers: { discriminator: clipped(rmsprop({ learningRate: 5e-5 }), 0.01) } })
 */
export function clipped(optimizer: Optimizer, limit: number): Optimizer {
  checkNumber('clipped', 'limit', limit, { min: 0, exclusive: true });
  return {
    name: `clipped ${optimizer.name}`,
    update(parameters, gradients) {
      optimizer.update(parameters, gradients);
      for (const parameter of Object.values(parameters)) {
        tidy(() => parameter.assign(clipByValue(parameter, -limit, limit) as typeof parameter));
      }
    },
    state: () => optimizer.state(),
    restore: (state) => optimizer.restore(state),
    dispose: () => optimizer.dispose(),
  };
}
