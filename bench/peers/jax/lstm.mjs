import { nn, numpy as np } from '@jax-js/jax';
import { tokens } from '../../batches.mjs';
import { begin, descend, device, glorot, sizeOf, stepper } from './engine.mjs';

const [batch, time, units, vocabulary] = [64, 64, 256, 64];

/** jax-js has no scan: the loop over time is unrolled, and tracing it takes seconds. Those count as warm-up. */
export async function prepare() {
  const [inputs, targets] = [0, 1].map((from) => oneHot(tokens(batch, from)));
  const kernels = [glorot(vocabulary, 64), glorot(64, 4 * units), glorot(units, 4 * units), glorot(units, vocabulary)];
  const parameters = [...kernels, np.zeros([4 * units]), np.zeros([vocabulary])];
  const size = sizeOf(parameters);
  const update = (state, rate, x, y) => descend(loss, state, rate, 0.9, x, y);
  const step = stepper(update, begin(parameters), { rate: 1e-3 }, () => [inputs.ref, targets.ref]);
  return { device, step, parameters: size };
}

/** [time · batch, vocabulary] of tokens [batch, time]. */
function oneHot(rows) {
  const timeMajor = Int32Array.from(rows, (_, index) => rows[(index % batch) * time + Math.floor(index / batch)]);
  return nn.oneHot(np.array(timeMajor, { dtype: np.int32 }), vocabulary);
}

function loss([embedding, kernel, recurrent, head, bias, headBias], x, y) {
  const moments = np.split(np.matmul(np.matmul(x, embedding), kernel).add(bias), time);
  let [hidden, cell] = [np.zeros([batch, units]), np.zeros([batch, units])];
  const states = moments.map((moment) => {
    const [input, forget, candidate, output] = np.split(moment.add(np.matmul(hidden, recurrent.ref)), 4, 1);
    cell = nn
      .sigmoid(forget)
      .mul(cell)
      .add(nn.sigmoid(input).mul(np.tanh(candidate)));
    hidden = nn.sigmoid(output).mul(np.tanh(cell.ref));
    return hidden.ref;
  });
  for (const rest of [hidden, cell, recurrent]) rest.dispose();
  const logits = np.matmul(np.concatenate(states), head).add(headBias);
  return nn
    .logSoftmax(logits, -1)
    .mul(y)
    .sum()
    .div(-batch * time);
}
