/**
 * LSTM and GRU over whole sequences. What the inputs add to the gates of all steps is one large product, made before; here each task takes
 * some rows of the batch through all steps by itself, so that threads never wait for each other between steps. A row does not depend
 * on which rows it shares a task with.
 *
 * Tensors are [batch, time, …] row by row; gates lie side by side, [batch, time, gates · units].
 */
import { finish, into, multiplyPacked } from './gemm';
import { packWholeB } from './pack';
import { sigmoid4, tanh4 } from './math';
import { loadFew, splat, storeFew } from './simd';
import { RECURRENT } from './families';
import { argument, run, setArgument } from './threads';

/** The kernels of this file. */
const PACK: i32 = 0, LSTM: i32 = 1, LSTM_GRADIENT: i32 = 2, GRU: i32 = 3, GRU_GRADIENT: i32 = 4;

/** Columns that one task packs. */
const STRIP: i32 = 64;

const BATCH: usize = 0, TIME: usize = 1, UNITS: usize = 2, ROWS: usize = 3, MASK: usize = 4, WEIGHTS: usize = 5, PACKED: usize = 6;
const TURNED: usize = 7, DEPTH: usize = 8, COLUMNS: usize = 9;
const FIRST_H: usize = 10, FIRST_C: usize = 11, LAST_H: usize = 12, LAST_C: usize = 13, H: usize = 14, C: usize = 15, GATES: usize = 16;
const BIAS: usize = 17, ROOM: usize = 18, HELD: usize = 19;
const DY: usize = 20, DH: usize = 21, DC: usize = 22, D_GATES: usize = 23, D_INNER: usize = 24;

/** Sizes, and the rows of the batch that a task takes. `mask` is 0 where every step counts. */
export function recurrentSizes(batch: i32, time: i32, units: i32, rows: i32, mask: usize): void {
  setArgument(BATCH, batch);
  setArgument(TIME, time);
  setArgument(UNITS, units);
  setArgument(ROWS, rows);
  setArgument(MASK, mask);
}

/**
 * A long short-term memory, gates i, f, g, o. `recurrentSizes` comes before.
 *
 * @param gates  x W + b; turned into σ(i), σ(f), tanh(g), σ(o)
 * @param weights  U [units, 4 units]; `packed` is room for it
 */
export function lstm(gates: usize, weights: usize, packed: usize, firstH: usize, firstC: usize, h: usize, c: usize, lastH: usize, lastC: usize): void {
  setArgument(GATES, gates);
  setArgument(FIRST_H, firstH);
  setArgument(FIRST_C, firstC);
  setArgument(H, h);
  setArgument(C, c);
  setArgument(LAST_H, lastH);
  setArgument(LAST_C, lastC);
  pack(weights, packed, 4, false);
  runRows(LSTM);
}

/**
 * From the gradients dy of every h, and of the last h and c, those of the gates before activation (dGates), of the first h (dh) and c (dc).
 * `gates` and `c` are as `lstm` left them.
 */
export function lstmGradient(dy: usize, lastH: usize, lastC: usize, gates: usize, firstC: usize, c: usize, weights: usize, packed: usize, dGates: usize, dh: usize, dc: usize): void {
  setArgument(DY, dy);
  setArgument(LAST_H, lastH);
  setArgument(LAST_C, lastC);
  setArgument(GATES, gates);
  setArgument(FIRST_C, firstC);
  setArgument(C, c);
  setArgument(D_GATES, dGates);
  setArgument(DH, dh);
  setArgument(DC, dc);
  pack(weights, packed, 4, true);
  runRows(LSTM_GRADIENT);
}

/**
 * A gated recurrent unit, gates z, r, h̃, reset after the product. `recurrentSizes` comes before.
 *
 * @param gates  x W + b; turned into σ(z), σ(r), tanh(h̃)
 * @param weights  U [units, 3 units]; `packed` is room for it
 * @param bias  of h U, [3 units]
 * @param room  for [batch, 3 units]
 * @param held  what r multiplies: h U + bias of the third gate, [batch, time, units]
 */
export function gru(gates: usize, weights: usize, packed: usize, bias: usize, room: usize, firstH: usize, h: usize, lastH: usize, held: usize): void {
  setArgument(GATES, gates);
  setArgument(BIAS, bias);
  setArgument(ROOM, room);
  setArgument(FIRST_H, firstH);
  setArgument(H, h);
  setArgument(LAST_H, lastH);
  setArgument(HELD, held);
  pack(weights, packed, 3, false);
  runRows(GRU);
}

/** As lstmGradient; dGates is the gradient of x W + b, dInner that of h U + bias. */
export function gruGradient(dy: usize, lastH: usize, gates: usize, held: usize, firstH: usize, h: usize, weights: usize, packed: usize, dGates: usize, dInner: usize, dh: usize): void {
  setArgument(DY, dy);
  setArgument(LAST_H, lastH);
  setArgument(GATES, gates);
  setArgument(HELD, held);
  setArgument(FIRST_H, firstH);
  setArgument(H, h);
  setArgument(D_GATES, dGates);
  setArgument(D_INNER, dInner);
  setArgument(DH, dh);
  pack(weights, packed, 3, true);
  runRows(GRU_GRADIENT);
}

export function recurrentTask(kernel: i32, task: i32): void {
  if (kernel == PACK) return packTask(task);
  const rows = argument(ROWS) as i32;
  const from = task * rows;
  const count = min(rows, (argument(BATCH) as i32) - from);
  switch (kernel) {
    case LSTM: lstmRows(from, count); break;
    case LSTM_GRADIENT: lstmGradientRows(from, count); break;
    case GRU: gruRows(from, count); break;
    case GRU_GRADIENT: gruGradientRows(from, count); break;
  }
}

function runRows(kernel: i32): void {
  const rows = argument(ROWS) as i32;
  run(RECURRENT + kernel, ((argument(BATCH) as i32) + rows - 1) / rows);
}

/** U, or its transpose, as multiplyPacked takes it. */
function pack(weights: usize, packed: usize, gates: i32, turned: bool): void {
  const units = argument(UNITS) as i32;
  setArgument(WEIGHTS, weights);
  setArgument(PACKED, packed);
  setArgument(TURNED, turned ? 1 : 0);
  setArgument(DEPTH, turned ? gates * units : units);
  setArgument(COLUMNS, turned ? units : gates * units);
  run(RECURRENT + PACK, ((argument(COLUMNS) as i32) + STRIP - 1) / STRIP);
}

function packTask(task: i32): void {
  const turned = argument(TURNED) != 0;
  const depth = argument(DEPTH) as i32, columns = argument(COLUMNS) as i32;
  const from = task * STRIP;
  packWholeB(argument(WEIGHTS), bytes(turned ? depth : columns), turned, depth, columns, from, min(STRIP, columns - from), argument(PACKED));
}

// --- places ---

// @ts-expect-error: decorator
@inline
function bytes(numbers: i32): usize {
  return (numbers as usize) << 2;
}

/** Where the numbers of one row and step begin, `width` of them. */
// @ts-expect-error: decorator
@inline
function place(tensor: usize, row: i32, step: i32, width: i32): usize {
  return tensor + (((row as usize) * argument(TIME) + step) * (width as usize) << 2);
}

/** The state of one row before a step: of the step before, or the first one. */
// @ts-expect-error: decorator
@inline
function before(first: usize, states: usize, row: i32, step: i32, units: i32): usize {
  return step == 0 ? first + bytes(row * units) : place(states, row, step - 1, units);
}

/** The state of one row after the last step. */
function after(first: usize, states: usize, row: i32, units: i32): usize {
  return before(first, states, row, argument(TIME) as i32, units);
}

// @ts-expect-error: decorator
@inline
function isMasked(row: i32, step: i32): bool {
  const mask = argument(MASK);
  return mask != 0 && load<f32>(place(mask, row, step, 1)) == 0;
}

/** Four numbers, or as many as are left. */
// @ts-expect-error: decorator
@inline
function get(from: usize, left: i32): v128 {
  return left >= 4 ? v128.load(from) : loadFew(from, left);
}

// @ts-expect-error: decorator
@inline
function put(to: usize, x: v128, left: i32): void {
  if (left >= 4) v128.store(to, x);
  else storeFew(to, x, left);
}

/** σ′ from σ, y (1 − y). */
// @ts-expect-error: decorator
@inline
function slope(y: v128): v128 {
  return f32x4.mul(y, f32x4.sub(splat(1), y));
}

/** tanh′ from tanh, 1 − y². */
// @ts-expect-error: decorator
@inline
function tanhSlope(y: v128): v128 {
  return f32x4.sub(splat(1), f32x4.mul(y, y));
}

/** The product of the states before a step and packed U, for some rows; into and finish have said where to. */
function multiplyStates(step: i32, from: i32, count: i32, gates: i32): void {
  const units = argument(UNITS) as i32;
  const states = step == 0 ? argument(FIRST_H) : place(argument(H), 0, step - 1, units);
  const stride = step == 0 ? bytes(units) : bytes(units) * argument(TIME);
  multiplyPacked(states, stride, false, from, count, argument(PACKED), gates * units, 0, gates * units, units);
}

// --- LSTM ---

function lstmRows(from: i32, count: i32): void {
  const units = argument(UNITS) as i32, time = argument(TIME) as i32;
  for (let step = 0; step < time; step++) {
    into(place(argument(GATES), 0, step, 4 * units), bytes(4 * units) * argument(TIME), true);
    multiplyStates(step, from, count, 4);
    for (let row = from; row < from + count; row++) lstmCell(row, step, units);
  }
  for (let row = from; row < from + count; row++) {
    memory.copy(argument(LAST_H) + bytes(row * units), after(argument(FIRST_H), argument(H), row, units), bytes(units));
    memory.copy(argument(LAST_C) + bytes(row * units), after(argument(FIRST_C), argument(C), row, units), bytes(units));
  }
}

/** c = f c + i g, h = o tanh c. */
function lstmCell(row: i32, step: i32, units: i32): void {
  let h = place(argument(H), row, step, units), c = place(argument(C), row, step, units);
  let earlier = before(argument(FIRST_C), argument(C), row, step, units);
  if (isMasked(row, step)) {
    memory.copy(h, before(argument(FIRST_H), argument(H), row, step, units), bytes(units));
    memory.copy(c, earlier, bytes(units));
    return;
  }
  let i = place(argument(GATES), row, step, 4 * units);
  let f = i + bytes(units), g = f + bytes(units), o = g + bytes(units);
  for (let left = units; left > 0; left -= 4, h += 16, c += 16, earlier += 16, i += 16, f += 16, g += 16, o += 16) {
    const input = sigmoid4(get(i, left)), forget = sigmoid4(get(f, left)), fresh = tanh4(get(g, left)), output = sigmoid4(get(o, left));
    const cell = f32x4.add(f32x4.mul(forget, get(earlier, left)), f32x4.mul(input, fresh));
    put(i, input, left);
    put(f, forget, left);
    put(g, fresh, left);
    put(o, output, left);
    put(c, cell, left);
    put(h, f32x4.mul(output, tanh4(cell)), left);
  }
}

/** dh and dc hold at each step what comes from the steps after it. */
function lstmGradientRows(from: i32, count: i32): void {
  const units = argument(UNITS) as i32;
  memory.copy(argument(DH) + bytes(from * units), argument(LAST_H) + bytes(from * units), bytes(count * units));
  memory.copy(argument(DC) + bytes(from * units), argument(LAST_C) + bytes(from * units), bytes(count * units));
  for (let step = (argument(TIME) as i32) - 1; step >= 0; step--) {
    for (let row = from; row < from + count; row++) lstmCellGradient(row, step, units);
    multiplyGradients(argument(D_GATES), step, from, count, 4);
  }
}

/** Adds dgates Uᵀ of one step to dh. */
function multiplyGradients(gradients: usize, step: i32, from: i32, count: i32, gates: i32): void {
  const units = argument(UNITS) as i32;
  const width = gates * units;
  into(argument(DH), bytes(units), true);
  multiplyPacked(place(gradients, 0, step, width), bytes(width) * argument(TIME), false, from, count, argument(PACKED), units, 0, units, width);
}

function lstmCellGradient(row: i32, step: i32, units: i32): void {
  let dy = place(argument(DY), row, step, units);
  let dh = argument(DH) + bytes(row * units), dc = argument(DC) + bytes(row * units);
  let di = place(argument(D_GATES), row, step, 4 * units);
  if (isMasked(row, step)) {
    addTo(dh, dy, units);
    memory.fill(di, 0, bytes(4 * units));
    return;
  }
  let c = place(argument(C), row, step, units), earlier = before(argument(FIRST_C), argument(C), row, step, units);
  let i = place(argument(GATES), row, step, 4 * units);
  const gate = bytes(units);
  for (let left = units; left > 0; left -= 4, dy += 16, dh += 16, dc += 16, c += 16, earlier += 16, i += 16, di += 16) {
    const input = get(i, left), forget = get(i + gate, left), fresh = get(i + 2 * gate, left), output = get(i + 3 * gate, left);
    const size = tanh4(get(c, left));
    const ofH = f32x4.add(get(dh, left), get(dy, left));
    const ofC = f32x4.add(get(dc, left), f32x4.mul(f32x4.mul(ofH, output), tanhSlope(size)));
    put(di, f32x4.mul(f32x4.mul(ofC, fresh), slope(input)), left);
    put(di + gate, f32x4.mul(f32x4.mul(ofC, get(earlier, left)), slope(forget)), left);
    put(di + 2 * gate, f32x4.mul(f32x4.mul(ofC, input), tanhSlope(fresh)), left);
    put(di + 3 * gate, f32x4.mul(f32x4.mul(ofH, size), slope(output)), left);
    put(dc, f32x4.mul(ofC, forget), left);
    put(dh, splat(0), left);
  }
}

function addTo(sum: usize, x: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4, sum += 16, x += 16) put(sum, f32x4.add(get(sum, left), get(x, left)), left);
}

// --- GRU ---

function gruRows(from: i32, count: i32): void {
  const units = argument(UNITS) as i32, time = argument(TIME) as i32;
  for (let step = 0; step < time; step++) {
    into(argument(ROOM), bytes(3 * units));
    finish(argument(BIAS), 0);
    multiplyStates(step, from, count, 3);
    for (let row = from; row < from + count; row++) gruCell(row, step, units);
  }
  for (let row = from; row < from + count; row++) {
    memory.copy(argument(LAST_H) + bytes(row * units), after(argument(FIRST_H), argument(H), row, units), bytes(units));
  }
}

/** h = z h + (1 − z) h̃. */
function gruCell(row: i32, step: i32, units: i32): void {
  let h = place(argument(H), row, step, units), earlier = before(argument(FIRST_H), argument(H), row, step, units);
  if (isMasked(row, step)) {
    memory.copy(h, earlier, bytes(units));
    return;
  }
  let z = place(argument(GATES), row, step, 3 * units), inner = argument(ROOM) + bytes(row * 3 * units);
  let held = place(argument(HELD), row, step, units);
  const gate = bytes(units);
  for (let left = units; left > 0; left -= 4, h += 16, earlier += 16, z += 16, inner += 16, held += 16) {
    const update = sigmoid4(f32x4.add(get(z, left), get(inner, left)));
    const reset = sigmoid4(f32x4.add(get(z + gate, left), get(inner + gate, left)));
    const product = get(inner + 2 * gate, left);
    const fresh = tanh4(f32x4.add(get(z + 2 * gate, left), f32x4.mul(reset, product)));
    put(z, update, left);
    put(z + gate, reset, left);
    put(z + 2 * gate, fresh, left);
    put(held, product, left);
    put(h, f32x4.add(f32x4.mul(update, get(earlier, left)), f32x4.mul(f32x4.sub(splat(1), update), fresh)), left);
  }
}

function gruGradientRows(from: i32, count: i32): void {
  const units = argument(UNITS) as i32;
  memory.copy(argument(DH) + bytes(from * units), argument(LAST_H) + bytes(from * units), bytes(count * units));
  for (let step = (argument(TIME) as i32) - 1; step >= 0; step--) {
    for (let row = from; row < from + count; row++) gruCellGradient(row, step, units);
    multiplyGradients(argument(D_INNER), step, from, count, 3);
  }
}

function gruCellGradient(row: i32, step: i32, units: i32): void {
  let dy = place(argument(DY), row, step, units), dh = argument(DH) + bytes(row * units);
  let dz = place(argument(D_GATES), row, step, 3 * units), inner = place(argument(D_INNER), row, step, 3 * units);
  if (isMasked(row, step)) {
    addTo(dh, dy, units);
    memory.fill(dz, 0, bytes(3 * units));
    memory.fill(inner, 0, bytes(3 * units));
    return;
  }
  let z = place(argument(GATES), row, step, 3 * units), held = place(argument(HELD), row, step, units);
  let earlier = before(argument(FIRST_H), argument(H), row, step, units);
  const gate = bytes(units);
  for (let left = units; left > 0; left -= 4, dy += 16, dh += 16, dz += 16, inner += 16, z += 16, held += 16, earlier += 16) {
    const update = get(z, left), reset = get(z + gate, left), fresh = get(z + 2 * gate, left);
    const ofH = f32x4.add(get(dh, left), get(dy, left));
    const ofUpdate = f32x4.mul(f32x4.mul(ofH, f32x4.sub(get(earlier, left), fresh)), slope(update));
    const ofFresh = f32x4.mul(f32x4.mul(ofH, f32x4.sub(splat(1), update)), tanhSlope(fresh));
    const ofReset = f32x4.mul(f32x4.mul(ofFresh, get(held, left)), slope(reset));
    put(dz, ofUpdate, left);
    put(dz + gate, ofReset, left);
    put(dz + 2 * gate, ofFresh, left);
    put(inner, ofUpdate, left);
    put(inner + gate, ofReset, left);
    put(inner + 2 * gate, f32x4.mul(ofFresh, reset), left);
    put(dh, f32x4.mul(ofH, update), left);
  }
}
