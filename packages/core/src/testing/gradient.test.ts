import {
  cast,
  customGrad,
  exp,
  matMul,
  mul,
  neg,
  square,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  variable,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../../test/backend.js';
import {
  draw,
  expectGradient,
  expectNoLeak,
  expectParameterGradients,
  expectSecondGradient,
  numericalGradient,
} from './index.js';

const squares = (x: Float64Array) => x.reduce((total, value) => total + value ** 2, 0);
const products = (x: Float64Array, y: Float64Array) => x.reduce((total, value, at) => total + value * y[at]!, 0);

/** x² with the gradient of −x². */
const wrongSquare = customGrad((x) => ({
  value: square(x as Tensor),
  gradFunc: (dy: Tensor) => mul(dy, mul(-2, x as Tensor)),
}));

it('numericalGradient differentiates a float64 function', () => {
  const gradient = numericalGradient(([x = 0, y = 0]) => x ** 3 * y, [2, 5]);
  expect(gradient[0]).toBeCloseTo(60, 6);
  expect(gradient[1]).toBeCloseTo(8, 6);
});

describe.each(backends)('gradient checks on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('pass a right gradient of several inputs, and leave nothing behind', async () => {
    await expectNoLeak(() =>
      expectGradient({
        f: (a, b) => sum(mul(a, b)),
        reference: (a, b) => products(a, b),
        inputs: [draw([2, 2]), draw([2, 2], { seed: 1 })],
      }),
    );
  });

  it('take the gradient to be zero where a function does not depend on an input', async () => {
    await expectGradient({ f: (a) => sum(square(a)), reference: squares, inputs: [draw([2]), draw([3])] });
  });

  it('leave whole numbers undifferentiated', async () => {
    await expectGradient({
      f: (x, labels) => sum(mul(x, cast(labels, 'float32'))),
      reference: (x, labels) => products(x, labels),
      inputs: [draw([3]), { shape: [3], values: [0, 2, 1], dtype: 'int32' }],
    });
  });

  it('refuse a wrong value, a wrong gradient and a result that is no scalar', async () => {
    const inputs = [{ shape: [2, 1], values: [0.5, 2] }];
    const negated = expectGradient({ f: (x) => neg(sum(square(x))), reference: squares, inputs });
    await expect(negated).rejects.toThrow(
      'expected the value of f within 0.00001, received -4.25 instead of 4.25 at [0], a relative error of 2.00.',
    );
    const backwards = expectGradient({ f: (x) => sum(wrongSquare(x)), reference: squares, inputs });
    await expect(backwards).rejects.toThrow(
      'expected the gradient with respect to input 0 within 0.00001, received -4',
    );
    await expect(backwards).rejects.toThrow('at [1, 0]');
    await expect(expectGradient({ f: (x) => x, reference: squares, inputs })).rejects.toThrow('Sum over its values');
  });

  it('compare a network with a reference that takes its parameters by name', async () => {
    const kernel = variable(tensor2d([1, 2, 3, 4], [2, 2]));
    const bias = variable(tensor1d([1, -1]));
    const network = { parameters: { kernel, bias } };
    const x = tensor2d([[1, 2]]);
    const loss = () => sum(square(matMul(x, kernel)));
    const reference = ({ kernel: k }: Readonly<Record<string, Float64Array>>) =>
      (k![0]! + 2 * k![2]!) ** 2 + (k![1]! + 2 * k![3]!) ** 2;
    await expectNoLeak(() => expectParameterGradients({ network, loss, reference }));
    const mistaken = expectParameterGradients({ network, loss, reference: (p) => reference(p) + p.bias![1]! + 1 });
    await expect(mistaken).rejects.toThrow("the gradient with respect to 'bias'");
    for (const tensor of [kernel, bias, x]) tensor.dispose();
  });

  it('compare second derivatives with differences of the first, across inputs and parameters', async () => {
    const weight = variable(tensor1d([0.5, -2]));
    const f = (x: Tensor) => sum(mul(weight, mul(x, square(x))));
    await expectNoLeak(() => expectSecondGradient({ f, inputs: [draw([3, 2])], parameters: { weight } }));
    weight.dispose();
  });

  it('find the second derivative of a function with a linear gradient, and of a linear one', async () => {
    await expectSecondGradient({ f: (x) => sum(square(x)), inputs: [draw([3])] });
    await expectSecondGradient({ f: (x) => sum(mul(3, x)), inputs: [draw([3])] });
  });

  it('refuse a second derivative that is silently wrong: stock tfjs saves the output of exp', async () => {
    const f = (x: Tensor) => sum(square(exp(x)));
    const check = expectSecondGradient({ f, inputs: [draw([3])] });
    await expect(check).rejects.toThrow('expected the second derivative with respect to input 0 within 0.001');
  });
});
