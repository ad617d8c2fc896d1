/** Which function performs a task of which kernel: the one table that every thread looks into. */
import { attentionTask } from './attention';
import { convolutionTask } from './convolution';
import { copyTask } from './copy';
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
import {
  ATTENTION,
  CONVOLUTION,
  COPY,
  DEPTHWISE,
  ELEMENTWISE,
  EXTREMES,
  LOSS,
  MATMUL,
  NORM,
  POOLING,
  RANDOM,
  RECURRENT,
  REDUCE,
  RESIZE,
  SEGMENT,
  SOFTMAX,
  TRANSPOSE,
  UPDATE,
} from './families';

/** @param kernel  its family plus its number in the file of that family */
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
    case REDUCE:
      reduceTask(number, task);
      break;
    case SOFTMAX:
      softmaxTask(number, task);
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
    case SEGMENT:
      segmentTask(number, task);
      break;
    case RANDOM:
      randomTask(number, task);
      break;
    case LOSS:
      lossTask(number, task);
      break;
    case UPDATE:
      updateTask(number, task);
      break;
    case RECURRENT:
      recurrentTask(number, task);
      break;
    case ATTENTION:
      attentionTask(number, task);
      break;
    case EXTREMES:
      extremesTask(number, task);
      break;
    case TRANSPOSE:
      transposeTask(number, task);
      break;
    case COPY:
      copyTask(number, task);
      break;
  }
}
