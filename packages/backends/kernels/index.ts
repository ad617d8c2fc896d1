/** What the module gives to JavaScript. One line an op family; src/wasm has a file of the same name for each. */
export { help, setThreads, start, stop } from './threads';
export { prepare, tile2of6, tile4, tile4of6, tile6 } from './gemm';
export { matMul, matMulStack, ownBytes } from './matMul';
export { conv2D, conv2DBackpropFilter, conv2DBackpropInput } from './convolution';
export { depthwise, depthwiseBackpropFilter } from './depthwise';
export { gru, gruGradient, lstm, lstmGradient, recurrentSizes } from './recurrent';
export { attention, attentionGradient, attentionSizes } from './attention';
export { activationGrad, unary } from './elementwise';
export { reduce } from './reduce';
export { softmax, softmaxGrad } from './softmax';
export { gather, segmentSum } from './segments';
export { transpose, transposeAxis } from './transpose';
export { extremes, extremesAxis } from './extremes';
export { randomNumbers } from './random';
export { gaussianSample, gaussianSampleGradient, lossGradient, lossValues, softmaxLoss, softmaxLossGradient } from './losses';
export { adamUpdate, averageUpdate, chunks, descentUpdate, momentumUpdate, normOfAll, rmspropUpdate, scaleAll } from './update';
