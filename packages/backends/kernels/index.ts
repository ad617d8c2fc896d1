/** What the module gives to JavaScript. One line an op family; src/wasm has a file of the same name for each. */

export { attention, attentionGradient, attentionSizes } from './attention';
export { conv2D, conv2DBackpropFilter, conv2DBackpropInput } from './convolution';
export { copyRows } from './copy';
export { depthwise, depthwiseBackpropFilter } from './depthwise';
export { activationGrad, unary } from './elementwise';
export { extremes, extremesAxis } from './extremes';
export { prepare } from './pack';
export { tile2of6, tile4, tile4of6, tile6 } from './tile';
export { normalizeBy, normalizeGroups, normalizeGroupsBack } from './groupNorm';
export { normRoom } from './groupNormLayout';
export { normalizeRows, normalizeRowsBack, normRowsRoom } from './layerNorm';
export {
  gaussianSample,
  gaussianSampleGradient,
  lossGradient,
  lossValues,
  softmaxLoss,
  softmaxLossGradient,
} from './losses';
export { matMul, matMulStack, ownBytes } from './matMul';
export { maxPoolBack, pool } from './pooling';
export { randomNumbers } from './random';
export { gru, gruGradient, lstm, lstmGradient, recurrentSizes } from './recurrent';
export { reduce } from './reduce';
export { resize, resizeBack } from './resize';
export { gather, segmentSum } from './segments';
export { softmax, softmaxGrad } from './softmax';
export { help, setSleepy, setThreads, start, stop } from './threads';
export { transpose, transposeAxis } from './transpose';
export {
  adamUpdate,
  averageUpdate,
  chunks,
  descentUpdate,
  momentumUpdate,
  normOfAll,
  rmspropUpdate,
  scaleAll,
} from './update';
