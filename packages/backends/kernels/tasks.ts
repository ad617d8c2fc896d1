/** Which function performs a task of which kernel: the one table that every thread looks into. */
import { unaryTask } from './elementwise';
import { multiplyTask, packTask, stackTask } from './matMul';

export const MATMUL_PACK: i32 = 0;
export const MATMUL_MULTIPLY: i32 = 1;
export const MATMUL_STACK: i32 = 2;
export const UNARY: i32 = 3;

export function perform(kernel: i32, task: i32): void {
  switch (kernel) {
    case MATMUL_PACK: packTask(task); break;
    case MATMUL_MULTIPLY: multiplyTask(task); break;
    case MATMUL_STACK: stackTask(task); break;
    case UNARY: unaryTask(task); break;
  }
}
