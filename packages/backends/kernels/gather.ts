/**
 * Rows of a matrix that is never built: a row is a position of a sliding window, a column a place in that window (tap, channel).
 * src/wasm/windows.ts writes the plan that says where windows stand and which taps they have:
 *
 *   the fields below, then a group of rows for each GROUPS_Y, a group of columns for each GROUPS_X, then their taps.
 *   A group is a grid along one axis: where its first window stands in the source, how many there are, where the first one's
 *   result goes, at which number of the plan its taps begin, how many they are, and how many those of earlier groups are.
 *   A tap is its offset from where the window stands, and for each member of the group the place in the filter it meets (−1: none).
 */
import { blockB, packA, packRows, zeros } from './pack';
import { FREE, MR } from './layout';
import { clearNumbers, copyNumbers } from './simd';
import { scratch } from './threads';

/** Fields of a plan. The target is where results go; a group with several members has its results side by side there. */
export const IMAGES: i32 = 0, HEIGHT: i32 = 1, WIDTH: i32 = 2, CHANNELS: i32 = 3, STEP_Y: i32 = 4, STEP_X: i32 = 5;
export const TO_HEIGHT: i32 = 6, TO_WIDTH: i32 = 7, TO_CHANNELS: i32 = 8, TO_STEP_Y: i32 = 9, TO_STEP_X: i32 = 10;
/** 1 where the taps along x lie side by side in the source, and are few numbers: they are read as one. */
export const LINES: i32 = 11;
export const GROUPS_Y: i32 = 12, GROUPS_X: i32 = 13, MEMBERS_Y: i32 = 14, MEMBERS_X: i32 = 15, FILTER_WIDTH: i32 = 16, TAPS_X: i32 = 17;
const GROUPS: i32 = 18, GROUP: i32 = 6;

/** In a thread's own memory: of each row where its window and its result are, addresses for packRows, results. */
const BASE: usize = FREE, Y: usize = FREE + 512, X: usize = FREE + 1024;
const OUT: usize = FREE + 1536, OUT_Y: usize = FREE + 2048, OUT_X: usize = FREE + 2560;
const TABLE: usize = FREE + 3072, RESULTS: usize = FREE + 3136;

// --- what a task works on; each thread has its own copies of these ---
let plan: usize = 0;
let height: i32 = 0, width: i32 = 0, channels: i32 = 0;
let groupY: usize = 0, groupX: usize = 0;
let tapsY: usize = 0, tapsX: usize = 0, tapBytesY: usize = 0, tapBytesX: usize = 0;
/** Numbers read as one, so many in a line of taps. */
let unit: i32 = 0, unitsInLine: i32 = 0, span: i32 = 0;

// @ts-expect-error: decorator
@inline
export function field(number: i32): i32 {
  return load<i32>(plan + ((number as usize) << 2));
}

export function openPlan(at: usize): void {
  plan = at;
  height = field(HEIGHT);
  width = field(WIDTH);
  channels = field(CHANNELS);
}

/** Turns to one pair of groups. */
export function openGroups(y: i32, x: i32): void {
  groupY = plan + ((GROUPS + y * GROUP) << 2) as usize;
  groupX = plan + ((GROUPS + (field(GROUPS_Y) + x) * GROUP) << 2) as usize;
  tapsY = plan + ((load<i32>(groupY, 12) as usize) << 2);
  tapsX = plan + ((load<i32>(groupX, 12) as usize) << 2);
  tapBytesY = ((1 + field(MEMBERS_Y)) as usize) << 2;
  tapBytesX = ((1 + field(MEMBERS_X)) as usize) << 2;
  span = field(LINES) != 0 ? load<i32>(groupX, 16) : 1;
  unit = span * channels;
  unitsInLine = field(LINES) != 0 ? 1 : load<i32>(groupX, 16);
}

/** Windows of the pair of groups. */
export function windows(): i32 {
  return field(IMAGES) * load<i32>(groupY, 4) * load<i32>(groupX, 4);
}

/** Numbers in each window. */
export function windowSize(): i32 {
  return load<i32>(groupY, 16) * load<i32>(groupX, 16) * channels;
}

/** Numbers in the windows of all pairs of groups before this one, one window of each. */
export function sizesBefore(): i32 {
  return (load<i32>(groupY, 20) * field(TAPS_X) + load<i32>(groupY, 16) * load<i32>(groupX, 20)) * channels;
}

/** Finds `count` ≤ MB windows from number `first` on. Those that fill up the last panel are outside of the source. */
export function findWindows(source: usize, target: usize, first: i32, count: i32): void {
  const rows = load<i32>(groupY, 4), columns = load<i32>(groupX, 4);
  const line = first / columns;
  let image = line / rows;
  let i = line - image * rows, j = first - line * columns;
  let entry = scratch();
  for (let left = count; left > 0; j = 0) {
    const found = min(left, columns - j);
    findInLine(source, target, image, i, j, found, entry);
    entry += (found << 2) as usize;
    left -= found;
    if (++i == rows) {
      i = 0;
      image++;
    }
  }
  for (let row = 0; row < MR; row++, entry += 4) store<i32>(entry, i32.MIN_VALUE, Y);
}

function findInLine(source: usize, target: usize, image: i32, i: i32, j: i32, count: i32, entry: usize): void {
  const stepX = field(STEP_X), toStepX = field(TO_STEP_X), toChannels = field(TO_CHANNELS);
  const y = load<i32>(groupY) + i * field(STEP_Y), outY = load<i32>(groupY, 8) + i * field(TO_STEP_Y);
  let x = load<i32>(groupX) + j * stepX, outX = load<i32>(groupX, 8) + j * toStepX;
  let base = source + ((((image * height + y) * width + x) * channels << 2) as usize);
  let out = target + ((((image * field(TO_HEIGHT) + outY) * field(TO_WIDTH) + outX) * toChannels << 2) as usize);
  const baseStep = (stepX * channels << 2) as usize, outStep = (toStepX * toChannels << 2) as usize;
  for (const end = entry + ((count << 2) as usize); entry < end; entry += 4) {
    store<u32>(entry, base as u32, BASE);
    store<i32>(entry, y, Y);
    store<i32>(entry, x, X);
    store<u32>(entry, out as u32, OUT);
    store<i32>(entry, outY, OUT_Y);
    store<i32>(entry, outX, OUT_X);
    x += stepX;
    outX += toStepX;
    base += baseStep;
    out += outStep;
  }
}

/** Whether results lie one after the other as their windows do. */
export function inOrder(): bool {
  return field(TO_STEP_Y) == 1 && field(TO_STEP_X) == 1 && load<i32>(groupX, 4) == field(TO_WIDTH) && load<i32>(groupY, 4) == field(TO_HEIGHT);
}

/** Addresses of the results of the windows found. */
export function outputs(): usize {
  return scratch() + OUT;
}

/** A table for packRows. */
export function addresses(): usize {
  return scratch() + TABLE;
}

/** Room for MB × 128 results. */
export function results(): usize {
  return scratch() + RESULTS;
}

// @ts-expect-error: decorator
@inline
function offsetY(tap: i32): i32 {
  return load<i32>(tapsY + (tap as usize) * tapBytesY);
}

// @ts-expect-error: decorator
@inline
function offsetX(tap: i32): i32 {
  return load<i32>(tapsX + (tap as usize) * tapBytesX);
}

/** The numbers `depth` … `depth` + `deep` − 1 of the first `rows` windows found, as panels of MR windows. */
export function packWindows(rows: i32, depth: i32, deep: i32, to: usize): void {
  if (deep == 0) return;
  if (field(LINES) != 0) {
    copyWindows(rows, depth, deep, blockB());
    packA(blockB(), (deep as usize) << 2, rows, deep, to);
    return;
  }
  let tap = depth / channels, from = depth % channels;
  for (let done = 0; done < deep; tap++, from = 0) {
    const run = min(channels - from, deep - done);
    packTap(tap, from, run, rows, to + ((done * MR) << 2), ((deep * MR) as usize) << 2);
    done += run;
  }
}

/** Some channels of one tap, straight from the source. */
function packTap(tap: i32, from: i32, run: i32, rows: i32, to: usize, panel: usize): void {
  const line = tap / unitsInLine;
  const y = offsetY(line), x = offsetX(tap - line * unitsInLine);
  const table = addresses();
  const shift = (((y * width + x) * channels + from) << 2) as usize;
  for (let row = 0; row < rows; row += MR, to += panel) {
    let entry = scratch() + ((row as usize) << 2);
    for (let i = 0; i < MR; i++, entry += 4) {
      const inside = <u32>(load<i32>(entry, Y) + y) < <u32>height && <u32>(load<i32>(entry, X) + x) < <u32>width;
      store<u32>(table + ((i as usize) << 2), (inside ? load<u32>(entry, BASE) + shift : zeros()) as u32);
    }
    packRows(table, run, to, MR);
  }
}

/** Numbers `depth` … `depth` + `deep` − 1 of each of the first `rows` windows found, one window after the other. */
export function copyWindows(rows: i32, depth: i32, deep: i32, to: usize): void {
  let number = depth / unit, from = depth % unit;
  for (let done = 0; done < deep; number++, from = 0) {
    const run = min(unit - from, deep - done);
    copyUnit(number, from, run, rows, to + ((done << 2) as usize), (deep as usize) << 2);
    done += run;
  }
}

/** Numbers `from` … `from` + `run` − 1 of a unit of each window, zeros where it is outside of the source. */
function copyUnit(number: i32, from: i32, run: i32, rows: i32, to: usize, stride: usize): void {
  const line = number / unitsInLine;
  const y = offsetY(line), x = offsetX(number - line * unitsInLine);
  const shift = (((y * width + x) * channels + from) << 2) as usize;
  const fitting = width - span + 1;
  let entry = scratch();
  for (let row = 0; row < rows; row++, entry += 4, to += stride) {
    const left = load<i32>(entry, X) + x;
    const source = load<u32>(entry, BASE) + shift;
    const inside = <u32>(load<i32>(entry, Y) + y) < <u32>height;
    if (!inside) clearNumbers(to, run);
    else if (left < 0 || left >= fitting) copyEdge(left, from, run, source, to);
    else if (run == 4) v128.store(to, v128.load(source));
    else copyNumbers(to, source, run);
  }
}

/** Of a unit that begins at column `left` of the source, which is not all inside. */
function copyEdge(left: i32, from: i32, run: i32, source: usize, to: usize): void {
  const low = min(run, max(0, -left * channels - from));
  const high = max(low, min(run, (width - left) * channels - from));
  clearNumbers(to, low);
  copyNumbers(to + ((low as usize) << 2), source + ((low as usize) << 2), high - low);
  clearNumbers(to + ((high as usize) << 2), run - high);
}

/**
 * Where in the filter [height, width, columns of one member, channels] the numbers of a tap begin that make one column of the
 * result; zeros() where that member has no such tap.
 */
export function filterRow(filter: usize, tap: i32, column: i32): usize {
  const line = tap / load<i32>(groupX, 16);
  const place = tap - line * load<i32>(groupX, 16);
  const each = field(TO_CHANNELS), across = field(MEMBERS_X);
  const member = column / each;
  if (member >= field(MEMBERS_Y) * across) return zeros();
  const y = load<i32>(tapsY + (line as usize) * tapBytesY + (((1 + member / across) as usize) << 2));
  const x = load<i32>(tapsX + (place as usize) * tapBytesX + (((1 + member % across) as usize) << 2));
  if (y < 0 || x < 0) return zeros();
  return filter + (((((y * field(FILTER_WIDTH) + x) * each + column % each) * channels) as usize) << 2);
}

/** Puts results of the windows found, [window][members along y][members along x][channels], into their places in the target. */
export function scatter(rows: i32): void {
  const toHeight = field(TO_HEIGHT), toWidth = field(TO_WIDTH), toChannels = field(TO_CHANNELS);
  const down = field(MEMBERS_Y), across = field(MEMBERS_X);
  let from = results();
  for (let row = 0; row < rows; row++) {
    const entry = scratch() + ((row as usize) << 2);
    const left = load<i32>(entry, OUT_X);
    const low = max(0, -left) * toChannels, high = min(across, toWidth - left) * toChannels;
    for (let i = 0; i < down; i++, from += ((across * toChannels) as usize) << 2) {
      if (<u32>(load<i32>(entry, OUT_Y) + i) >= <u32>toHeight) continue;
      const to = load<u32>(entry, OUT) + (((i * toWidth * toChannels + low) << 2) as usize);
      copyNumbers(to, from + ((low as usize) << 2), high - low);
    }
  }
}
