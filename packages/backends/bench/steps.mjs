/**
 * Milliseconds of a training step, written by hand in tfjs, on wasm as tfjs ships it (with its gradients) and with @gm/backends:
 * a VAE 784-400-20 (batch 128), a small strided CNN classifier (batch 128), a DCGAN-like pair (batch 64).
 * Each engine in a process of its own, in turn, three rounds; the median of the medians and the best single step.
 *
 *   node bench/steps.mjs
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { registerGradients, useBackend } from '@gm/backends';
import * as tf from '@tensorflow/tfjs-core';

const { add, conv2d, conv2dTranspose, exp, leakyRelu, matMul, mean, mul, neg, relu, reshape, slice, softplus } = tf;
const { square, sub, sum, tanh } = tf;
const weight = (...shape) => tf.variable(tf.randomNormal(shape, 0, 0.05, 'float32', 7));
const bias = (size) => tf.variable(tf.zeros([size]));

/** One step of Adam's arithmetic on every weight, after the gradient. */
function stepper(weights, loss) {
  const optimizer = tf.train.adam(1e-3);
  return () => {
    const { value, grads } = tf.variableGrads(loss, weights);
    optimizer.applyGradients(grads);
    tf.dispose(grads);
    return value;
  };
}

function vae() {
  const x = tf.randomUniform([128, 784], 0, 1, 'float32', 7);
  const [a, b, c, d] = [weight(784, 400), weight(400, 40), weight(20, 400), weight(400, 784)];
  const [ab, bb, cb, db] = [bias(400), bias(40), bias(400), bias(784)];
  return stepper([a, b, c, d, ab, bb, cb, db], () => {
    const parameters = add(matMul(relu(add(matMul(x, a), ab)), b), bb);
    const [mu, logVariance] = [slice(parameters, [0, 0], [128, 20]), slice(parameters, [0, 20], [128, 20])];
    const z = add(mu, mul(exp(mul(logVariance, 0.5)), tf.randomNormal([128, 20])));
    const logits = add(matMul(relu(add(matMul(z, c), cb)), d), db);
    const reconstruction = sum(sub(softplus(logits), mul(x, logits)), -1);
    const excess = sub(add(square(mu), exp(logVariance)), add(1, logVariance));
    return mean(add(reconstruction, mul(0.5, sum(excess, -1))));
  });
}

function classifier() {
  const x = tf.randomUniform([128, 28, 28, 1], 0, 1, 'float32', 7);
  const labels = tf.oneHot(
    tf.tensor1d(
      Array.from({ length: 128 }, (_, i) => i % 10),
      'int32',
    ),
    10,
  );
  const [a, b, c] = [weight(5, 5, 1, 16), weight(5, 5, 16, 32), weight(1568, 10)];
  const [ab, bb, cb] = [bias(16), bias(32), bias(10)];
  return stepper([a, b, c, ab, bb, cb], () => {
    const first = relu(add(conv2d(x, a, 2, 'same'), ab));
    const second = relu(add(conv2d(first, b, 2, 'same'), bb));
    const logits = add(matMul(reshape(second, [128, 1568]), c), cb);
    return mean(sub(tf.logSumExp(logits, -1), sum(mul(logits, labels), -1)));
  });
}

function normalised(x, scale, offset) {
  const { mean: center, variance } = tf.moments(x, [0, 1, 2]);
  return add(mul(mul(sub(x, center), tf.rsqrt(add(variance, 1e-5))), scale), offset);
}

function dcgan() {
  const x = tf.randomUniform([64, 28, 28, 1], -1, 1, 'float32', 7);
  const g = [
    weight(100, 6272),
    weight(128),
    bias(128),
    weight(4, 4, 64, 128),
    weight(64),
    bias(64),
    weight(4, 4, 1, 64),
  ];
  const d = [weight(4, 4, 1, 64), bias(64), weight(4, 4, 64, 128), bias(128), weight(6272, 1), bias(1)];
  const generate = () => {
    const z = tf.randomNormal([64, 100]);
    const start = relu(normalised(reshape(matMul(z, g[0]), [64, 7, 7, 128]), g[1], g[2]));
    const middle = relu(normalised(conv2dTranspose(start, g[3], [64, 14, 14, 64], 2, 'same'), g[4], g[5]));
    return tanh(conv2dTranspose(middle, g[6], [64, 28, 28, 1], 2, 'same'));
  };
  const judge = (images) => {
    const first = leakyRelu(add(conv2d(images, d[0], 2, 'same'), d[1]), 0.2);
    const second = leakyRelu(add(conv2d(first, d[2], 2, 'same'), d[3]), 0.2);
    return add(matMul(reshape(second, [64, 6272]), d[4]), d[5]);
  };
  let fake;
  const stepD = stepper(d, () => add(mean(softplus(neg(judge(x)))), mean(softplus(judge(fake)))));
  const stepG = stepper(g, () => mean(softplus(neg(judge(generate())))));
  return () => {
    fake = generate();
    stepD();
    return stepG();
  };
}

const workloads = { vae, classifier, dcgan };

async function measure(engine) {
  if (engine === 'ours') await useBackend('wasm');
  else {
    registerGradients();
    await import('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
  }
  const results = {};
  for (const [name, make] of Object.entries(workloads)) {
    try {
      const step = make();
      const once = () => tf.tidy(() => step().dataSync()[0]);
      for (let i = 0; i < 3; i++) once();
      const times = Array.from({ length: name === 'dcgan' ? 5 : 15 }, () => {
        const start = performance.now();
        once();
        return performance.now() - start;
      });
      times.sort((a, b) => a - b);
      results[name] = { median: times[times.length >> 1], best: times[0] };
    } catch (error) {
      results[name] = { error: error.message.split('\n')[0] };
    }
  }
  console.log(JSON.stringify(results));
}

function compare() {
  const rounds = { stock: [], ours: [] };
  for (let round = 0; round < 3; round++) {
    for (const engine of Object.keys(rounds)) {
      const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), engine], { encoding: 'utf8' });
      rounds[engine].push(JSON.parse(stdout.trim().split('\n').at(-1)));
    }
  }
  for (const name of Object.keys(workloads)) {
    for (const [engine, results] of Object.entries(rounds)) {
      const runs = results.map((result) => result[name]);
      const medians = runs.map(({ median }) => median).sort((a, b) => a - b);
      const best = Math.min(...runs.map((run) => run.best));
      console.log(name, engine, runs[0].error ?? `${medians[1].toFixed(1)} ms a step, best ${best.toFixed(1)}`);
    }
  }
}

const [engine] = process.argv.slice(2);
if (engine) await measure(engine);
else compare();
