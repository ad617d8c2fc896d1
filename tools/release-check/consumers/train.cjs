const { useBackend } = require('@gm/backends');
const { seeded, spec } = require('@gm/core');
const { fromDecoder, mlpDecoder } = require('@gm/generators');
const { standardNormal } = require('@gm/latent');
const { mean, square, sub, tensor, train, variableGrads } = require('@tensorflow/tfjs-core');

async function main() {
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
}

main();
