import { gmError, type Network, type Spec, showShape, spec } from '@gm/core';
import { cast, div, oneHot, sum, type Tensor, type Tensor1D } from '@tensorflow/tfjs-core';

/** What a condition is: one of so many classes. */
export function classSpec(classes: number): Spec {
  return spec([], [0, classes - 1], 'int32');
}

/** One-hot rows [batch, classes]; NaN where there is no such class: 0 / 0. */
export function classRows(condition: Tensor, classes: number): Tensor {
  const hot = cast(oneHot(condition as Tensor1D, classes), 'float32');
  return div(hot, sum(hot, -1, true));
}

/**
 * The condition that a whole has from its parts.
 *
 * @throws GM_FIT when two parts want different ones
 */
export function conditionOf(parts: readonly Pick<Network, 'condition'>[]): Pick<Network, 'condition'> {
  const wanted = parts.flatMap(({ condition }) => condition ?? []);
  const [first] = wanted;
  if (first === undefined) return {};
  const other = wanted.find(({ range }) => range[1] !== first.range[1]);
  if (other === undefined) return { condition: first };
  throw gmError('GM_FIT', {
    where: 'conditions',
    expected: 'parts for one number of classes',
    received: [first, other].map(({ range }) => Number(range[1]) + 1).join(' and '),
    remedy: 'Make all of them for as many classes as the data have.',
  });
}

/** Passes when what an evaluation was given for a condition is one. @throws GM_LABEL, GM_SHAPE, GM_DTYPE */
export function checkCondition(where: string, x: Tensor, condition: Tensor | undefined): void {
  if (condition === undefined) {
    throw gmError('GM_LABEL', {
      where,
      expected: 'a class for each example, for a conditional network',
      received: 'none',
      remedy: 'Pass { condition: labels } to apply, int32 [batch]; in training, choose data with labels.',
    });
  }
  if (condition.rank !== 1 || condition.shape[0] !== x.shape[0]) {
    throw gmError('GM_SHAPE', {
      where,
      expected: `a condition [${x.shape[0]}], one class for each example`,
      received: showShape(condition.shape),
      remedy: 'Give class numbers, not one-hot rows, of the same examples.',
    });
  }
  if (condition.dtype === 'int32') return;
  throw gmError('GM_DTYPE', {
    where,
    expected: 'a condition of type int32',
    received: condition.dtype,
    remedy: "Cast it with cast(labels, 'int32').",
  });
}
