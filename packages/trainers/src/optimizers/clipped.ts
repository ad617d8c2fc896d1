import { checkNumber, type Optimizer } from '@gm/core';
import { clipByValue, tidy } from '@tensorflow/tfjs-core';

/** Stands before the method's name; checkpoints hold it. */
const CLIPPED = 'clipped ';

/**
 * An optimizer after whose updates every parameter is cut to an interval, the crude way to keep a Wasserstein critic Lipschitz.
 *
 *   θ ← update(θ, g),   θ ← min(max(θ, −limit), limit)
 *
 * NaN stays NaN, so that training still notices it. What is known of a parameter is the method's alone: `continueAs` keeps it when the
 * limit comes or goes.
 *
 * @param optimizer  what moves the parameters; it belongs to the result
 * @throws GM_OPTION when the limit is not positive
 * @see Arjovsky, Chintala & Bottou (2017), Wasserstein GAN, algorithm 1, arXiv:1701.07875
 * @example gan({ …, loss: wasserstein(), optimizers: { discriminator: clipped(rmsprop({ learningRate: 5e-5 }), 0.01) } })
 */
export function clipped(optimizer: Optimizer, limit: number): Optimizer {
  checkNumber('clipped', 'limit', limit, { min: 0, exclusive: true });
  return {
    name: `${CLIPPED}${optimizer.name}`,
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

/** The name of the method whose state an optimizer of that name holds: that of the one underneath, where parameters are clipped. */
export function methodUnder(name: string): string {
  return name.startsWith(CLIPPED) ? methodUnder(name.slice(CLIPPED.length)) : name;
}
