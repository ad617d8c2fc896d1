import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../dist', import.meta.url));

const filesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesIn(path) : [path];
  });

it('is at most 1.5 MB, gzipped, without its data: all files, whichever of them a browser needs', () => {
  const files = filesIn(dist).filter((path) => !path.startsWith(join(dist, 'data')));
  const bytes = files.reduce((total, path) => total + gzipSync(readFileSync(path)).length, 0);
  console.log(`${files.length} files, ${Math.round(bytes / 1000)} kB gzipped`);
  expect(bytes).toBeLessThan(1_500_000);
});
