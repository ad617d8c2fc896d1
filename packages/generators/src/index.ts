export { type CodedGenerator, type CodedGeneratorOptions, codedGenerator } from './codedGenerator.js';
export { type ConvDecoderOptions, convDecoder } from './convDecoder.js';
export { type DcganGeneratorOptions, dcganGenerator } from './dcganGenerator.js';
export { type ChoiceOptions, distributionOf } from './distribution.js';
export { type DecoderGenerator, type FromDecoderOptions, fromDecoder } from './fromDecoder.js';
export { type MlpDecoderOptions, mlpDecoder } from './mlpDecoder.js';
export { type RecurrentDecoderOptions, recurrentDecoder } from './recurrentDecoder.js';
export { type RecurrentGeneratorOptions, recurrentGenerator } from './recurrentGenerator.js';
export { type SampleSymbolsOptions, sampleSymbols } from './sampleSymbols.js';
