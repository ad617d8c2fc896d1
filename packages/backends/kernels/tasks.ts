/** Which function performs a task of which kernel: the one table that every thread looks into. A kernel is its family · 16 + its number there. */
import { convolutionTask } from './convolution';
import { depthwiseTask } from './depthwise';
import { elementwiseTask } from './elementwise';
import { matMulTask } from './matMul';
import { normTask } from './norm';
import { poolingTask } from './pooling';
import { resizeTask } from './resize';

export const MATMUL: i32 = 0;
export const ELEMENTWISE: i32 = 16;
export const CONVOLUTION: i32 = 32;
export const DEPTHWISE: i32 = 48;
export const NORM: i32 = 96;
export const POOLING: i32 = 112;
export const RESIZE: i32 = 128;

export function perform(kernel: i32, task: i32): void {
  const number = kernel & 15;
  switch (kernel - number) {
    case MATMUL: matMulTask(number, task); break;
    case ELEMENTWISE: elementwiseTask(number, task); break;
    case CONVOLUTION: convolutionTask(number, task); break;
    case DEPTHWISE: depthwiseTask(number, task); break;
    case NORM: normTask(number, task); break;
    case POOLING: poolingTask(number, task); break;
    case RESIZE: resizeTask(number, task); break;
  }
}
