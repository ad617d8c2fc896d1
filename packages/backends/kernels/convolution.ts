/**
 * Convolutions as matrix products whose left side is gathered while it is packed:
 *
 *   forward       y[window, filter]      = Σ x[window, (tap, channel)] w[(tap, channel), filter]
 *   input         dx[window, channel]    = Σ dy[window, (tap, filter)] w[(tap, filter), channel]   for each phase of the stride
 *   filter        dw[(tap, channel), filter] = Σ x[window, (tap, channel)] dy[window, filter]
 *
 * Dumoulin & Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285.
 */
import {
  addresses,
  CHANNELS,
  copyWindows,
  field,
  filterRow,
  findWindows,
  GROUPS_X,
  GROUPS_Y,
  inOrder,
  MEMBERS_X,
  MEMBERS_Y,
  openGroups,
  openPlan,
  outputs,
  packWindows,
  results,
  scatter,
  sizesBefore,
  TO_CHANNELS,
  windowSize,
  windows,
} from './gather';
import { finish, into, intoRows, multiplyBlock } from './gemm';
import { blockA, blockB, depthOf, packB, packRows, packTransposedA, packWholeB, zeros } from './pack';
import { MB, MR, NR } from './layout';
import { addParts } from './simd';
import { CONVOLUTION } from './families';
import { argument, numberArgument, run, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const PACK_FILTER: i32 = 0,
  TURN_FILTER: i32 = 1,
  MULTIPLY: i32 = 2,
  PACK_RESULT: i32 = 3,
  MULTIPLY_RESULT: i32 = 4,
  ADD: i32 = 5;

const PLAN: usize = 0,
  SOURCE: usize = 1,
  FILTER: usize = 2,
  TARGET: usize = 3,
  PACKED: usize = 4,
  COLUMNS: usize = 5;
const BIAS: usize = 6,
  ACTIVATION: usize = 7,
  ALPHA: usize = 8,
  SLOPES: usize = 9;
/** Rows and columns of a task, tasks along the rows of a pair of groups, and along the columns. */
const TALL: usize = 10,
  WIDE: usize = 11,
  DOWN: usize = 12,
  ACROSS: usize = 13;
const DEPTH: usize = 14,
  PARTS: usize = 15,
  PART: usize = 16,
  SUMS: usize = 17,
  STRIP: usize = 18,
  BLOCK: usize = 19;

/** Numbers that are packed by one task, about. */
const PACKED_AT_ONCE: i32 = 32768;
/** Numbers of sums that one task adds up. */
const ADDED_AT_ONCE: i32 = 8192;

/**
 * y = activation(x ∗ filter + bias).
 *
 * @param plan  windows of x and where they go in y, one group along each axis
 * @param packed  room, in panels, for the filter
 * @param parts  about how many tasks would suit the threads
 */
export function conv2D(
  plan: usize,
  x: usize,
  filter: usize,
  y: usize,
  packed: usize,
  bias: usize,
  activation: i32,
  alpha: f32,
  slopes: usize,
  parts: i32,
): void {
  setOperands(plan, x, filter, y, packed);
  setArgument(BIAS, bias);
  setArgument(ACTIVATION, activation);
  setNumberArgument(ALPHA, alpha);
  setArgument(SLOPES, slopes);
  openGroups(0, 0);
  const columns = field(TO_CHANNELS);
  const strip = max(1, PACKED_AT_ONCE / max(1, windowSize() * NR)) * NR;
  setArgument(STRIP, strip);
  run(CONVOLUTION + PACK_FILTER, (columns + strip - 1) / strip);
  multiplyAll(columns, parts);
}

/**
 * dx, from dy and the filter.
 *
 * @param plan  windows of dy and where they go in dx, a group for each phase of the stride or one for all
 * @param packed  room, in panels, for the filters of all pairs of groups
 */
export function conv2DBackpropInput(plan: usize, dy: usize, filter: usize, dx: usize, packed: usize, parts: i32): void {
  setOperands(plan, dy, filter, dx, packed);
  setArgument(BIAS, 0);
  setArgument(ACTIVATION, 0);
  setArgument(SLOPES, 0);
  const columns = field(TO_CHANNELS) * field(MEMBERS_Y) * field(MEMBERS_X);
  const pairs = field(GROUPS_Y) * field(GROUPS_X);
  openGroups(field(GROUPS_Y) - 1, field(GROUPS_X) - 1);
  const panels = (columns + NR - 1) / NR;
  const each = ((sizesBefore() + windowSize()) / max(1, pairs)) * NR;
  const strip = min(panels, max(1, PACKED_AT_ONCE / max(1, each))) * NR;
  setArgument(STRIP, strip);
  run(CONVOLUTION + TURN_FILTER, pairs * ((columns + strip - 1) / strip));
  multiplyAll(columns, parts);
}

/**
 * dw, from x and dy.
 *
 * @param plan  as for conv2D
 * @param packed  room, in panels, for dy
 * @param count, sums  into how many parts the windows are cut, and room for dw from each; with one, none
 */
export function conv2DBackpropFilter(
  plan: usize,
  x: usize,
  dy: usize,
  dw: usize,
  packed: usize,
  count: i32,
  sums: usize,
): void {
  setOperands(plan, x, dy, dw, packed);
  openGroups(0, 0);
  const depth = windows(),
    rows = windowSize(),
    columns = field(TO_CHANNELS);
  const block = depthOf(depth);
  const blocks = (depth + block - 1) / max(1, block);
  setArgument(DEPTH, depth);
  setArgument(BLOCK, block);
  setArgument(PART, ((blocks + count - 1) / count) * block);
  setArgument(SUMS, count == 1 ? dw : sums);
  setArgument(PARTS, count);
  const strip = max(1, PACKED_AT_ONCE / (max(1, block) * max(NR, columns)));
  setArgument(STRIP, strip);
  run(CONVOLUTION + PACK_RESULT, (blocks + strip - 1) / strip);
  const down = (rows + MB - 1) / MB;
  setArgument(TALL, even(rows, down));
  run(CONVOLUTION + MULTIPLY_RESULT, down * count);
  if (count > 1) run(CONVOLUTION + ADD, (rows * columns + ADDED_AT_ONCE - 1) / ADDED_AT_ONCE);
}

function setOperands(plan: usize, source: usize, filter: usize, target: usize, packed: usize): void {
  setArgument(PLAN, plan);
  setArgument(SOURCE, source);
  setArgument(FILTER, filter);
  setArgument(TARGET, target);
  setArgument(PACKED, packed);
  openPlan(plan);
}

/** Rows of each of `count` tasks, whole panels. */
function even(rows: i32, count: i32): i32 {
  return (((rows + count - 1) / max(1, count) + MR - 1) / MR) * MR;
}

/** All pairs of groups; the columns are cut too where there are too few tasks. */
function multiplyAll(columns: i32, parts: i32): void {
  const pairs = field(GROUPS_Y) * field(GROUPS_X);
  let rows = 0;
  for (let pair = 0; pair < pairs; pair++) {
    openPair(pair);
    rows = max(rows, windows());
  }
  const down = (rows + MB - 1) / MB;
  const panels = (columns + NR - 1) / NR;
  // Results that are scattered are in one place only when all columns are there.
  const most = field(MEMBERS_Y) * field(MEMBERS_X) > 1 ? 1 : panels;
  const across = max(1, min((parts + down * pairs - 1) / max(1, down * pairs), most));
  const wide = ((panels + across - 1) / across) * NR;
  setArgument(COLUMNS, columns);
  setArgument(TALL, even(rows, down));
  setArgument(WIDE, wide);
  setArgument(DOWN, down);
  setArgument(ACROSS, (columns + wide - 1) / wide);
  run(CONVOLUTION + MULTIPLY, pairs * down * ((columns + wide - 1) / wide));
}

function openPair(pair: i32): void {
  openGroups(pair / field(GROUPS_X), pair % field(GROUPS_X));
}

export function convolutionTask(kernel: i32, task: i32): void {
  openPlan(argument(PLAN));
  switch (kernel) {
    case PACK_FILTER:
      packFilterTask(task);
      break;
    case TURN_FILTER:
      turnFilterTask(task);
      break;
    case MULTIPLY:
      multiplyTask(task);
      break;
    case PACK_RESULT:
      packResultTask(task);
      break;
    case MULTIPLY_RESULT:
      multiplyResultTask(task);
      break;
    case ADD:
      addTask(task);
      break;
  }
}

/** Some columns of the filter [(tap, channel), filter], as it lies. */
function packFilterTask(task: i32): void {
  openGroups(0, 0);
  const columns = field(TO_CHANNELS),
    strip = argument(STRIP) as i32;
  const from = task * strip;
  packWholeB(
    argument(FILTER),
    (columns as usize) << 2,
    false,
    windowSize(),
    columns,
    from,
    min(strip, columns - from),
    argument(PACKED),
  );
}

/** Some columns of the filter of one pair of groups, [(tap, filter), (member, channel)], in blocks as packWholeB leaves them. */
function turnFilterTask(task: i32): void {
  const columns = field(TO_CHANNELS) * field(MEMBERS_Y) * field(MEMBERS_X);
  const strip = argument(STRIP) as i32;
  const strips = (columns + strip - 1) / strip;
  openPair(task / strips);
  const first = (task % strips) * strip;
  for (let column = first; column < min(columns, first + strip); column += NR) turnPanel(column, columns);
}

function turnPanel(column: i32, columns: i32): void {
  const padded = ((columns + NR - 1) / NR) * NR;
  const packed = argument(PACKED) + (((sizesBefore() * padded) as usize) << 2);
  const channels = field(CHANNELS),
    size = windowSize(),
    deepest = depthOf(size);
  const table = addresses();
  for (let depth = 0; depth < size; depth += deepest) {
    const deep = min(deepest, size - depth);
    let to = packed + (((depth * padded + column * deep) as usize) << 2);
    for (let place = depth; place < depth + deep; ) {
      const tap = place / channels,
        from = place % channels;
      const numbers = min(channels - from, depth + deep - place);
      for (let i = 0; i < NR; i++) {
        const row = filterRow(argument(FILTER), tap, column + i);
        store<u32>(table + ((i as usize) << 2), (row == zeros() ? row : row + ((from as usize) << 2)) as u32);
      }
      packRows(table, numbers, to, NR);
      to += ((numbers * NR) as usize) << 2;
      place += numbers;
    }
  }
}

/** Some windows of one pair of groups by some columns. */
function multiplyTask(task: i32): void {
  const down = argument(DOWN) as i32,
    across = argument(ACROSS) as i32;
  openPair(task / (down * across));
  const tall = argument(TALL) as i32,
    wide = argument(WIDE) as i32,
    columns = argument(COLUMNS) as i32;
  const row = ((task / across) % down) * tall,
    column = (task % across) * wide;
  const rows = min(tall, windows() - row);
  if (rows <= 0) return;
  findWindows(argument(SOURCE), argument(TARGET), row, rows);
  const scattered = field(MEMBERS_Y) * field(MEMBERS_X) > 1;
  if (scattered) into(results(), (columns as usize) << 2);
  else if (inOrder()) into(argument(TARGET) + (((row * columns) as usize) << 2), (columns as usize) << 2);
  else intoRows(outputs());
  finish(argument(BIAS), argument(ACTIVATION) as i32, numberArgument(ALPHA), argument(SLOPES));
  multiplyWindows(rows, column, min(wide, columns - column), columns);
  if (scattered) scatter(rows);
}

function multiplyWindows(rows: i32, column: i32, columns: i32, width: i32): void {
  const padded = ((width + NR - 1) / NR) * NR;
  const packed = argument(PACKED) + (((sizesBefore() * padded) as usize) << 2);
  const size = windowSize(),
    block = blockA(),
    deepest = depthOf(size);
  let depth = 0;
  do {
    const deep = min(deepest, size - depth);
    packWindows(rows, depth, deep, block);
    const panels = packed + (((depth * padded + column * deep) as usize) << 2);
    multiplyBlock(block, panels, 0, rows, column, columns, deep, depth == 0, depth + deep >= size);
    depth += deepest;
  } while (depth < size);
}

/** Some blocks of dy [window, filter]. */
function packResultTask(task: i32): void {
  const columns = field(TO_CHANNELS),
    depth = argument(DEPTH) as i32,
    strip = argument(STRIP) as i32;
  const padded = ((columns + NR - 1) / NR) * NR;
  const block = argument(BLOCK) as i32;
  const first = task * strip * block;
  for (let from = first; from < min(depth, first + strip * block); from += block) {
    const stride = (columns as usize) << 2;
    packB(
      argument(FILTER) + (from as usize) * stride,
      stride,
      columns,
      min(block, depth - from),
      argument(PACKED) + (((from * padded) as usize) << 2),
    );
  }
}

/** Some rows (tap, channel) of dw, from one part of the windows. */
function multiplyResultTask(task: i32): void {
  openGroups(0, 0);
  const columns = field(TO_CHANNELS),
    rows = windowSize(),
    tall = argument(TALL) as i32,
    count = argument(PARTS) as i32;
  const row = (task / count) * tall,
    part = task % count;
  const numbers = min(tall, rows - row);
  if (numbers <= 0) return;
  into(argument(SUMS) + (((part * rows * columns) as usize) << 2), (columns as usize) << 2);
  const padded = ((columns + NR - 1) / NR) * NR;
  const start = part * (argument(PART) as i32);
  const end = min(argument(DEPTH) as i32, start + (argument(PART) as i32)),
    block = argument(BLOCK) as i32;
  let depth = start;
  do {
    const deep = max(0, min(block, end - depth));
    packTurnedWindows(depth, deep, row, numbers);
    multiplyBlock(
      blockA(),
      argument(PACKED) + (((depth * padded) as usize) << 2),
      row,
      numbers,
      0,
      columns,
      deep,
      depth == start,
      true,
    );
    depth += block;
  } while (depth < end);
}

/** Numbers `row` … of `deep` windows from number `first` on, as panels of MR numbers. */
function packTurnedWindows(first: i32, deep: i32, row: i32, numbers: i32): void {
  for (let done = 0; done < deep; done += MB) {
    const count = min(MB, deep - done);
    findWindows(argument(SOURCE), 0, first + done, count);
    copyWindows(count, row, numbers, blockB() + (((done * numbers) as usize) << 2));
  }
  packTransposedA(blockB(), (numbers as usize) << 2, numbers, deep, blockA());
}

function addTask(task: i32): void {
  openGroups(0, 0);
  const size = windowSize() * field(TO_CHANNELS);
  const start = task * ADDED_AT_ONCE;
  addParts(argument(SUMS), argument(PARTS) as i32, size, argument(TARGET), start, min(size, start + ADDED_AT_ONCE));
}
