/** What the normalisations share: groupNorm.ts, with batch norm, and layerNorm.ts. */
import { groupNormTask } from './groupNorm';
import { layerNormTask } from './layerNorm';
import { NORM } from './families';
import { run } from './threads';

/** The first kernel of layerNorm.ts; those of groupNorm.ts come before. */
const LAYER: i32 = 8;

/** Numbers of x that a task takes: with dy, and y or dx, they stay in the second cache. */
export const CHUNK: i32 = 16384;

// @ts-expect-error: decorator
@inline
export function bytes(count: i32): usize {
  return (count as usize) << 2;
}

/** Performs tasks on `work` numbers. Little work is not worth waking threads: it is done here, cut in the same way. */
export function perform(kernel: i32, tasks: i32, work: i32): void {
  if (work > CHUNK) return run(NORM + kernel, tasks);
  for (let task = 0; task < tasks; task++) normTask(kernel, task);
}

/** y ← the sum of `count` rows of `width` numbers that lie `stride` bytes apart. */
export function sumOf(rows: usize, count: i32, stride: usize, y: usize, width: i32): void {
  memory.fill(y, 0, bytes(width));
  for (let row = 0; row < count; row++, rows += stride) {
    let j: usize = 0;
    for (let left = width; left >= 4; left -= 4, j += 16) v128.store(y + j, f32x4.add(v128.load(y + j), v128.load(rows + j)));
    for (; j < bytes(width); j += 4) store<f32>(y + j, load<f32>(y + j) + load<f32>(rows + j));
  }
}

export function normTask(kernel: i32, task: i32): void {
  if (kernel < LAYER) groupNormTask(kernel, task);
  else layerNormTask(kernel, task);
}
