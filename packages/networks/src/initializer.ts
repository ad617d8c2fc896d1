import { gmError, type Random, showShape } from '@gm/core';
import { fill, mul, sub, type Tensor, tidy, type Variable, variable } from '@tensorflow/tfjs-core';

/** What an initialiser may look at. */
export interface InitializerContext {
  /** How many inputs one output is a sum of. */
  readonly fanIn: number;
  /** How many outputs one input goes into. */
  readonly fanOut: number;
  readonly random: Random;
}

/** First values of a parameter, float32 of that shape. */
export type Initializer = (shape: readonly number[], context: InitializerContext) => Tensor;

/**
 * Uniform, with a variance that keeps signals and gradients in scale.
 *
 *   U[−l, l), l = √(6 / (fanIn + fanOut))
 *
 * @throws GM_RANDOM without a stream to draw from
 * @see Glorot & Bengio (2010), Understanding the difficulty of training deep feedforward neural networks, equation 16
 * @example dense({ units: 10, random, kernel: glorotUniform })
 */
export const glorotUniform: Initializer = (shape, { fanIn, fanOut, random }) => {
  checkRandom('glorotUniform', random);
  const limit = Math.sqrt(6 / (fanIn + fanOut));
  return tidy(() => sub(mul(random.uniform(shape), 2 * limit), limit));
};

/**
 * Normal, for layers before a rectifier.
 *
 *   N(0, 2 / fanIn)
 *
 * @throws GM_RANDOM without a stream to draw from
 * @see He, Zhang, Ren & Sun (2015), Delving deep into rectifiers, arXiv:1502.01852
 * @example conv2d({ filters: 32, kernelSize: 3, random, kernel: heNormal })
 */
export const heNormal: Initializer = (shape, context) => normalInit(Math.sqrt(2 / context.fanIn))(shape, context);

/**
 * Normal with one standard deviation for all, as DCGAN has it with 0.02.
 *
 *   N(0, std²)
 *
 * @throws GM_RANDOM without a stream to draw from
 * @see Radford, Metz & Chintala (2016), Unsupervised representation learning with DCGAN, section 4, arXiv:1511.06434
 * @example conv2d({ filters: 64, kernelSize: 4, strides: 2, random, kernel: normalInit(0.02) })
 */
export function normalInit(std: number): Initializer {
  return (shape, { random }) => {
    checkRandom('normalInit', random);
    return tidy(() => mul(random.normal(shape), std));
  };
}

/**
 * All zero: biases, and last layers that shall start out silent.
 *
 * @example dense({ units: 1, random, kernel: zeros })
 */
export const zeros: Initializer = (shape) => fill([...shape], 0);

/**
 * All one: scales.
 *
 * @example ones([8], { fanIn: 8, fanOut: 8, random })
 */
export const ones: Initializer = (shape) => fill([...shape], 1);

/** A variable with those first values. @throws GM_SHAPE when a foreign initialiser gives another shape */
export function parameter(shape: readonly number[], initializer: Initializer, context: InitializerContext): Variable {
  return tidy(() => {
    const value = initializer(shape, context);
    if (showShape(value.shape) === showShape(shape)) return variable(value);
    throw gmError('GM_SHAPE', {
      where: 'initializer',
      expected: `a tensor of shape ${showShape(shape)}`,
      received: showShape(value.shape),
      remedy: 'Give a tensor of the shape that is asked for.',
    });
  });
}

/** A variable with the same number everywhere. */
export function constant(shape: readonly number[], value: number, trainable = true): Variable {
  return tidy(() => variable(fill([...shape], value), trainable));
}

function checkRandom(where: string, random: Random | undefined): void {
  if (random) return;
  throw gmError('GM_RANDOM', {
    where,
    expected: 'a stream to draw first weights from',
    received: 'none',
    remedy: 'Pass { random: seeded(1) } to the layer.',
  });
}
