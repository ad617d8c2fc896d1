/** How the work of groupNorm.ts is cut, where its sums and tables lie, and its arguments. */
import { CHUNK, bytes } from './norm';
import { argument, setArgument } from './threads';

/** The kernels, by number. */
export const SUMS: i32 = 0, COMBINE: i32 = 1, APPLY: i32 = 2;
export const HINTS: i32 = 3, BACK_SUMS: i32 = 4, BACK_COMBINE: i32 = 5, BACK_APPLY: i32 = 6;

/** Rows of a part at most: float sums of more lose digits. */
const MOST_ROWS: i32 = 1024;
/** Columns of a part at most. */
const MOST_COLUMNS: i32 = 512;

export const X: usize = 0, SCALE: usize = 1, OFFSET: usize = 2, EPSILON: usize = 3, Y: usize = 4, MEAN: usize = 5, VARIANCE: usize = 6;
export const DY: usize = 7, D_MEAN: usize = 8, D_VARIANCE: usize = 9, DX: usize = 10, D_SCALE: usize = 11, D_OFFSET: usize = 12;
export const ROWS: usize = 14, CHANNELS: usize = 15, GROUPS: usize = 16;
const EXAMPLES: usize = 13;
/** Rows in a wide row, its width, wide rows of an example, numbers of its rest. */
export const FOLD: usize = 17, WIDE: usize = 18, WIDE_ROWS: usize = 19, REST: usize = 20;
export const PART_ROWS: usize = 21, PARTS: usize = 22, PART_COLUMNS: usize = 23, ACROSS: usize = 24;
/** Sums [examples, parts + 1, 3, wide], tables [examples, 4, wide], gradients of each example [examples, 2, channels]. */
export const TABLES: usize = 26, EACH: usize = 27;
const PARTIAL: usize = 25;
/** Wide rows that a task of 3. takes, and how many tasks that makes of an example. */
export const APPLY_ROWS: usize = 28, APPLY_TASKS: usize = 29;

function foldOf(channels: i32): i32 {
  let fold = channels % 4 == 0 ? 1 : channels % 2 == 0 ? 2 : 4;
  while (fold * channels < 16) fold *= 2;
  return fold;
}

function partRowsOf(wide: i32): i32 {
  return min(max(CHUNK / min(wide, MOST_COLUMNS), 16), MOST_ROWS);
}

/** Bytes that normalizeGroups and normalizeGroupsBack need on the way. */
export function normRoom(examples: i32, rows: i32, channels: i32): usize {
  const fold = foldOf(channels), wide = fold * channels, partRows = partRowsOf(wide);
  const parts = (rows / fold + partRows - 1) / partRows + 1;
  return (examples as usize) * (bytes(wide) * ((parts * 3 + 4) as usize) + bytes(channels) * 2) + 64;
}

/** Sets the arguments that say how the work is cut. */
export function cut(examples: i32, rows: i32, channels: i32, groups: i32, room: usize): void {
  const fold = foldOf(channels), wide = fold * channels, wideRows = rows / fold;
  const partRows = partRowsOf(wide), parts = (wideRows + partRows - 1) / partRows;
  const columns = min(wide, MOST_COLUMNS), applyRows = max(1, CHUNK / wide);
  const allRows = (rows + fold - 1) / fold;
  setArgument(EXAMPLES, examples);
  setArgument(ROWS, rows);
  setArgument(CHANNELS, channels);
  setArgument(GROUPS, groups);
  setArgument(FOLD, fold);
  setArgument(WIDE, wide);
  setArgument(WIDE_ROWS, wideRows);
  setArgument(REST, rows * channels - wideRows * wide);
  setArgument(PART_ROWS, partRows);
  setArgument(PARTS, parts);
  setArgument(PART_COLUMNS, columns);
  setArgument(ACROSS, (wide + columns - 1) / columns);
  setArgument(APPLY_ROWS, applyRows);
  setArgument(APPLY_TASKS, (allRows + applyRows - 1) / applyRows);
  const partial = (room + 15) & ~15, tables = partial + bytes(wide) * (examples as usize) * ((parts * 3 + 3) as usize);
  setArgument(PARTIAL, partial);
  setArgument(TABLES, tables);
  setArgument(EACH, tables + bytes(wide) * (examples as usize) * 4);
}

/** Where the sums of a part of an example are; the rest is part PARTS. */
// @ts-expect-error: decorator
@inline
export function partialAt(example: i32, part: i32): usize {
  return argument(PARTIAL) + bytes(argument(WIDE) as i32) * ((example * ((argument(PARTS) as i32) + 1) + part) as usize) * 3;
}

// @ts-expect-error: decorator
@inline
export function exampleAt(start: usize, example: i32): usize {
  return start + bytes((argument(ROWS) as i32) * (argument(CHANNELS) as i32)) * (example as usize);
}

// @ts-expect-error: decorator
@inline
export function tableAt(example: i32): usize {
  return argument(TABLES) + bytes(argument(WIDE) as i32) * (example as usize) * 4;
}

/** Writes a channel's value to all its places in a wide row. */
export function spread(row: usize, channel: i32, value: f32): void {
  const step = bytes(argument(CHANNELS) as i32), end = row + bytes(argument(WIDE) as i32);
  for (let at = row + bytes(channel); at < end; at += step) store<f32>(at, value);
}

/** How many rows the numbers of a part stand for, in column j. */
// @ts-expect-error: decorator
@inline
export function rowsIn(part: i32, j: i32): f64 {
  const partRows = argument(PART_ROWS) as i32;
  if (part < (argument(PARTS) as i32)) return min(partRows, (argument(WIDE_ROWS) as i32) - part * partRows) as f64;
  return j < (argument(REST) as i32) ? 1 : 0;
}
