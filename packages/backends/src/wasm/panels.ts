/** Columns of a panel, as kernels/layout.ts has it. */
const COLUMNS = 8;

/** The room that a matrix of so many rows and columns takes, in bytes, when it is packed into panels. */
export const packedBytes = (depth: number, columns: number): number =>
  4 * depth * Math.ceil(columns / COLUMNS) * COLUMNS + 64;
