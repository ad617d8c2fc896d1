export { accuracy, confidence, correct, topProbability } from './accuracy.js';
export { type ActiveUnits, type ActiveUnitsOptions, activeUnits } from './activeUnits.js';
export { type Bits, type BitsOptions, bitsPerSymbol } from './bitsPerSymbol.js';
export { type Calibration, type CalibrationOptions, calibration } from './calibration.js';
export { type ClassBalance, classBalance, confusionMatrix } from './classes.js';
export { gaussianCrps, quantileCrps, sampleCrps } from './crps.js';
export { type DrawnOptions, drawn } from './drawn.js';
export { type ElboOptions, type ElboParts, elboParts } from './elboParts.js';
export { type Estimate, evaluate } from './evaluate.js';
export { type FeatureRows, featuresOf } from './features.js';
export { type FldOptions, fld } from './fld.js';
export { frechetDistance } from './frechet.js';
export { type IwaeOptions, iwaeBound } from './iwaeBound.js';
export type { LatentVariableModel } from './latentVariableModel.js';
export { type Lenet, lenet, lenetParts } from './lenet.js';
export { type LikelihoodBoundOptions, likelihoodBound } from './likelihoodBound.js';
export { type ManifoldMeasures, manifoldMeasures } from './manifold.js';
export {
  checkComparable,
  difference,
  type Measured,
  type Measurement,
  measured,
  type Protocol,
  type ToldProtocol,
} from './measurement.js';
