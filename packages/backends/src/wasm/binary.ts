/** Small changes to compiled WebAssembly modules: where their memory comes from, and whether threads may share it. */

const IMPORT = 2;
const MEMORY = 5;
const HEADER = 8;
const MEMORY_KIND = 2;
const HAS_MAXIMUM = 1;
const SHARED = 2;

interface Section {
  readonly id: number;
  /** Of the id. */
  readonly start: number;
  /** Of what it holds. */
  readonly body: number;
  readonly end: number;
}

/** Memory limits, in pages of 64 kB. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number;
}

/** The same module with its own memory made an import `env.memory` that threads share; undefined when it has no memory of its own. */
export function withSharedMemory(
  module: Uint8Array,
): { readonly module: Uint8Array; readonly limits: Limits } | undefined {
  const sections = sectionsOf(module);
  const memory = sections.find(({ id }) => id === MEMORY);
  const imports = sections.find(({ id }) => id === IMPORT);
  if (!memory || !imports) return undefined;
  const reader = readerAt(module, memory.body);
  if (reader.number() !== 1 || reader.number() !== HAS_MAXIMUM) return undefined;
  const limits = { minimum: reader.number(), maximum: reader.number() };
  const others = readerAt(module, imports.body);
  const count = others.number();
  const body = [
    ...bytesOf(count + 1),
    ...module.subarray(others.place(), imports.end),
    ...named('env'),
    ...named('memory'),
    MEMORY_KIND,
    HAS_MAXIMUM | SHARED,
    ...bytesOf(limits.minimum),
    ...bytesOf(limits.maximum),
  ];
  const parts = sections.map((section) => {
    if (section === memory) return new Uint8Array();
    if (section === imports) return Uint8Array.from([IMPORT, ...bytesOf(body.length), ...body]);
    return module.subarray(section.start, section.end);
  });
  return { module: joined([module.subarray(0, HEADER), ...parts]), limits };
}

/** The same module, whose one import is a shared memory, for a memory that is not shared. */
export function withUnsharedMemory(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = Uint8Array.from(module);
  const imports = sectionsOf(module).find(({ id }) => id === IMPORT)!;
  const reader = readerAt(module, imports.body);
  reader.number();
  reader.skip(reader.number());
  reader.skip(reader.number());
  reader.skip(1);
  result[reader.place()] = HAS_MAXIMUM;
  return result;
}

function sectionsOf(module: Uint8Array): Section[] {
  const sections: Section[] = [];
  for (let start = HEADER; start < module.length; ) {
    const reader = readerAt(module, start + 1);
    const size = reader.number();
    const body = reader.place();
    sections.push({ id: module[start]!, start, body, end: body + size });
    start = body + size;
  }
  return sections;
}

function readerAt(bytes: Uint8Array, start: number) {
  let place = start;
  return {
    place: () => place,
    skip(count: number) {
      place += count;
    },
    /** An unsigned number in LEB128. */
    number(): number {
      let [value, factor] = [0, 1];
      for (;;) {
        const byte = bytes[place++]!;
        value += (byte & 127) * factor;
        if (byte < 128) return value;
        factor *= 128;
      }
    },
  };
}

function bytesOf(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...bytesOf(Math.floor(value / 128))];
}

const named = (name: string) => [name.length, ...new TextEncoder().encode(name)];

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let place = 0;
  for (const part of parts) {
    result.set(part, place);
    place += part.length;
  }
  return result;
}
