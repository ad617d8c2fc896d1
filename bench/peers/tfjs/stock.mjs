/**
 * TensorFlow.js as it is published: its kernels, and the gradients that tfjs-layers brings along. What follows is written as a user
 * writes it who knows what this backend is good at.
 */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import '@tensorflow/tfjs-layers';
import * as tf from '@tensorflow/tfjs-core';

/** Steps on wasm, or, where wasm lacks a kernel that they need, in plain JavaScript. `step` returns its loss as a tensor. */
export async function prepare(make, needs = []) {
  // The threaded build does not start in Node.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const lacking = needs.find((kernel) => tf.getKernel(kernel, 'wasm') === undefined);
  await tf.setBackend(lacking ? 'cpu' : 'wasm');
  const { step, weights, share } = make(lacking !== undefined);
  const once = async () => {
    const loss = tf.tidy(step);
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
  return {
    device: lacking ? `cpu, since wasm has no ${lacking}` : 'wasm, SIMD, 1 thread',
    step: once,
    share,
    parameters: weights.reduce((sum, { size }) => sum + size, 0),
    kernels: async () => (await tf.profile(once)).kernels.length,
  };
}

/** A weight that starts Glorot-uniform. */
export function glorot(...shape) {
  const limit = Math.sqrt(6 / (shape.at(-2) + shape.at(-1)));
  return tf.variable(tf.randomUniform(shape, -limit, limit));
}

export const normal = (...shape) => tf.variable(tf.randomNormal(shape, 0, 0.02));

export const filled = (size, value = 0) => tf.variable(tf.fill([size], value));

/** One update of those weights, and the loss before it. */
export function descend(optimizer, weights, loss) {
  const { value, grads } = tf.variableGrads(loss, weights);
  optimizer.applyGradients(grads);
  return value;
}
