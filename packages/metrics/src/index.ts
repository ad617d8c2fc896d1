export { accuracy, confidence, correct, topProbability } from './accuracy.js';
export { type ActiveUnits, type ActiveUnitsOptions, activeUnits } from './activeUnits.js';
export { type BitsOptions, bitsPerSymbol } from './bitsPerSymbol.js';
export { type ClassBalance, classBalance, confusionMatrix } from './classes.js';
export { type ElboOptions, type ElboParts, elboParts } from './elboParts.js';
export { type Estimate, evaluate } from './evaluate.js';
export { type IwaeOptions, iwaeBound } from './iwaeBound.js';
export type { LatentVariableModel } from './latentVariableModel.js';
