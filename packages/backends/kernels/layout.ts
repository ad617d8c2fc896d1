/** The sizes of the blocks that matrix products work in, and what a thread keeps where in its own memory. */
import { FUSED } from './simd';

/** Rows and columns of a tile: the most that fit into 16 registers. Without a fused product and sum, one more is needed for the product. */
export const MR: i32 = FUSED ? 6 : 4;
export const NR: i32 = 8;
export const KB: i32 = 512;
export const MB: i32 = 96;
/** Columns that a thread packs for itself. */
export const NB: i32 = 256;

/** Of a thread's own memory: a tile, zeros in place of rows that are not there, a block of A, a block of B. */
export const ZEROS: usize = 256;
export const BLOCK_A: usize = ZEROS + ((KB as usize) << 2) + 64;
export const BLOCK_B: usize = (BLOCK_A + MB * KB * 4) as usize;
/** Where a kernel may keep things of its own. */
export const FREE: usize = (BLOCK_B + NB * KB * 4) as usize;
/** Bytes that a thread needs for itself. */
export const OWN_BYTES: usize = FREE + 65536;
