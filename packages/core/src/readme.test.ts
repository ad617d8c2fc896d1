import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { firstExample, runFirstExample } from './testing/node/index.js';

const readme = new URL('../README.md', import.meta.url);

it('the example of the README runs and prints what it says', async () => {
  expect(await runFirstExample(readme)).toMatchInlineSnapshot(`
    "[ 2, 3 ] 0 3 4 1 2
    GM_FIT images → encoder: expected float32 [28, 28, 1] in [0, 1], received float32 [28, 28, 1] in [-1, 1]. Put rescale([-1, 1], [0, 1]) between them.
    "
  `);
});

it('the example of the README has at most 15 lines', async () => {
  expect((await firstExample(readme)).trim().split('\n').length).toBeLessThanOrEqual(15);
});

it('an example that fails says why, and a README without one is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gm-readme-'));
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return pathToFileURL(join(folder, name));
  };
  const broken = await write('broken.md', "```ts\nthrow new Error('no such thing');\n```\n");
  await expect(runFirstExample(broken)).rejects.toThrow('no such thing');
  const empty = await write('empty.md', '# Nothing\n');
  await expect(firstExample(empty)).rejects.toThrow('firstExample: expected a ```ts block');
  await rm(folder, { recursive: true });
});
