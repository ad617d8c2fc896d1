/** The larger and the smaller of two numbers, NaN where one is; operands may be repeated along axes. */
import { EXTREMES } from './families';
import { argument, run, setArgument } from './threads';

/** Functions by number, as src/wasm/extremes.ts names them. */
const MAXIMUM: i32 = 0;

const A: usize = 0, B: usize = 1, Y: usize = 2, ROWS: usize = 3, WIDTH: usize = 4, A_MOVES: usize = 5, B_MOVES: usize = 6;
const GROUP: usize = 7, AXES: usize = 8, AXIS: usize = 9;

/** Numbers that one task takes: about 10 µs. */
const CHUNK: i32 = 16384;

/** One of the axes around the last, the outermost first: its size, and how far apart its entries lie in a and in b (0: the same again). */
export function extremesAxis(place: i32, size: i32, aStep: i32, bStep: i32): void {
  const slot = AXIS + (place as usize) * 3;
  setArgument(slot, size);
  setArgument(slot + 1, (aStep as usize) << 2);
  setArgument(slot + 2, (bStep as usize) << 2);
}

/**
 * y[rows, width] = f(a, b).
 *
 * @param axes  how many axes around were given, whose positions are the rows
 * @param aMoves, bMoves  whether the operand has `width` numbers a row, or one for all of it
 */
export function extremes(kind: i32, a: usize, b: usize, y: usize, axes: i32, rows: i32, width: i32, aMoves: i32, bMoves: i32): void {
  // One long row is as many rows as there are tasks.
  const pieces = axes == 0 ? (width + CHUNK - 1) / CHUNK : rows;
  const group = axes == 0 ? 1 : max(1, min(rows, CHUNK / width));
  setArgument(A, a);
  setArgument(B, b);
  setArgument(Y, y);
  setArgument(ROWS, rows);
  setArgument(WIDTH, width);
  setArgument(A_MOVES, aMoves);
  setArgument(B_MOVES, bMoves);
  setArgument(GROUP, group);
  setArgument(AXES, axes);
  run(EXTREMES + kind, (pieces + group - 1) / group);
}

export function extremesTask(kind: i32, task: i32): void {
  const width = argument(WIDTH) as i32, axes = argument(AXES) as i32;
  const aMoves = argument(A_MOVES) as i32, bMoves = argument(B_MOVES) as i32;
  if (axes == 0) {
    const start = task * CHUNK, skip = (start as usize) << 2;
    const count = min(CHUNK, width - start);
    row(kind, argument(A) + skip * aMoves, aMoves, argument(B) + skip * bMoves, bMoves, argument(Y) + skip, count);
    return;
  }
  const group = argument(GROUP) as i32, end = min((task + 1) * group, argument(ROWS) as i32);
  for (let number = task * group; number < end; number++) {
    let a = argument(A), b = argument(B), rest = number;
    for (let axis = axes - 1; axis >= 0; axis--) {
      const slot = AXIS + (axis as usize) * 3, size = argument(slot) as i32;
      const next = rest / size, index = (rest - next * size) as usize;
      a += index * argument(slot + 1);
      b += index * argument(slot + 2);
      rest = next;
    }
    row(kind, a, aMoves, b, bMoves, argument(Y) + (((number as usize) * width) << 2), width);
  }
}

function row(kind: i32, a: usize, aMoves: i32, b: usize, bMoves: i32, y: usize, count: i32): void {
  if (kind == MAXIMUM) rowOf(true, a, aMoves, b, bMoves, y, count);
  else rowOf(false, a, aMoves, b, bMoves, y, count);
}

// @ts-expect-error: decorator
@inline
function rowOf(larger: bool, a: usize, aMoves: i32, b: usize, bMoves: i32, y: usize, count: i32): void {
  const end = y + ((count as usize) << 2), aStep = aMoves << 4, bStep = bMoves << 4;
  // A number for all of the row is read as a vector of it.
  const aAll = v128.load_splat<u32>(a), bAll = v128.load_splat<u32>(b);
  for (; y + 16 <= end; y += 16, a += aStep, b += bStep) {
    const one = aMoves ? v128.load(a) : aAll, other = bMoves ? v128.load(b) : bAll;
    v128.store(y, larger ? f32x4.max(one, other) : f32x4.min(one, other));
  }
  for (; y < end; y += 4, a += aMoves << 2, b += bMoves << 2) {
    store<f32>(y, larger ? max(load<f32>(a), load<f32>(b)) : min(load<f32>(a), load<f32>(b)));
  }
}
