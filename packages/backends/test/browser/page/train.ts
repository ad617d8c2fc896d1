import { seeded } from '@gm/core';
import {
  conv2d,
  losses,
  matMul,
  maxPool,
  oneHot,
  relu,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
  train,
  type Variable,
  variable,
} from '@tensorflow/tfjs-core';

/** Numbers in [−scale, scale] that are the same everywhere: the sine of WebGPU is not, of large numbers. */
function waves(shape: number[], frequency: number, scale = 1): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: count }, (_, place) => scale * Math.sin(frequency * place)),
    shape,
  );
}

export interface Trained {
  /** At each step. */
  readonly losses: number[];
  /** Of the first layer, when it is trained. */
  readonly weights: number[];
  /** What the last layer makes of normal noise. */
  readonly drawn: number[];
}

/** Trains a small convolutional network on so many fixed images by some steps of Adam, in plain tfjs, and draws with it. */
export async function trainConvolutions(steps: number, count = 32): Promise<Trained> {
  const [images, labels] = tidy(() => [
    waves([count, 16, 16, 3], 1.7) as Tensor4D,
    oneHot(
      tensor1d(
        Array.from({ length: count }, (_, index) => index % 4),
        'int32',
      ),
      4,
    ) as Tensor2D,
  ]);
  const [first, second, dense] = tidy(() => [
    variable(waves([3, 3, 3, 16], 2.3, 0.3)),
    variable(waves([3, 3, 16, 32], 3.1, 0.15)),
    variable(waves([512, 4], 0.9, 0.1)),
  ]) as [Variable, Variable, Variable];
  const loss = () => {
    const small = maxPool(relu(conv2d(images, first as unknown as Tensor4D, 1, 'same')), 2, 2, 'valid');
    const smaller = relu(conv2d(small as Tensor4D, second as unknown as Tensor4D, 2, 'same')); // [count, 4, 4, 32]
    return losses.softmaxCrossEntropy(labels, matMul(reshape(smaller, [count, 512]), dense)) as Scalar;
  };
  const optimizer = train.adam(0.01);
  const values: number[] = [];
  for (let step = 0; step < steps; step++) {
    const value = optimizer.minimize(loss, true) as Scalar;
    values.push((await value.data())[0]!);
    value.dispose();
  }
  const drawn = tidy(() => matMul(seeded(3).normal([8, 512]) as Tensor2D, dense as unknown as Tensor2D)); // [8, 4]
  const trained = { losses: values, weights: await numbersOf(first), drawn: await numbersOf(drawn) };
  for (const tensor of [images, labels, first, second, dense, drawn]) tensor.dispose();
  optimizer.dispose();
  return trained;
}

const numbersOf = async (tensor: Tensor) => Array.from(await tensor.data());
