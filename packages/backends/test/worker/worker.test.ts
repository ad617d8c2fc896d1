import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Task } from '../browser/page/run.js';
import { runProgram, runText } from './start.js';

const home = fileURLToPath(new URL('../..', import.meta.url));

// Plain JavaScript takes a second for a step on 32 images.
describe.each([
  ['cpu', 1, 1],
  ['wasm', 2, 32],
] as const)('two worker threads at once, on %s with %i threads each', (backend, threads, images) => {
  const task: Task = { backend, options: { threads: 2 }, steps: 10, images };

  it('compute the bits of the main thread, and end by themselves', async () => {
    const { code, printed, errors } = await runProgram(home, task, 'alone');
    expect(code, errors).toBe(0);
    expect(printed!.here).toMatchObject({ report: { name: backend, threads }, after: { backend, six: 6, tensors: 0 } });
    expect(printed!.here.trained!.losses.at(-1)).toBeLessThan(printed!.here.trained!.losses[0]!);
    const expected = { result: printed!.here, exit: 0 };
    expect(printed!.workers).toEqual([expected, expected]);
  });

  it.each([
    ['by an error of the program', 'error', 'of the program'],
    ['by terminate() in the middle of training', 'terminate', undefined],
  ] as const)('end %s, and the process goes on to its end', async (_, ending, error) => {
    const { code, printed, errors } = await runProgram(home, task, ending);
    expect(code, errors).toBe(0);
    const expected = { result: printed!.here, exit: 1, ...(error && { error }) };
    expect(printed!.workers).toEqual([expected, expected]);
  });
});

it('the worker of the README computes', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, program = ''] = readme.match(/^### In a worker\n.*?^```js\n(.*?)^```/ms) ?? [];
  const { code, said, errors } = await runText(home, program);
  expect(code, errors).toBe(0);
  expect(said).toMatch(/^asked for; wasm with .*2 threads: 1000\n$/);
});
