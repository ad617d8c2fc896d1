/** A file from a header as text and its data, well-formed or not. */
export function fileOf(header: string | Uint8Array, data: ArrayLike<number> = [], length?: bigint): Uint8Array {
  const head = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + head.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(head.length), true);
  bytes.set(head, 8);
  bytes.set(data, 8 + head.length);
  return bytes;
}
