/** Sides of the pictures that models here are made for. */
export const SIDE = 28;

/** Grey pictures [28, 28] as an IDX file, the format of MNIST: bytes [count, 28, 28]. */
export function idxFile(pictures: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(16 + pictures.length * SIDE * SIDE);
  const view = new DataView(bytes.buffer);
  for (const [place, value] of [0x0803, pictures.length, SIDE, SIDE].entries()) view.setUint32(4 * place, value);
  for (const [index, grey] of pictures.entries()) bytes.set(grey, 16 + index * SIDE * SIDE);
  return bytes;
}

/** How many images an IDX file holds. */
export const countOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);
