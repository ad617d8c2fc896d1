/** What the module gives to JavaScript. One line an op family; src/wasm has a file of the same name for each. */
export { help, setThreads, start, stop } from './threads';
export { prepare, tile2of6, tile4, tile4of6, tile6 } from './gemm';
export { matMul, matMulStack, ownBytes } from './matMul';
export { unary } from './elementwise';
export { conv2D, conv2DBackpropFilter, conv2DBackpropInput } from './convolution';
export { depthwise, depthwiseBackpropFilter } from './depthwise';
export { normalizeBy, normalizeGroups, normalizeGroupsBack, normRoom } from './groupNorm';
export { normalizeRows, normalizeRowsBack, normRowsRoom } from './layerNorm';
export { maxPoolBack, pool } from './pooling';
export { resize, resizeBack } from './resize';
