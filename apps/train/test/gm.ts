import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder for one test file, with tiny data in it and the built program to run there, with these variables of the environment as well. */
export function workplace(variables: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'gm-app-'));
  // Without colours, which some continuous integration asks for even where nobody looks.
  const env = { ...process.env, NO_COLOR: '1', ...variables };
  const start = (...args: string[]) => spawn(process.execPath, [MAIN, ...args], { cwd: folder, stdio: 'pipe', env });
  return {
    folder,
    path: (...parts: string[]) => join(folder, ...parts),
    start,
    gm: (...args: string[]): Promise<Ended> => ended(start(...args)),
    clear: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export interface TinySet {
  readonly train?: number;
  readonly test?: number;
  readonly labels?: boolean;
}

/** Four classes of 8 × 8 images as IDX files: a bright square in one corner each, with some unevenness. */
export function writeTinySet(folder: string, { train = 96, test = 40, labels = true }: TinySet = {}): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, count] of Object.entries({ train, t10k: test })) {
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), imagesFile(count));
    if (labels) writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), labelsFile(count));
  }
  return folder;
}

const SIDE = 8;

function imagesFile(count: number): Uint8Array {
  const head = Buffer.alloc(16);
  for (const [index, value] of [0x803, count, SIDE, SIDE].entries()) head.writeUInt32BE(value, 4 * index);
  const pixels = Buffer.alloc(count * SIDE * SIDE);
  for (let index = 0; index < pixels.length; index++) {
    const [image, y, x] = [Math.floor(index / 64), Math.floor((index % 64) / SIDE), index % SIDE];
    const inCorner = Math.floor(y / 4) * 2 + Math.floor(x / 4) === image % 4;
    pixels[index] = (inCorner ? 180 : 0) + ((image * 37 + index * 11) % 60);
  }
  return new Uint8Array([...head, ...pixels]);
}

function labelsFile(count: number): Uint8Array {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(0x801, 0);
  head.writeUInt32BE(count, 4);
  return new Uint8Array([...head, ...Array.from({ length: count }, (_, index) => index % 4)]);
}

/** Waits until a file is there. */
export async function appears(path: string, seconds = 30): Promise<void> {
  for (let waited = 0; waited < seconds * 20; waited++) {
    if (existsSync(path)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${path} did not appear within ${seconds} s`);
}
