/** Parts written by hand, as a stranger would: plain literals on tfjs-core that import nothing of gm at run time but errors and checks. */
import {
  add,
  exp,
  matMul,
  mean,
  mul,
  neg,
  type Scalar,
  sigmoid,
  square,
  squaredDifference,
  sub,
  sum,
  type Tensor,
  tidy,
  variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  checkTensor,
  type Encoder,
  type FeatureDiscriminator,
  type GaussianPosterior,
  type Network,
  type Prior,
  type Random,
  type SeededRandom,
  spec,
  type Trainer,
} from '../src/index.js';

/** y = σ(x W + b) */
export function dense(random: SeededRandom, inputs = 4, units = 3): Network {
  const [input, output] = [spec([inputs]), spec([units], [0, 1])];
  const kernel = tidy(() => variable(random.normal([inputs, units])));
  const bias = tidy(() => variable(zeros([units])));
  return {
    input,
    output,
    parameters: { kernel, bias },
    apply(x) {
      checkTensor('dense', 'x', x, input);
      return tidy(() => sigmoid(add(matMul(x as never, kernel as never), bias)));
    },
    dispose() {
      kernel.dispose();
      bias.dispose();
    },
  };
}

const LOG_2_PI = Math.log(2 * Math.PI);

export function gaussian(mean: Tensor, logVariance: Tensor): GaussianPosterior {
  return {
    mean,
    logVariance,
    sample: (random: Random) => tidy(() => add(mean, mul(exp(mul(0.5, logVariance)), random.normal(mean.shape)))),
    logProb: (z) =>
      tidy(() => {
        const excess = mul(squaredDifference(z, mean), exp(neg(logVariance)));
        return mul(-0.5, sum(add(add(excess, logVariance), LOG_2_PI), -1));
      }),
  };
}

/** N(0, I) in two dimensions. */
export function normalPrior(): Prior {
  return {
    shape: [2],
    sample: (count, random) => random.normal([count, 2]),
    logProb: (z) => tidy(() => mul(-0.5, sum(add(square(z), LOG_2_PI), -1))),
    divergenceFrom: ({ mean, logVariance }: GaussianPosterior) =>
      tidy(() => mul(0.5, sub(add(square(mean), exp(logVariance)), add(1, logVariance)))),
  };
}

/** The mean is learned, the variance is fixed. */
export function encoder(random: SeededRandom): Encoder<GaussianPosterior> & Network {
  const network = dense(random, 4, 2);
  return {
    ...network,
    encode: (x) => {
      const mean = network.apply(x);
      return gaussian(
        mean,
        tidy(() => sub(zeros(mean.shape), 1)),
      );
    },
  };
}

export function discriminator(random: SeededRandom): FeatureDiscriminator & Network {
  const body = dense(random, 4, 3);
  const logitsOf = (features: Tensor) => tidy(() => sum(square(features), -1));
  return { ...body, features: body.apply, logitsOf, logits: (x) => tidy(() => logitsOf(body.apply(x))) };
}

export interface Pair {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Gradient descent on the squared error. */
export function regression(network: Network, rate = 1): Trainer<Pair, { loss: Tensor }> {
  return {
    step: ({ x, y }) =>
      tidy(() => {
        const error = () => mean(squaredDifference(network.apply(x), y)) as Scalar;
        const { value, grads } = variableGrads(error, Object.values(network.parameters));
        for (const one of Object.values(network.parameters)) one.assign(sub(one, mul(rate, grads[one.name]!)));
        return { loss: value };
      }),
    dispose() {},
  };
}
