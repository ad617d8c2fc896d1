export { type Batches, type BatchesOptions, batches, type EpochOptions, epochOf } from './batches.js';
export {
  type ArrayDatasetOptions,
  arrayDataset,
  type Dataset,
  type ImageDatasetOptions,
  type Images,
  imageDataset,
} from './dataset.js';
export { type IdxArray, type IdxOptions, type IdxTypes, readIdx } from './idx.js';
export {
  type IdxDatasetOptions,
  type IdxLabelOptions,
  idxDataset,
  idxImages,
  idxLabels,
} from './idxDataset.js';
export { balanced, type SemiSupervisedOptions, semiSupervised } from './semiSupervised.js';
export { type SequenceDatasetOptions, sequenceDataset } from './sequenceDataset.js';
export { type ShiftedOptions, shifted } from './shifted.js';
export { split, subset, take } from './subset.js';
export { type Alphabet, alphabetOf, type PassagesOptions, passages } from './text.js';
export { type GridOptions, grid, type RingOptions, ring } from './toys/gaussians.js';
export type { ToyOptions } from './toys/points.js';
export {
  checkerboard,
  moons,
  type NoisyToyOptions,
  type PinwheelOptions,
  pinwheel,
  spirals,
  swissRoll,
} from './toys/shapes.js';
export { type ToyName, toy, toyNames } from './toys/toy.js';
export { binarize, type Transform } from './transform.js';
export { type Standardized, standardized, type WindowsOptions, windows } from './windows.js';
