export { checkChoice, checkNumber, checkRange, checkRank, checkSameShape, type Limits } from './check.js';
export { attachDevice, type Device, deviceInUse, deviceOf } from './device.js';
export { type Complaint, type ErrorCode, type GmError, gmError, isGmError } from './errors.js';
export type {
  AdversarialLoss,
  ApplyOptions,
  BatchSource,
  CategoricalPosterior,
  Discriminator,
  Encoder,
  Evaluates,
  Examples,
  FeatureDiscriminator,
  GaussianPosterior,
  Generator,
  LabelledExamples,
  Layer,
  Likelihood,
  Network,
  Optimizer,
  OptimizerState,
  PartlyLabelled,
  Passage,
  Penalty,
  Posterior,
  Predictive,
  Prior,
  Random,
  Range,
  Recurrent,
  Spec,
  TargetedExamples,
  Trainer,
} from './interfaces.js';
export { type Key, philox } from './philox.js';
export {
  type RandomState,
  randomBitsKernel,
  randomNormalKernel,
  randomUniformKernel,
  restored,
  type SeededRandom,
  seeded,
} from './random.js';
export { checkFits, checkTensor, misfit, rangeRemedy, showRange, showShape, showSpec, sizeOf, spec } from './spec.js';
