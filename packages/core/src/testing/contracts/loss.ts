import { mul, sum, type Tensor } from '@tensorflow/tfjs-core';
import { sizeOf } from '../../spec.js';
import { expectClose } from '../close.js';
import { expectGradient } from '../gradient.js';
import { draw, type Input, pointOf, tensorOf } from '../input.js';
import { expectNoLeak } from '../leak.js';
import { expectSecondGradient } from '../secondGradient.js';
import { checkFinite, checkShape, evaluate, freeing, type Runner, take } from './runner.js';

export interface LossContract {
  /** Tensors to call it with; the first axis of each is the batch. Give a batch of two or more. */
  readonly inputs: readonly Input[];
  /** The same loss in plain float64 JavaScript: flat arrays of one example each in, one number out. */
  readonly reference: (...example: Float64Array[]) => number;
  /** Of values and gradients, relative in the maximum norm. Default 1e-5. */
  readonly tolerance?: number;
  /** Also compare second derivatives with differences of the first. Default true. */
  readonly second?: boolean;
}

const where = 'testLoss';

/**
 * What every loss promises: one finite value for each example that depends on that example alone, the value and the gradient
 * of a float64 reference, right second derivatives, and no leaks.
 *
 * @param runner  `{ describe, it }` of any test runner
 * @param loss    a pure function of tensors with a result of shape [batch]
 * @example
 * testLoss({ describe, it }, 'squaredError', squaredError, {
 *   inputs: [draw([3, 4]), draw([3, 4], { seed: 1 })],
 *   reference: (x, y) => x.reduce((total, value, index) => total + (value - y[index]) ** 2, 0),
 * });
 */
export function testLoss(
  { describe, it }: Runner,
  name: string,
  loss: (...inputs: Tensor[]) => Tensor,
  { inputs, reference, tolerance = 1e-5, second = true }: LossContract,
): void {
  const batch = inputs[0]!.shape[0]!;
  const sizes = inputs.map(({ shape }) => sizeOf(shape.slice(1)));
  const exampleOf = (points: readonly Float64Array[], row: number) =>
    points.map((point, index) => point.slice(row * sizes[index]!, (row + 1) * sizes[index]!));
  const referenceOf = (points: readonly Float64Array[]) =>
    Array.from({ length: batch }, (_, row) => reference(...exampleOf(points, row)));
  // Each example has a weight of its own, so that a gradient that lands on the wrong row shows.
  const weights = draw([batch], { seed: 'weights', range: [0.5, 1.5] });
  const weighted = (...xs: Tensor[]) => sum(mul(loss(...xs), tensorOf(weights)));

  describe(`${name} as a loss`, () => {
    it('gives one finite value for each example: that of the reference', () => {
      const tensors = inputs.map(tensorOf);
      return freeing(tensors, async () => {
        const values = loss(...tensors);
        checkShape(where, 'values', values, [batch]);
        const numbers = await take(values);
        checkFinite(where, 'values', numbers);
        await expectClose(numbers, referenceOf(inputs.map(pointOf)), tolerance);
      });
    });

    it('looks at each example alone', async () => {
      const first = inputs.map(({ shape, values, ...input }, index) => {
        return { ...input, shape: [1, ...shape.slice(1)], values: Array.from(values).slice(0, sizes[index]) };
      });
      const alone = await evaluate(() => loss(...first.map(tensorOf)));
      const together = await evaluate(() => loss(...inputs.map(tensorOf)));
      await expectClose(alone, together.slice(0, 1), tolerance, { what: 'the first example alone' });
    });

    it('has the gradient of the reference', () =>
      expectGradient({
        f: weighted,
        reference: (...points) =>
          referenceOf(points).reduce((total, value, row) => total + value * Math.fround(weights.values[row]!), 0),
        inputs,
        tolerance,
      }));

    if (second) {
      it('has second derivatives that agree with differences of the first', () =>
        expectSecondGradient({ f: weighted, inputs }));
    }

    it('leaves no tensor behind', () => {
      const tensors = inputs.map(tensorOf);
      return freeing(tensors, () => expectNoLeak(() => loss(...tensors)));
    });
  });
}
