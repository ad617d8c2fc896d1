/** Axes in another order; numbers of four bytes. */
import { TRANSPOSE } from './families';
import { argument, run, setArgument } from './threads';

/** The kernels of this file. */
const COPY: i32 = 0, TURN: i32 = 1;

const X: usize = 0, Y: usize = 1, UNITS: usize = 2, GROUP: usize = 3, LENGTH: usize = 4, WIDTH: usize = 5, X_STEP: usize = 6, Y_STEP: usize = 7;
const BLOCKS: usize = 8, AXES: usize = 9, AXIS: usize = 10;

/** Numbers that one task moves: about 10 µs. */
const CHUNK: i32 = 32768;
/** Numbers in a line of the cache. */
const LINE: i32 = 16;

/** One of the axes around, the outermost first: its size, and how far apart its entries lie in x and in y, in numbers. */
export function transposeAxis(place: i32, size: i32, xStep: i32, yStep: i32): void {
  const slot = AXIS + (place as usize) * 3;
  setArgument(slot, size);
  setArgument(slot + 1, xStep);
  setArgument(slot + 2, yStep);
}

/**
 * For each position along the axes around, `length` rows of `width` numbers: neighbours in x, where rows lie `xStep` apart. In y
 * too, rows `yStep` apart; or, when `turn`, the rows' first numbers are neighbours in y, and so on, `yStep` apart.
 *
 * @param axes  how many axes around were given
 * @param count  of their positions
 */
export function transpose(x: usize, y: usize, axes: i32, count: i32, length: i32, width: i32, xStep: i32, yStep: i32, turn: i32): void {
  const blocks = turn ? (width + LINE - 1) / LINE : 1, units = count * blocks;
  const group = max(1, min(units, CHUNK / max(1, length * (turn ? LINE : width))));
  setArgument(X, x);
  setArgument(Y, y);
  setArgument(AXES, axes);
  setArgument(UNITS, units);
  setArgument(GROUP, group);
  setArgument(LENGTH, length);
  setArgument(WIDTH, width);
  setArgument(X_STEP, (xStep as usize) << 2);
  setArgument(Y_STEP, (yStep as usize) << 2);
  setArgument(BLOCKS, blocks);
  run(TRANSPOSE + (turn ? TURN : COPY), (units + group - 1) / group);
}

export function transposeTask(kernel: i32, task: i32): void {
  const group = argument(GROUP) as i32, blocks = argument(BLOCKS) as i32, width = argument(WIDTH) as i32, length = argument(LENGTH) as i32;
  const end = min((task + 1) * group, argument(UNITS) as i32);
  const xStep = argument(X_STEP), yStep = argument(Y_STEP);
  for (let unit = task * group; unit < end; unit++) {
    const position = unit / blocks, first = (unit - position * blocks) * LINE;
    let x = argument(X), y = argument(Y), rest = position;
    for (let axis = argument(AXES) as i32 - 1; axis >= 0; axis--) {
      const slot = AXIS + (axis as usize) * 3, size = argument(slot) as i32;
      const next = rest / size, index = (rest - next * size) as usize;
      x += (index * argument(slot + 1)) << 2;
      y += (index * argument(slot + 2)) << 2;
      rest = next;
    }
    if (kernel == COPY) copyRows(x, y, length, width, xStep, yStep);
    else turnRows(x + ((first as usize) << 2), y + (first as usize) * yStep, length, min(LINE, width - first), xStep, yStep);
  }
}

function copyRows(x: usize, y: usize, length: i32, width: i32, xStep: usize, yStep: usize): void {
  const bytes = (width as usize) << 2;
  for (let row = 0; row < length; row++, x += xStep, y += yStep) {
    let at: usize = 0;
    for (; at + 32 <= bytes; at += 32) {
      v128.store(y + at, v128.load(x + at));
      v128.store(y + at, v128.load(x + at, 16), 16);
    }
    for (; at < bytes; at += 4) store<u32>(y + at, load<u32>(x + at));
  }
}

/** `width` ≤ LINE columns of x become rows of y: sixteen rows at a time, so that whole lines are read and whole lines are written. */
function turnRows(x: usize, y: usize, length: i32, width: i32, xStep: usize, yStep: usize): void {
  let left = length;
  for (; left >= 4; left -= LINE, x += xStep << 4, y += 64) {
    const rows = min(LINE, left & ~3);
    let column = 0;
    for (; column + 4 <= width; column += 4) {
      let from = x + ((column as usize) << 2), to = y + (column as usize) * yStep;
      for (let row = 0; row < rows; row += 4, from += xStep << 2, to += 16) turnFour(from, to, xStep, yStep);
    }
    for (; column < width; column++) turnColumn(x + ((column as usize) << 2), y + (column as usize) * yStep, rows, xStep);
    if (left < LINE) {
      x += xStep * (rows as usize);
      y += (rows as usize) << 2;
      left -= rows;
      break;
    }
  }
  if (left > 0) {
    for (let column = 0; column < width; column++) turnColumn(x + ((column as usize) << 2), y + (column as usize) * yStep, left, xStep);
  }
}

// @ts-expect-error: decorator
@inline
function turnFour(x: usize, y: usize, xStep: usize, yStep: usize): void {
  const a = v128.load(x), b = v128.load(x + xStep), c = v128.load(x + xStep * 2), d = v128.load(x + xStep * 3);
  const abLow = i32x4.shuffle(a, b, 0, 4, 1, 5), abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7);
  const cdLow = i32x4.shuffle(c, d, 0, 4, 1, 5), cdHigh = i32x4.shuffle(c, d, 2, 6, 3, 7);
  v128.store(y, i64x2.shuffle(abLow, cdLow, 0, 2));
  v128.store(y + yStep, i64x2.shuffle(abLow, cdLow, 1, 3));
  v128.store(y + yStep * 2, i64x2.shuffle(abHigh, cdHigh, 0, 2));
  v128.store(y + yStep * 3, i64x2.shuffle(abHigh, cdHigh, 1, 3));
}

// @ts-expect-error: decorator
@inline
function turnColumn(x: usize, y: usize, length: i32, xStep: usize): void {
  for (let row = 0; row < length; row++, x += xStep, y += 4) store<u32>(y, load<u32>(x));
}
