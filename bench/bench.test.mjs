import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it('a short run prints a row for one thread and one for two', () => {
  const program = fileURLToPath(new URL('bench.mjs', import.meta.url));
  const args = ['--only', 'vae', '--rounds', '1', '--engines', 'ours', '--steps', '3'];
  const output = execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  expect(output).toMatch(/VAE 784-400-20, batch 128: 0\.42 GFLOP/);
  expect(output).toMatch(/ours, 1 thread +\d+\.\d+ .*%\n/);
  expect(output).toMatch(/ours, 2 threads +\d+\.\d+ .*%\n/);
});
