/** Which function performs a task of which kernel: the one table that every thread looks into. A kernel is its family · 16 + its number there. */
import { attentionTask } from './attention';
import { convolutionTask } from './convolution';
import { depthwiseTask } from './depthwise';
import { elementwiseTask } from './elementwise';
import { extremesTask } from './extremes';
import { lossTask } from './losses';
import { matMulTask } from './matMul';
import { normTask } from './norm';
import { poolingTask } from './pooling';
import { randomTask } from './random';
import { recurrentTask } from './recurrent';
import { reduceTask } from './reduce';
import { resizeTask } from './resize';
import { segmentTask } from './segments';
import { softmaxTask } from './softmax';
import { transposeTask } from './transpose';
import { updateTask } from './update';

export const MATMUL: i32 = 0;
export const ELEMENTWISE: i32 = 16;
export const CONVOLUTION: i32 = 32;
export const DEPTHWISE: i32 = 48;
export const RECURRENT: i32 = 208;
export const ATTENTION: i32 = 224;
export const REDUCE: i32 = 64;
export const SOFTMAX: i32 = 80;
export const SEGMENT: i32 = 144;
export const EXTREMES: i32 = 240;
export const TRANSPOSE: i32 = 256;
export const RANDOM: i32 = 160;
export const LOSS: i32 = 176;
export const NORM: i32 = 96;
export const POOLING: i32 = 112;
export const RESIZE: i32 = 128;
export const UPDATE: i32 = 192;

export function perform(kernel: i32, task: i32): void {
  const number = kernel & 15;
  switch (kernel - number) {
    case MATMUL:
      matMulTask(number, task);
      break;
    case ELEMENTWISE:
      elementwiseTask(number, task);
      break;
    case CONVOLUTION:
      convolutionTask(number, task);
      break;
    case DEPTHWISE:
      depthwiseTask(number, task);
      break;
    case RECURRENT:
      recurrentTask(number, task);
      break;
    case ATTENTION:
      attentionTask(number, task);
      break;
    case REDUCE:
      reduceTask(number, task);
      break;
    case SOFTMAX:
      softmaxTask(number, task);
      break;
    case SEGMENT:
      segmentTask(number, task);
      break;
    case EXTREMES:
      extremesTask(number, task);
      break;
    case TRANSPOSE:
      transposeTask(number, task);
      break;
    case RANDOM:
      randomTask(number, task);
      break;
    case LOSS:
      lossTask(number, task);
      break;
    case NORM:
      normTask(number, task);
      break;
    case POOLING:
      poolingTask(number, task);
      break;
    case RESIZE:
      resizeTask(number, task);
      break;
    case UPDATE:
      updateTask(number, task);
      break;
  }
}
