import * as tf from '@tensorflow/tfjs-core';
import { images } from '../../batches.mjs';
import * as stock from './stock.mjs';

const { add, exp, matMul, mul, relu, softplus, square, sub, sum } = tf;

export const prepare = () => stock.prepare(make);

function make() {
  const x = tf.tensor2d(images(128), [128, 784]);
  const dense = (inputs, units) => [stock.glorot(inputs, units), stock.filled(units)];
  const layers = [dense(784, 400), dense(400, 40), dense(20, 400), dense(400, 784)];
  const apply = (input, [kernel, bias]) => add(matMul(input, kernel), bias);
  const weights = layers.flat();
  const optimizer = tf.train.adam(1e-3);
  const loss = () => {
    const [mean, logVariance] = tf.split(apply(relu(apply(x, layers[0])), layers[1]), 2, 1);
    const z = add(mean, mul(exp(mul(logVariance, 0.5)), tf.randomNormal([128, 20])));
    const logits = apply(relu(apply(z, layers[2])), layers[3]);
    const reconstruction = sum(sub(softplus(logits), mul(x, logits)));
    const divergence = mul(0.5, sum(sub(add(square(mean), exp(logVariance)), add(1, logVariance))));
    return tf.div(add(reconstruction, divergence), 128);
  };
  return { weights, step: () => stock.descend(optimizer, weights, loss) };
}
