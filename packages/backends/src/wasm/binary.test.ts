import { describe, expect, it } from 'vitest';
import { withSharedMemory, withUnsharedMemory } from './binary.js';

const section = (id: number, body: readonly number[]) => [id, body.length, ...body];
const text = (word: string) => [word.length, ...new TextEncoder().encode(word)];
const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
/** Types () → i32 and (i32) → (). */
const types = section(1, [2, 0x60, 0, 1, 0x7f, 0x60, 1, 0x7f, 0]);
const importsNote = section(2, [1, ...text('env'), ...text('note'), 0, 1]);
/** One function, `pages`, which gives the size of the memory. */
const functions = section(3, [1, 0]);
const memory = (...limits: number[]) => section(5, [1, ...limits]);
const exportsAll = section(7, [2, ...text('pages'), 0, 1, ...text('memory'), 2, 0]);
const code = section(10, [1, 4, 0, 0x3f, 0, 0x0b]);
const moduleOf = (...sections: number[][]) => Uint8Array.from([...HEADER, ...sections.flat()]);

/** A module as emscripten makes them: it imports a function and has a memory of 1 to 300 pages. */
const owning = moduleOf(types, importsNote, functions, memory(1, 1, (300 % 128) | 128, 300 >> 7), exportsAll, code);

const note = () => {};
async function run(module: Uint8Array<ArrayBuffer>, env: Record<string, unknown>) {
  const { instance } = await WebAssembly.instantiate(module, { env: env as never });
  return instance.exports as { pages(): number; memory: WebAssembly.Memory };
}

describe('withSharedMemory', () => {
  it('takes the memory of a module out, so that it works in the one it is given', async () => {
    const { module, limits } = withSharedMemory(owning)!;
    expect(limits).toEqual({ minimum: 1, maximum: 300 });
    const given = new WebAssembly.Memory({ initial: 2, maximum: 300, shared: true });
    const exports = await run(module as Uint8Array<ArrayBuffer>, { note, memory: given });
    expect(exports.pages()).toBe(2);
    expect(exports.memory).toBe(given);
    given.grow(3);
    expect(exports.pages()).toBe(5);
  });

  it('leaves the bytes it is given as they were', () => {
    const before = owning.slice();
    withSharedMemory(owning);
    expect(owning).toEqual(before);
  });

  it.each([
    ['imports nothing', moduleOf(types, functions, memory(1, 1, 2), exportsAll, code)],
    ['has no memory', moduleOf(types, importsNote, functions, code)],
    ['has a memory without a maximum', moduleOf(types, importsNote, functions, memory(0, 1), exportsAll, code)],
  ])('gives nothing for a module that %s', (_, module) => {
    expect(withSharedMemory(module)).toBeUndefined();
  });
});

describe('withUnsharedMemory', () => {
  it('turns the import of a shared memory into one of a plain memory', async () => {
    const importsMemory = section(2, [
      2,
      ...text('env'),
      ...text('memory'),
      2,
      3,
      1,
      7,
      ...text('env'),
      ...text('note'),
      0,
      1,
    ]);
    const module = moduleOf(types, importsMemory, functions, exportsAll, code);
    const plain = new WebAssembly.Memory({ initial: 4, maximum: 7 });
    await expect(run(module, { note, memory: plain })).rejects.toThrow('shared');
    expect((await run(withUnsharedMemory(module), { note, memory: plain })).pages()).toBe(4);
  });
});
