import { withSharedMemory } from './binary.js';
import { canShare } from './workers.js';

type Instantiate = (source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => Promise<unknown>;

/**
 * Lets tfjs start its module in memory that threads can share. tfjs ships a build for one thread, which owns its memory, and a
 * threaded build, which starts neither in Node nor in a minified bundle; the first one, its memory made an import, does
 * all we need, our threads being our own. tfjs offers no door for that, so it is done where it asks the engine for the
 * module, and only while it starts.
 *
 * @param start  tfjs's own factory of its backend
 */
export async function inSharedMemory<Backend>(start: () => Promise<Backend>): Promise<Backend> {
  if (!canShare()) return start();
  const { instantiate, instantiateStreaming } = WebAssembly;
  const { TextDecoder } = globalThis;
  const shared: Instantiate = async (source, imports) => {
    const changed = source instanceof WebAssembly.Module ? undefined : shareable(bytesOf(source), imports);
    return (instantiate as Instantiate)(changed ?? source, imports);
  };
  Object.assign(WebAssembly, {
    instantiate: shared,
    instantiateStreaming: async (response: Response | Promise<Response>, imports?: WebAssembly.Imports) =>
      shared(await (await response).arrayBuffer(), imports),
  });
  globalThis.TextDecoder = CopyingDecoder;
  try {
    return await start();
  } finally {
    Object.assign(WebAssembly, { instantiate, instantiateStreaming });
    globalThis.TextDecoder = TextDecoder;
  }
}

/** Browsers do not decode shared memory. With it tfjs reads what its module prints. */
class CopyingDecoder extends TextDecoder {
  override decode(bytes?: Uint8Array, options?: TextDecodeOptions): string {
    return super.decode(bytes && Uint8Array.from(bytes), options);
  }
}

/** tfjs's module for shared memory, which is put among the imports; undefined for any other. */
function shareable(bytes: Uint8Array, imports?: WebAssembly.Imports): BufferSource | undefined {
  if (imports?.env === undefined || !names(bytes, 'register_tensor')) return undefined;
  const changed = withSharedMemory(bytes);
  if (changed === undefined) return undefined;
  const { minimum, maximum } = changed.limits;
  const memory = memoryOf(minimum, maximum);
  if (memory === undefined) return undefined;
  imports.env.memory = memory;
  return changed.module as Uint8Array<ArrayBuffer>;
}

/** Engines reserve the maximum; a small machine may refuse four gigabytes and grant two. Undefined where there is none. */
function memoryOf(initial: number, maximum: number): WebAssembly.Memory | undefined {
  if (maximum < Math.max(initial, LEAST)) return undefined;
  try {
    return new WebAssembly.Memory({ initial, maximum, shared: true });
  } catch {
    return memoryOf(initial, maximum / 2);
  }
}

/** Pages of 64 KiB: half a gigabyte, with which one thread in memory that grows is better off. */
const LEAST = 8192;

function bytesOf(source: BufferSource | WebAssembly.Module): Uint8Array {
  return source instanceof ArrayBuffer
    ? new Uint8Array(source)
    : new Uint8Array(
        (source as Uint8Array).buffer as ArrayBuffer,
        (source as Uint8Array).byteOffset,
        (source as Uint8Array).byteLength,
      );
}

function names(bytes: Uint8Array, word: string): boolean {
  const pattern = new TextEncoder().encode(word);
  for (let start = bytes.indexOf(pattern[0]!); start !== -1; start = bytes.indexOf(pattern[0]!, start + 1)) {
    if (pattern.every((byte, index) => bytes[start + index] === byte)) return true;
  }
  return false;
}
