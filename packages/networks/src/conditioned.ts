import { checkNumber, gmError, type Layer, type Spec, showShape, spec } from '@gm/core';
import { concat, reshape, type Tensor, tile } from '@tensorflow/tfjs-core';
import { classRows, classSpec } from './condition.js';
import { checkFloat } from './input.js';
import { network } from './network.js';

/**
 * Tells what follows it which class is wanted: appends the class as one-hot numbers, to rows at their end and to images as channels that
 * are the same everywhere.
 *
 *   y = [x, 1[c = 0], …, 1[c = classes − 1]],   c = `condition` of the options of `apply`, int32 [batch]
 *
 * Whatever is composed of it needs a condition too. A class outside 0 … classes − 1 gives NaN, which the guard of a trainer reports.
 *
 * @param classes  at least 2
 * @returns a layer [n] → [n + classes], or [height, width, channels] → [height, width, channels + classes]
 * @throws GM_OPTION when there are fewer than 2 classes; GM_FIT when the input is not float32, or neither rows nor images
 * @throws GM_LABEL from `apply` without a condition, GM_SHAPE or GM_DTYPE with one that is not int32 [batch]
 * @see Mirza & Osindero (2014), Conditional Generative Adversarial Nets, section 3.2, arXiv:1411.1784
 * @example sequential(spec([64]), conditioned({ classes: 10 }), dense({ units: 256, random }))
 */
export function conditioned({ classes }: { readonly classes: number }): Layer {
  checkNumber('conditioned', 'classes', classes, { min: 2, integer: true });
  return (input) => {
    checkFloat('conditioned', input);
    const { shape } = input;
    if (shape.length !== 1 && shape.length !== 3) throw neither(shape);
    return network({
      name: 'conditioned',
      input,
      output: spec([...shape.slice(0, -1), shape.at(-1)! + classes], rangeWithOnes(input)),
      condition: classSpec(classes),
      apply: (x, { condition }) => concat([x, spread(condition!, classes, x.shape)], -1),
    });
  };
}

/** That layer where there are classes, and nothing where there are none: for parts that may be conditional. */
export function conditionBy(classes: number | undefined): readonly Layer[] {
  return classes === undefined ? [] : [conditioned({ classes })];
}

/** One-hot rows, or maps of them. */
function spread(condition: Tensor, classes: number, shape: readonly number[]): Tensor {
  const rows = classRows(condition, classes);
  if (shape.length === 2) return rows;
  const [batch = 1, height = 1, width = 1] = shape;
  return tile(reshape(rows, [batch, 1, 1, classes]), [1, height, width, 1]);
}

function rangeWithOnes({ range }: Spec): Spec['range'] {
  return typeof range === 'string' ? 'unbounded' : [Math.min(0, range[0]), Math.max(1, range[1])];
}

function neither(shape: readonly number[]) {
  return gmError('GM_FIT', {
    where: 'conditioned',
    expected: 'rows [n] or images [height, width, channels]',
    received: showShape(shape),
    remedy: 'Put flatten() before it.',
  });
}
