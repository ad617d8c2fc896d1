import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../packages/backends/test/browser/page/run.js';
import { runProgram } from '../../packages/backends/test/worker/start.js';
import { expectTrained } from './expectTrained.js';
import { missing } from './present.js';

const home = fileURLToPath(new URL('..', import.meta.url));
const absent = await missing('webgpu');
const task: Task = { backend: 'webgpu', options: { software: true }, steps: 10 };

describe.skipIf(absent)(`two worker threads at once, on WebGPU ${absent ?? ''}`, () => {
  it('compute what the main thread does, and end by themselves', async () => {
    const { code, printed, errors } = await runProgram(home, task, 'alone');
    expect(code, errors).toBe(0);
    const { here, workers } = printed!;
    expect(here).toMatchObject({ report: { name: 'webgpu' }, after: { backend: 'webgpu', six: 6, tensors: 0 } });
    expect(here.trained!.losses.at(-1)).toBeLessThan(here.trained!.losses[0]!);
    for (const { result, exit } of workers) {
      expect(exit).toBe(0);
      expect(result).toMatchObject({ reason: here.reason, after: here.after });
      expectTrained(result!.trained, here.trained!);
    }
  });

  it('end by an error of the program, and the process goes on to its end', async () => {
    const { code, printed, errors } = await runProgram(home, { ...task, steps: 2 }, 'error');
    expect(code, errors).toBe(0);
    expect(printed!.workers).toMatchObject([
      { error: 'of the program', exit: 1 },
      { error: 'of the program', exit: 1 },
    ]);
  });
});
