import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('./otherRunner.mjs', import.meta.url));

function run(argument: string): Promise<{ failed: boolean; output: string }> {
  return new Promise((resolve) => {
    const args = ['--test-reporter=tap', program, argument];
    execFile(process.execPath, args, (error, output) => resolve({ failed: error !== null, output }));
  });
}

describe('the contracts under node:test', () => {
  it('pass a part that keeps its promises', async () => {
    const { failed, output } = await run('-1');
    expect(output).toContain('# pass 6');
    expect(failed).toBe(false);
  });

  it('fail one that does not', async () => {
    const { failed, output } = await run('1');
    expect(output).toContain('expected a density whose mass is 1');
    expect(failed).toBe(true);
  });
});
