export { type CloseOptions, expectClose, expectSame } from './close.js';
export { expectError } from './error.js';
export {
  expectGradient,
  expectParameterGradients,
  type GradientOptions,
  numericalGradient,
  type ParameterGradientOptions,
} from './gradient.js';
export { type DrawOptions, draw, drawExamples, type Input, tensorOf } from './input.js';
export { expectNoLeak } from './leak.js';
export { expectSecondGradient, type SecondGradientOptions } from './secondGradient.js';
export type { Values } from './values.js';
