export { registerGradients } from './gradients/register.js';
export { useBackend } from './use.js';
