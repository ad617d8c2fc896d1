import { gzipSync } from 'node:zlib';

/** An IDX file of bytes with that header. */
export function idxBytes(shape: readonly number[], data: ArrayLike<number>, type = 8): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, type, shape.length]);
  shape.forEach((size, axis) => {
    view.setUint32(4 + 4 * axis, size);
  });
  bytes.set(Uint8Array.from(data), 4 + 4 * shape.length);
  return bytes;
}

/** `count` images of 4 × 3 pixels 0, 1, 2 … */
export function imageFile(count: number): Uint8Array {
  return idxBytes(
    [count, 4, 3],
    Array.from({ length: count * 12 }, (_, index) => index % 256),
  );
}

/** `count` labels 0, 1, … 9, 0, … */
export function labelFile(count: number): Uint8Array {
  return idxBytes(
    [count],
    Array.from({ length: count }, (_, index) => index % 10),
  );
}

/** The parts, each packed by gzip as a member of its own, behind each other. */
export function gzipped(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...gzipSync(part)]));
}

/** What `run` throws. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
