/** Matrix products, one or a stack of them. */
import { finish, into, multiply, multiplyPacked } from './gemm';
import { packWholeB } from './pack';
import { MB, MR, NR, OWN_BYTES } from './layout';
import { MATMUL } from './families';
import { argument, numberArgument, run, setArgument, setNumberArgument } from './threads';

/** The kernels of this file. */
const PACK: i32 = 0,
  MULTIPLY: i32 = 1,
  STACK: i32 = 2;

/** Columns that one task packs. */
const STRIP: i32 = 64;

const A: usize = 0,
  B: usize = 1,
  C: usize = 2,
  M: usize = 3,
  N: usize = 4,
  K: usize = 5,
  TURN_A: usize = 6,
  TURN_B: usize = 7;
const BIAS: usize = 8,
  ACTIVATION: usize = 9,
  ALPHA: usize = 10,
  SLOPES: usize = 11,
  PACKED: usize = 12;
const ROWS: usize = 13,
  COLUMNS: usize = 14,
  ACROSS: usize = 15,
  OFFSETS: usize = 16;

/**
 * C[m, n] = activation(A B + bias).
 *
 * @param turnA, turnB  1 when the operand is stored as its transpose
 * @param packed  room for B in panels
 * @param parts  about how many tasks would suit the threads
 */
export function matMul(
  a: usize,
  b: usize,
  c: usize,
  m: i32,
  n: i32,
  k: i32,
  turnA: i32,
  turnB: i32,
  bias: usize,
  activation: i32,
  alpha: f32,
  slopes: usize,
  packed: usize,
  parts: i32,
): void {
  setArgument(A, a);
  setArgument(B, b);
  setArgument(C, c);
  setArgument(M, m);
  setArgument(N, n);
  setArgument(K, k);
  setArgument(TURN_A, turnA);
  setArgument(TURN_B, turnB);
  setArgument(BIAS, bias);
  setArgument(ACTIVATION, activation);
  setNumberArgument(ALPHA, alpha);
  setArgument(SLOPES, slopes);
  setArgument(PACKED, packed);
  const down = (m + MB - 1) / MB;
  const rows = (((m + down - 1) / down + MR - 1) / MR) * MR;
  const widest = (n + NR - 1) / NR;
  const across = max(1, min((parts + down - 1) / down, widest));
  const columns = ((widest + across - 1) / across) * NR;
  setArgument(ROWS, rows);
  setArgument(COLUMNS, columns);
  setArgument(ACROSS, (n + columns - 1) / columns);
  run(MATMUL + PACK, (n + STRIP - 1) / STRIP);
  run(MATMUL + MULTIPLY, ((m + rows - 1) / rows) * ((n + columns - 1) / columns));
}

export function matMulTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case PACK:
      packTask(task);
      break;
    case MULTIPLY:
      multiplyTask(task);
      break;
    case STACK:
      stackTask(task);
      break;
  }
}

function packTask(task: i32): void {
  const n = argument(N) as i32,
    k = argument(K) as i32;
  const turned = argument(TURN_B) != 0;
  const stride = ((turned ? k : n) as usize) << 2;
  const from = task * STRIP;
  packWholeB(argument(B), stride, turned, k, n, from, min(STRIP, n - from), argument(PACKED));
}

function multiplyTask(task: i32): void {
  const m = argument(M) as i32,
    n = argument(N) as i32,
    k = argument(K) as i32;
  const turned = argument(TURN_A) != 0;
  const across = argument(ACROSS) as i32;
  const row = (task / across) * (argument(ROWS) as i32),
    column = (task % across) * (argument(COLUMNS) as i32);
  into(argument(C), (n as usize) << 2);
  finish(argument(BIAS), argument(ACTIVATION) as i32, numberArgument(ALPHA), argument(SLOPES));
  const stride = ((turned ? m : k) as usize) << 2;
  multiplyPacked(
    argument(A),
    stride,
    turned,
    row,
    min(argument(ROWS) as i32, m - row),
    argument(PACKED),
    n,
    column,
    min(argument(COLUMNS) as i32, n - column),
    k,
  );
}

/** `count` products of one size; `offsets` holds for each the addresses of A, B and C. */
export function matMulStack(offsets: usize, count: i32, m: i32, n: i32, k: i32, turnA: i32, turnB: i32): void {
  setArgument(OFFSETS, offsets);
  setArgument(M, m);
  setArgument(N, n);
  setArgument(K, k);
  setArgument(TURN_A, turnA);
  setArgument(TURN_B, turnB);
  run(MATMUL + STACK, count);
}

function stackTask(task: i32): void {
  const m = argument(M) as i32,
    n = argument(N) as i32,
    k = argument(K) as i32;
  const turnedA = argument(TURN_A) != 0,
    turnedB = argument(TURN_B) != 0;
  const entry = argument(OFFSETS) + (task as usize) * 12;
  into(load<u32>(entry, 8), (n as usize) << 2);
  multiply(
    load<u32>(entry),
    ((turnedA ? m : k) as usize) << 2,
    turnedA,
    load<u32>(entry, 4),
    ((turnedB ? k : n) as usize) << 2,
    turnedB,
    m,
    n,
    k,
  );
}

/** Bytes that a thread needs for itself, kernels of other files included. */
export function ownBytes(): usize {
  return OWN_BYTES;
}
