/** Rows of bytes from one place to another: what slices, joins, splits and frames of zeros are made of. */
import { COPY } from './families';
import { argument, run, setArgument } from './threads';

/** Bytes that one task moves. */
const CHUNK: i32 = 65536;

const FROM: usize = 0, FROM_STRIDE: usize = 1, TO: usize = 2, TO_STRIDE: usize = 3, BYTES: usize = 4, ROWS: usize = 5;

/** Copies `rows` rows of `bytes` bytes; the strides, in bytes, lead from row to row. Source and target do not overlap. */
export function copyRows(from: usize, fromStride: usize, to: usize, toStride: usize, bytes: i32, rows: i32): void {
  if (bytes == 0) return;
  setArgument(FROM, from);
  setArgument(FROM_STRIDE, fromStride);
  setArgument(TO, to);
  setArgument(TO_STRIDE, toStride);
  setArgument(BYTES, bytes);
  setArgument(ROWS, rows);
  const each = rowsOf(bytes);
  run(COPY, (rows + each - 1) / each);
}

/** Rows of a task. */
function rowsOf(bytes: i32): i32 {
  return max(1, CHUNK / bytes);
}

export function copyTask(kernel: i32, task: i32): void {
  const bytes = argument(BYTES) as i32, each = rowsOf(bytes), row = task * each;
  const fromStride = argument(FROM_STRIDE), toStride = argument(TO_STRIDE);
  let from = argument(FROM) + (row as usize) * fromStride;
  let to = argument(TO) + (row as usize) * toStride;
  for (let left = min(each, (argument(ROWS) as i32) - row); left > 0; left--, from += fromStride, to += toStride) {
    if (bytes >= 256) memory.copy(to, from, bytes);
    else copyFew(from, to, bytes);
  }
}

/** For few bytes a loop takes less than calling the engine's copy. */
// @ts-expect-error: decorator
@inline
function copyFew(from: usize, to: usize, bytes: i32): void {
  for (; bytes >= 16; bytes -= 16, from += 16, to += 16) v128.store(to, v128.load(from));
  for (; bytes >= 4; bytes -= 4, from += 4, to += 4) store<u32>(to, load<u32>(from));
  for (; bytes > 0; bytes--, from++, to++) store<u8>(to, load<u8>(from));
}
