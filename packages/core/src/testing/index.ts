export { type CloseOptions, expectClose, expectSame } from './close.js';
export { type DiscriminatorContract, type TestedDiscriminator, testDiscriminator } from './contracts/discriminator.js';
export { type EncoderContract, type TestedEncoder, testEncoder } from './contracts/encoder.js';
export { type GeneratorContract, testGenerator } from './contracts/generator.js';
export { type LossContract, testLoss } from './contracts/loss.js';
export { type NetworkContract, testNetwork } from './contracts/network.js';
export { testPosterior } from './contracts/posterior.js';
export { type PriorContract, testPrior } from './contracts/prior.js';
export type { Disposable, Factory, Runner } from './contracts/runner.js';
export { type TrainerCase, type TrainerContract, testTrainer } from './contracts/trainer.js';
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
