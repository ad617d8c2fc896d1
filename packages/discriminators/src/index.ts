export {
  type ConvClassifierOptions,
  convClassifier,
  type DcganDiscriminatorOptions,
  dcganDiscriminator,
} from './convolutional.js';
export { discriminator, type FeatureNetwork } from './discriminator.js';
export { type MlpClassifierOptions, type MlpDiscriminatorOptions, mlpClassifier, mlpDiscriminator } from './mlp.js';
export { type ChunkOptions, features, type Prediction, predict } from './predict.js';
export { withHead } from './withHead.js';
