/** Families of kernels by number; a kernel is its family plus a number below 16. */
export const MATMUL: i32 = 0;
export const ELEMENTWISE: i32 = 16;
export const CONVOLUTION: i32 = 32;
export const DEPTHWISE: i32 = 48;
export const REDUCE: i32 = 64;
export const SOFTMAX: i32 = 80;
export const NORM: i32 = 96;
export const POOLING: i32 = 112;
export const RESIZE: i32 = 128;
export const SEGMENT: i32 = 144;
export const RANDOM: i32 = 160;
export const LOSS: i32 = 176;
export const UPDATE: i32 = 192;
export const RECURRENT: i32 = 208;
export const ATTENTION: i32 = 224;
export const EXTREMES: i32 = 240;
export const TRANSPOSE: i32 = 256;
