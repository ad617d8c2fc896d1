import * as tf from '@tensorflow/tfjs-core';
import { images } from '../../batches.mjs';
import * as stock from './stock.mjs';

const { add, conv2d, conv2dTranspose, leakyRelu, matMul, mean, mul, neg, relu, reshape, softplus, sub } = tf;

/** In plain JavaScript a step takes minutes, so it is measured on 2 of the 64 images. */
export const prepare = () => stock.prepare((slow) => make(slow ? 2 : 64), ['Conv2DBackpropFilter']);

function make(batch) {
  const x = tf.tensor4d(images(batch, -1), [batch, 28, 28, 1]);
  const g = {
    start: stock.normal(100, 6272),
    norms: [128, 64].map((channels) => [stock.filled(channels, 1), stock.filled(channels)]),
    inner: stock.normal(4, 4, 64, 128),
    outer: stock.normal(4, 4, 1, 64),
    bias: stock.filled(1),
  };
  const d = {
    outer: [stock.normal(4, 4, 1, 64), stock.filled(64)],
    inner: [stock.normal(4, 4, 64, 128), stock.filled(128)],
    last: [stock.normal(6272, 1), stock.filled(1)],
  };
  const generate = (z) => {
    const start = relu(normalized(reshape(matMul(z, g.start), [batch, 7, 7, 128]), g.norms[0]));
    const middle = relu(normalized(conv2dTranspose(start, g.inner, [batch, 14, 14, 64], 2, 'same'), g.norms[1]));
    return tf.tanh(add(conv2dTranspose(middle, g.outer, [batch, 28, 28, 1], 2, 'same'), g.bias));
  };
  const judge = (seen) => {
    const first = leakyRelu(add(conv2d(seen, d.outer[0], 2, 'same'), d.outer[1]), 0.2);
    const second = leakyRelu(add(conv2d(first, d.inner[0], 2, 'same'), d.inner[1]), 0.2);
    return add(matMul(reshape(second, [batch, 6272]), d.last[0]), d.last[1]);
  };
  const [ofG, ofD] = [
    [g.start, ...g.norms.flat(), g.inner, g.outer, g.bias],
    [...d.outer, ...d.inner, ...d.last],
  ];
  const [optimizerD, optimizerG] = [tf.train.adam(2e-4, 0.5), tf.train.adam(2e-4, 0.5)];
  const step = () => {
    const z = tf.randomNormal([batch, 100]);
    const made = generate(z);
    const loss = () => add(mean(softplus(neg(judge(x)))), mean(softplus(judge(made))));
    const lossD = stock.descend(optimizerD, ofD, loss);
    stock.descend(optimizerG, ofG, () => mean(softplus(neg(judge(generate(z))))));
    return lossD;
  };
  return { weights: [...ofG, ...ofD], step, share: batch / 64 };
}

function normalized(x, [scale, offset]) {
  const { mean: centre, variance } = tf.moments(x, [0, 1, 2]);
  return add(mul(mul(sub(x, centre), tf.rsqrt(add(variance, 1e-5))), scale), offset);
}
