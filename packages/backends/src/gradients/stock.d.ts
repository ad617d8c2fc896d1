/** The gradients of tfjs-core, bundled by bundleGradients.ts. */
declare module 'tfjs-core-gradients' {
  import type { GradConfig } from '@tensorflow/tfjs-core';
  export const stockGradients: readonly GradConfig[];
}
