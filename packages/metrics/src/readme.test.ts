import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The first example of the README, as a module that uses the sources of this package. */
async function readmeExample(): Promise<string> {
  const [, example = ''] = (await readFile(pathOf('../README.md'), 'utf8')).match(/```ts\n(.*?)```/s) ?? [];
  await mkdir(pathOf('../.vitest'), { recursive: true });
  await writeFile(pathOf('../.vitest/readme.ts'), example.replaceAll("'@gm/metrics'", "'../src/index.js'"));
  return example;
}

describe('the example of the README', () => {
  afterEach(() => vi.restoreAllMocks());

  it('runs, in at most 15 lines', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const example = await readmeExample();
    await import(pathOf('../.vitest/readme.ts'));
    expect(example.trim().split('\n').length).toBeLessThanOrEqual(15);
    // Softmax of (2, 1), (0, 3) and (1, 2): 0.731, 0.953 and 0.731; two of three are right.
    expect(log.mock.calls).toEqual([
      ['0.667', '0.333', '0.805'],
      ['0.637', 'nats of', '0.693'],
    ]);
  });
});
