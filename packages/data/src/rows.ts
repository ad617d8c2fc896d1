import { gmError } from '@gm/core';

/** `values` at those places. */
export function gather(values: ArrayLike<number>, indices: ArrayLike<number>): Int32Array {
  const gathered = new Int32Array(indices.length);
  for (let index = 0; index < indices.length; index++) gathered[index] = values[indices[index]!]!;
  return gathered;
}

/** Passes when there is anything. */
export function checkCount(where: string, count: number): void {
  if (count >= 1) return;
  throw gmError('GM_SHAPE', {
    where,
    expected: 'at least one example',
    received: 'none',
    remedy: 'Give the set at least one example.',
  });
}

/** Passes when every index is that of an example, and gives them back. */
export function checkIndices<Indices extends ArrayLike<number>>(indices: Indices, count: number): Indices {
  for (let place = 0; place < indices.length; place++) {
    const index = indices[place]!;
    if (Number.isInteger(index) && index >= 0 && index < count) continue;
    throw gmError('GM_RANGE', {
      where: 'dataset',
      expected: `indices of examples, 0 … ${count - 1}`,
      received: `${index} at place ${place}`,
      remedy: `Ask for whole numbers below the count, which is ${count}.`,
    });
  }
  return indices;
}

/** Passes when every example has a label below `classes`, and gives the labels and their number of classes. */
export function checkLabels(where: string, given: ArrayLike<number>, count: number, classes = largest(given) + 1) {
  if (given.length !== count) {
    throw gmError('GM_LABEL', {
      where,
      expected: `${count} labels, one for each example`,
      received: `${given.length}`,
      remedy: 'Give the labels of the same examples.',
    });
  }
  const wrong = Array.prototype.findIndex.call(
    given,
    (label: number) => !(Number.isInteger(label) && label >= 0 && label < classes),
  );
  if (wrong >= 0) {
    throw gmError('GM_LABEL', {
      where,
      expected: `labels 0 … ${classes - 1}`,
      received: `${given[wrong]} for example ${wrong}`,
      remedy: 'Set classes to the number of classes, or mend the labels.',
    });
  }
  return { labels: Int32Array.from(given), classes };
}

function largest(values: ArrayLike<number>): number {
  let found = 0;
  for (let index = 0; index < values.length; index++) found = Math.max(found, values[index]!);
  return found;
}
