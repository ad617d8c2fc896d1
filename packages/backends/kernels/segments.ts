/** Rows taken out of a table by number, and rows added up by number. */
import { SEGMENT } from './families';
import { argument, run, setArgument } from './threads';

/** The kernels of this file. */
const GATHER: i32 = 0, SCATTER: i32 = 1;

const X: usize = 0, IDS: usize = 1, Y: usize = 2, ROWS: usize = 3, COUNT: usize = 4, WIDTH: usize = 5, OUTER: usize = 6;
const SEGMENTS: usize = 7, STRIP: usize = 8, RANGE: usize = 9, GROUP: usize = 10;

/** Numbers that one task moves: about 10 µs. */
const CHUNK: i32 = 32768;
/** Into how many tasks sums are cut, and columns of one that is cut by columns. */
const PARTS: i32 = 4, NARROWEST: i32 = 16;

/**
 * y[batch, outer, count, width]: the rows of x[batch, outer, rows, width] whose numbers are ids[batch, count]; all of four bytes.
 * No number is out of range.
 */
export function gather(x: usize, ids: usize, y: usize, batch: i32, outer: i32, rows: i32, count: i32, width: i32): void {
  const all = batch * outer * count, group = max(1, min(all, CHUNK / max(1, width)));
  setArgument(X, x);
  setArgument(IDS, ids);
  setArgument(Y, y);
  setArgument(OUTER, outer);
  setArgument(ROWS, rows);
  setArgument(COUNT, count);
  setArgument(WIDTH, width);
  setArgument(SEGMENTS, all);
  setArgument(GROUP, group);
  run(SEGMENT + GATHER, (all + group - 1) / group);
}

/** y[segments, width]: the sums of the rows of x[count, width] that have the same number in ids[count]; other numbers are left out. */
export function segmentSum(x: usize, ids: usize, y: usize, count: i32, width: i32, segments: i32): void {
  const large = (count + segments) * width >= CHUNK;
  // Whichever way it is cut, each sum is made by one task, row after row.
  const across = large ? max(1, min(PARTS, width / NARROWEST)) : 1, down = large ? PARTS / across : 1;
  const strip = (width + across - 1) / across, range = (segments + down - 1) / down;
  setArgument(X, x);
  setArgument(IDS, ids);
  setArgument(Y, y);
  setArgument(COUNT, count);
  setArgument(WIDTH, width);
  setArgument(SEGMENTS, segments);
  setArgument(STRIP, strip);
  setArgument(RANGE, range);
  run(SEGMENT + SCATTER, ((width + strip - 1) / strip) * ((segments + range - 1) / range));
}

export function segmentTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case GATHER: gatherTask(task); break;
    case SCATTER: sumTask(task); break;
  }
}

function gatherTask(task: i32): void {
  const group = argument(GROUP) as i32, count = argument(COUNT) as i32, outer = argument(OUTER) as i32;
  const bytes = argument(WIDTH) << 2, table = (argument(ROWS) as usize) * bytes, ids = argument(IDS);
  const start = task * group, end = min(start + group, argument(SEGMENTS) as i32);
  let slice = start / count, place = start - slice * count;
  let y = argument(Y) + (start as usize) * bytes;
  for (let row = start; row < end; row++, y += bytes) {
    const id = load<i32>(ids + (((slice / outer) * count + place) << 2));
    copy(argument(X) + (slice as usize) * table + (id as usize) * bytes, y, bytes);
    if (++place == count) {
      place = 0;
      slice++;
    }
  }
}

// @ts-expect-error: decorator
@inline
function copy(from: usize, to: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    v128.store(to + at, v128.load(from + at));
    v128.store(to + at, v128.load(from + at, 16), 16);
  }
  for (; at < bytes; at += 4) store<u32>(to + at, load<u32>(from + at));
}

function sumTask(task: i32): void {
  const width = argument(WIDTH) as i32, strip = argument(STRIP) as i32, range = argument(RANGE) as i32;
  const across = (width + strip - 1) / strip, down = task / across;
  const column = (task - down * across) * strip, bytes = (min(strip, width - column) as usize) << 2;
  const first = down * range, end = min(first + range, argument(SEGMENTS) as i32);
  const skip = (column as usize) << 2, stride = (width as usize) << 2;
  const y = argument(Y) + skip, ids = argument(IDS), count = argument(COUNT) as i32;
  for (let segment = first; segment < end; segment++) clear(y + (segment as usize) * stride, bytes);
  let x = argument(X) + skip;
  for (let row = 0; row < count; row++, x += stride) {
    const id = load<i32>(ids + ((row as usize) << 2));
    if (id >= first && id < end) addTo(y + (id as usize) * stride, x, bytes);
  }
}

// @ts-expect-error: decorator
@inline
function clear(y: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(y + at, i32x4.splat(0));
  for (; at < bytes; at += 4) store<u32>(y + at, 0);
}

// @ts-expect-error: decorator
@inline
function addTo(y: usize, x: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(y + at, f32x4.add(v128.load(y + at), v128.load(x + at)));
  for (; at < bytes; at += 4) store<f32>(y + at, load<f32>(y + at) + load<f32>(x + at));
}
