import * as tf from '@tensorflow/tfjs-core';
import { tokens } from '../../batches.mjs';
import * as stock from './stock.mjs';

const { add, matMul, mul, reshape, sigmoid, tanh } = tf;
const [batch, time, units, vocabulary] = [64, 64, 256, 64];

export const prepare = () => stock.prepare(make);

/** wasm has no kernel for the gradient of gather, so tokens are one-hot; the product with the input is one for all moments. */
function make() {
  const [inputs, targets] = [0, 1].map((from) => {
    const timeMajor = tf.transpose(tf.tensor2d(tokens(batch, from), [batch, time], 'int32'));
    return tf.cast(tf.oneHot(reshape(timeMajor, [-1]), vocabulary), 'float32'); // [time · batch, vocabulary]
  });
  const [embedding, kernel, recurrent] = [
    [vocabulary, 64],
    [64, 4 * units],
    [units, 4 * units],
  ].map((shape) => stock.glorot(...shape));
  const [bias, head, headBias] = [stock.filled(4 * units), stock.glorot(units, vocabulary), stock.filled(vocabulary)];
  const weights = [embedding, kernel, recurrent, bias, head, headBias];
  const optimizer = tf.train.adam(1e-3);
  const loss = () => {
    const projected = add(matMul(matMul(inputs, embedding), kernel), bias);
    let [hidden, cell] = [tf.zeros([batch, units]), tf.zeros([batch, units])];
    const states = tf.split(projected, time).map((moment) => {
      const [input, forget, candidate, output] = tf.split(add(moment, matMul(hidden, recurrent)), 4, 1);
      cell = add(mul(sigmoid(forget), cell), mul(sigmoid(input), tanh(candidate)));
      hidden = mul(sigmoid(output), tanh(cell));
      return hidden;
    });
    const logits = add(matMul(tf.concat(states), head), headBias);
    return tf.mean(tf.sub(tf.logSumExp(logits, -1), tf.sum(mul(targets, logits), -1)));
  };
  return { weights, step: () => stock.descend(optimizer, weights, loss) };
}
