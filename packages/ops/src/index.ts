export { type AttentionOptions, attention } from './attention.js';
export { type GruOptions, type GruWeights, gru } from './gru.js';
export {
  attentionGradKernel,
  attentionKernel,
  gruGradKernel,
  gruKernel,
  lstmGradKernel,
  lstmKernel,
  maskedAttentionKernel,
  maskedGruKernel,
  maskedLstmKernel,
  sigmoidCrossEntropyGradKernel,
  sigmoidCrossEntropyKernel,
} from './kernelNames.js';
export { type LstmOptions, type LstmState, type LstmWeights, lstm } from './lstm.js';
export { sigmoidCrossEntropyWithLogits } from './sigmoidCrossEntropy.js';
