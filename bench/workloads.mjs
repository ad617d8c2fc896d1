/**
 * The training steps that are measured, and the arithmetic that none of their implementations can leave out: the matrix products of
 * forward and backward pass, a product and a sum counted as two operations.
 */
const product = (rows, inner, columns) => 2 * rows * inner * columns;
const total = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

function vae() {
  const layers = [product(128, 784, 400), product(128, 400, 40), product(128, 20, 400), product(128, 400, 784)];
  // Forward, and backward for weights and inputs; nobody asks for the gradient of the images.
  return 3 * total(layers) - layers[0];
}

/** Generated images are made once, and the discriminator's weights have no gradient in the generator's turn. */
function dcgan() {
  const start = product(64, 100, 6272);
  const inner = product(64 * 49, 128 * 16, 64); // between 7 × 7 × 128 and 14 × 14 × 64, either way
  const outer = product(64 * 196, 64 * 16, 1); // between 14 × 14 × 64 and 28 × 28 × 1
  const last = product(64, 6272, 1);
  const discriminatorTurn = 2 * (2 * outer + 3 * inner + 3 * last); // for real images and for generated ones
  const generatorTurn = 2 * start + 3 * (inner + outer) + 2 * (inner + outer + last);
  return discriminatorTurn + generatorTurn;
}

function lstm() {
  const moment = total([product(64, 64, 1024), product(64, 256, 1024), product(64, 256, 64)]);
  return 3 * 64 * moment;
}

const EPOCH_STEPS = Math.floor(60_000 / 128);

/** `must` and `aim`: how many times the milliseconds of PyTorch's best setting two threads of ours may take. */
export const workloads = {
  vae: { title: 'VAE 784-400-20, batch 128', flop: vae(), must: 2, aim: 1, mustBeatStock: 10 },
  dcgan: { title: 'DCGAN 28 × 28, 64 and 128 channels, batch 64', flop: dcgan(), must: 2, aim: 1.2 },
  lstm: { title: 'LSTM, 64 tokens, 256 units, 64 moments, batch 64', flop: lstm(), must: 2.5, aim: 1.2 },
  epoch: {
    title: 'one epoch of the VAE on MNIST with data loading, shuffle and metrics',
    flop: EPOCH_STEPS * vae(),
    must: 2,
    aim: 1.1,
    steps: 1,
  },
};

/** What the bound is taken from: 1024 × 1024 matrices. */
export const rate = { title: 'matrix product 1024³', flop: product(1024, 1024, 1024) };
