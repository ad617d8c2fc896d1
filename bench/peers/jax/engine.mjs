/** jax-js on WebAssembly, under jit. Each use of an array but the last takes `.ref`. */
import { blockUntilReady, defaultDevice, init, jit, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax';

await init('wasm');
defaultDevice('wasm');

/** More threads need the Worker of browsers. */
export const device = 'wasm, 1 thread';

let drawn = 0;

/** A first value, Glorot-uniform. */
export function glorot(...shape) {
  const limit = Math.sqrt(6 / (shape.at(-2) + shape.at(-1)));
  return random.uniform(random.key(++drawn), shape, { minval: -limit, maxval: limit });
}

export const normal = (...shape) => random.normal(random.key(++drawn), shape).mul(0.02);

/** How many numbers are trained. */
export const sizeOf = (parameters) => tree.leaves(parameters).reduce((sum, { size }) => sum + size, 0);

/** Adam's start for a list of parameters: [parameters, means, mean squares]. */
export const begin = (parameters) => [
  parameters,
  parameters.map(({ shape }) => np.zeros(shape)),
  parameters.map(({ shape }) => np.zeros(shape)),
];

/** The corrected learning rate of the update with that number, which is an argument of the compiled step. */
const rateOf = (count, rate, beta1) => np.array((rate * Math.sqrt(1 - 0.999 ** count)) / (1 - beta1 ** count));

/** Loss and state after one update of `state`; loss(parameters, ...inputs). All arguments are consumed. */
export function descend(loss, [parameters, means, squares], rate, beta1, ...inputs) {
  const [value, gradients] = valueAndGrad(loss)(tree.ref(parameters), ...inputs);
  const next = parameters.map((parameter, index) => {
    const gradient = gradients[index];
    const mean = means[index].mul(beta1).add(gradient.ref.mul(1 - beta1));
    const square = squares[index].mul(0.999).add(np.square(gradient).mul(1 - 0.999));
    const step = rate.ref.mul(mean.ref).div(np.sqrt(square.ref).add(1e-8));
    return [parameter.sub(step), mean, square];
  });
  rate.dispose();
  return [value, [0, 1, 2].map((part) => next.map((entry) => entry[part]))];
}

/** A compiled step with its state. `update(state, rate, ...inputs())` gives [loss, state]. */
export function stepper(update, state, { rate, beta1 = 0.9 }, inputs) {
  const compiled = jit(update);
  let count = 0;
  return async () => {
    const [loss, next] = compiled(state, rateOf(++count, rate, beta1), ...inputs(count));
    state = next;
    await blockUntilReady(state);
    const [value] = await loss.data();
    return value;
  };
}
