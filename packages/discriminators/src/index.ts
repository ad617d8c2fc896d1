export { type ConvClassifierOptions, convClassifier } from './convClassifier.js';
export { type DcganDiscriminatorOptions, dcganDiscriminator } from './dcganDiscriminator.js';
export { type DiscriminatorOptions, discriminator, type FeatureNetwork } from './discriminator.js';
export { features } from './features.js';
export type { BatchOptions } from './inBatches.js';
export { type MlpClassifierOptions, mlpClassifier } from './mlpClassifier.js';
export { type MlpDiscriminatorOptions, mlpDiscriminator } from './mlpDiscriminator.js';
export { type Prediction, predict } from './predict.js';
export { type WithHeadOptions, withHead } from './withHead.js';
