import { createHash } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { appears, ended, workplace, writeTinySet } from './gm.js';

const { gm, start, path, clear } = workplace();
const data = `idx:${writeTinySet(path('tiny'))}`;
const SMALL = ['--data', data, '--hidden', '16', '--latent', '4', '--batch', '16', '--average', '0.9', '--seed', '7'];
const bytesOf = (run: string) => new Uint8Array(readFileSync(path(run, 'checkpoint.safetensors')));
const stateOf = (run: string) => createHash('sha256').update(bytesOf(run)).digest('hex');
const stepsOf = (run: string) =>
  readFileSync(path(run, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).step);
afterAll(clear);

describe('a run', () => {
  it('is the same in two processes with one seed, and another with another seed', async () => {
    for (const run of ['whole', 'again']) {
      expect((await gm('train', 'vae-gan', '--steps', '20', '--out', path(run), ...SMALL)).code).toBe(0);
    }
    await gm('train', 'vae-gan', '--steps', '20', '--out', path('other'), ...SMALL, '--seed', '8');
    expect(stateOf('again')).toBe(stateOf('whole'));
    expect(stateOf('other')).not.toBe(stateOf('whole'));
  });

  it('resumes to the very state of the uninterrupted run', async () => {
    await gm('train', 'vae-gan', '--steps', '10', '--out', path('parts'), ...SMALL);
    appendFileSync(path('parts', 'metrics.jsonl'), '{"step":15,"seconds":1}\n{"step":1');
    const { code, stdout } = await gm('train', '--resume', path('parts'), '--steps', '20');
    expect(code).toBe(0);
    expect(stdout).toContain('Going on after step 10.');
    expect(stateOf('parts')).toBe(stateOf('whole'));
    expect(stepsOf('parts')).toEqual([10, 20]);
  });

  it('resumes with the same few labels', async () => {
    const few = ['--data', data, '--hidden', '16', '--latent', '4', '--batch', '16', '--labels', '20'];
    const semi = ['train', 'semi-supervised', ...few];
    await gm(...semi, '--steps', '6', '--out', path('few'));
    await gm(...semi, '--steps', '3', '--out', path('few-parts'));
    expect((await gm('train', '--resume', path('few-parts'), '--steps', '6')).code).toBe(0);
    expect(stateOf('few-parts')).toBe(stateOf('few'));
    const { stdout } = await gm('evaluate', path('few'), '--json');
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'semi-supervised', accuracy: expect.any(Number) });
  });

  it('ends cleanly at Ctrl-C, says how to go on, and goes on', async () => {
    const child = start('train', 'vae', '--steps', '1000000', '--out', path('stopped'), ...SMALL);
    const end = ended(child);
    await appears(path('stopped', 'metrics.jsonl'));
    child.kill('SIGINT');
    const { code, stdout, stderr } = await end;
    expect(code).toBe(130);
    expect(stderr).toContain('Ctrl-C again ends at once');
    expect(stdout).toContain(`gm train --resume ${path('stopped')} goes on`);
    const step = Number(/Stopped after step (\d+)/.exec(stdout)?.[1]);
    const resumed = await gm('train', '--resume', path('stopped'), '--steps', String(step + 3));
    expect(resumed.stdout).toContain(`Going on after step ${step}.`);
    expect(resumed.stdout).toContain(`Done after step ${step + 3}`);
  });

  it('refuses a second trainer, and takes over the lock of one that was killed', async () => {
    const child = start('train', 'vae', '--steps', '1000000', '--out', path('held'), ...SMALL);
    const end = ended(child);
    await appears(path('held', 'metrics.jsonl'));
    const second = await gm('train', '--resume', path('held'));
    expect([second.code, second.stderr]).toEqual([2, expect.stringContaining(`one held by process ${child.pid}`)]);
    child.kill('SIGKILL');
    await end;
    expect((await gm('train', '--resume', path('held'), '--steps', '3')).code).toBe(0);
  });

  it('refuses to go on with other data or with a damaged checkpoint', async () => {
    const checkpoint = bytesOf('parts');
    checkpoint[checkpoint.length - 5]! ^= 1;
    writeFileSync(path('parts', 'checkpoint.safetensors'), checkpoint);
    const damaged = await gm('train', '--resume', path('parts'), '--steps', '30');
    expect([damaged.code, damaged.stderr]).toEqual([2, expect.stringContaining('SHA-256')]);
    writeTinySet(path('tiny'), { train: 80 });
    const other = await gm('train', '--resume', path('whole'), '--steps', '30');
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringContaining('the examples that the run was started with'),
    ]);
  });
});
