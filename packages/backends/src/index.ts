export { registerGradients } from './gradients.js';
export { useBackend } from './use.js';
