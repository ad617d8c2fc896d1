import {
  All,
  Any,
  Equal,
  type GradConfig,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  LogicalAnd,
  LogicalNot,
  LogicalOr,
  LogicalXor,
  NotEqual,
  zeros,
} from '@tensorflow/tfjs-core';
import { fromInputs } from './rule.js';

const PAIRS = [Equal, Greater, GreaterEqual, Less, LessEqual, LogicalAnd, LogicalOr, LogicalXor, NotEqual];
const SINGLES = [All, Any, LogicalNot];

/** Comparisons and logic are flat wherever they are smooth: zero, of the shape of each operand. tfjs throws instead. */
export const comparisonGradients: readonly GradConfig[] = [
  ...PAIRS.map((kernel) =>
    fromInputs(kernel, ['a', 'b'], (_, [a, b]) => ({ a: () => zeros(a.shape), b: () => zeros(b.shape) })),
  ),
  ...SINGLES.map((kernel) => fromInputs(kernel, ['x'], (_, [x]) => ({ x: () => zeros(x.shape) }))),
];
