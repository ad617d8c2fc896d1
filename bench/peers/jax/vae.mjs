import { nn, numpy as np, random } from '@jax-js/jax';
import { images } from '../../batches.mjs';
import { begin, descend, device, glorot, sizeOf, stepper } from './engine.mjs';

export async function prepare() {
  const x = np.array(images(128)).reshape([128, 784]);
  const dense = (inputs, units) => [glorot(inputs, units), np.zeros([units])];
  const parameters = [dense(784, 400), dense(400, 40), dense(20, 400), dense(400, 784)].flat();
  const size = sizeOf(parameters);
  const update = (state, rate, seen, key) => descend(loss, state, rate, 0.9, seen, key);
  const step = stepper(update, begin(parameters), { rate: 1e-3 }, (count) => [x.ref, random.key(count)]);
  return { device, step, parameters: size };
}

function loss([a, ab, b, bb, c, cb, d, db], x, key) {
  const code = np.matmul(nn.relu(np.matmul(x.ref, a).add(ab)), b).add(bb);
  const [mean, logVariance] = np.split(code, 2, 1);
  const z = mean.ref.add(np.exp(logVariance.ref.mul(0.5)).mul(random.normal(key, [128, 20])));
  const logits = np.matmul(nn.relu(np.matmul(z, c).add(cb)), d).add(db);
  const reconstruction = nn.softplus(logits.ref).sub(x.mul(logits)).sum();
  const excess = np.square(mean).add(np.exp(logVariance.ref)).sub(logVariance).sub(1);
  return reconstruction.add(excess.sum().mul(0.5)).div(128);
}
