import '@tensorflow/tfjs-core/dist/register_all_gradients';

/** Registers tfjs-core's gradients. Interim: importing this module is enough. */
export function registerGradients(): void {}
