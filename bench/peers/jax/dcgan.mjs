import { lax, nn, numpy as np, random } from '@jax-js/jax';
import { images } from '../../batches.mjs';
import { begin, descend, device, normal, sizeOf, stepper } from './engine.mjs';

/** The gradients of convolutions take seconds for each image, so a step is measured on 2 of the 64. */
const batch = 2;
const padding = [
  [1, 1],
  [1, 1],
];

export async function prepare() {
  const x = np.array(images(batch, -1)).reshape([batch, 1, 28, 28]);
  const norm = (channels) => [np.ones([channels]), np.zeros([channels])];
  const g = [normal(100, 6272), ...norm(128), normal(128, 64, 4, 4), ...norm(64), normal(64, 1, 4, 4), np.zeros([1])];
  const d = [
    normal(64, 1, 4, 4),
    np.zeros([64]),
    normal(128, 64, 4, 4),
    np.zeros([128]),
    normal(6272, 1),
    np.zeros([1]),
  ];
  const size = sizeOf([g, d]);
  const step = stepper(update, [begin(g), begin(d)], { rate: 2e-4, beta1: 0.5 }, (count) => [x.ref, random.key(count)]);
  return { device, step, parameters: size, share: batch / 64 };
}

function update([g, d], rate, x, key) {
  const z = random.normal(key, [batch, 100]);
  const made = generate(
    g[0].map((parameter) => parameter.ref),
    z.ref,
  );
  const [lossD, nextD] = descend(discriminatorLoss, d, rate.ref, 0.5, x, made);
  const judges = nextD[0].map((parameter) => parameter.ref);
  const [lossG, nextG] = descend(generatorLoss, g, rate, 0.5, z, judges);
  lossG.dispose();
  return [lossD, [nextG, nextD]];
}

function discriminatorLoss(d, x, made) {
  const real = judge(
    d.map((parameter) => parameter.ref),
    x,
  );
  return nn
    .softplus(real.mul(-1))
    .mean()
    .add(nn.softplus(judge(d, made)).mean());
}

const generatorLoss = (g, z, d) => nn.softplus(judge(d, generate(g, z)).mul(-1)).mean();

function generate([start, scale, offset, inner, scale2, offset2, outer, bias], z) {
  const first = nn.relu(normalized(np.matmul(z, start).reshape([batch, 128, 7, 7]), scale, offset));
  const second = nn.relu(normalized(grow(first, inner), scale2, offset2));
  return np.tanh(grow(second, outer).add(bias.reshape([1, 1, 1, 1])));
}

function judge([outer, outerBias, inner, innerBias, last, lastBias], x) {
  const first = nn.leakyRelu(
    lax.convGeneralDilated(x, outer, [2, 2], padding).add(outerBias.reshape([1, 64, 1, 1])),
    0.2,
  );
  const second = nn.leakyRelu(
    lax.convGeneralDilated(first, inner, [2, 2], padding).add(innerBias.reshape([1, 128, 1, 1])),
    0.2,
  );
  return np.matmul(second.reshape([batch, 6272]), last).add(lastBias);
}

const grow = (x, kernel) => lax.convTranspose(x, kernel, [2, 2], padding, { transposeKernel: true });

function normalized(x, scale, offset) {
  const channels = [1, scale.shape[0], 1, 1];
  const centred = x.ref.sub(x.mean([0, 2, 3], { keepdims: true }));
  const variance = np.square(centred.ref).mean([0, 2, 3], { keepdims: true });
  const standard = centred.div(np.sqrt(variance.add(1e-5)));
  return standard.mul(scale.reshape(channels)).add(offset.reshape(channels));
}
