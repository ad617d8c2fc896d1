export { type Batches, type BatchesOptions, batches, type EpochOptions, epochOf } from './batches.js';
export {
  type ArrayDatasetOptions,
  arrayDataset,
  type Dataset,
  type ImageDatasetOptions,
  type Images,
  imageDataset,
} from './dataset.js';
export {
  type IdxArray,
  type IdxDatasetOptions,
  type IdxLabelOptions,
  type IdxOptions,
  type IdxTypes,
  idxDataset,
  idxImages,
  idxLabels,
  readIdx,
} from './idx.js';
export { split, subset, take } from './subset.js';
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
