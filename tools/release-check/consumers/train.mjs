import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { fromDecoder, mlpDecoder } from '@gm/generators';
import { standardNormal } from '@gm/latent';
import { mean, square, sub, tensor, train, variableGrads } from '@tensorflow/tfjs-core';

await useBackend('cpu');
const decoder = mlpDecoder({ latent: 2, hidden: [8], output: spec([3]), random: seeded(1) });
const generator = fromDecoder(decoder, standardNormal(2));
const target = tensor([1, -1, 2]);
const optimizer = train.sgd(0.1);

const losses = [];
for (let step = 0; step < 20; step++) {
  const { value, grads } = variableGrads(() => mean(square(sub(generator.sample(16, seeded(step)), target))));
  optimizer.applyGradients(grads);
  losses.push((await value.data())[0]);
}
console.log(JSON.stringify({ first: losses[0], last: losses.at(-1), shape: generator.sample(4, seeded(2)).shape }));
