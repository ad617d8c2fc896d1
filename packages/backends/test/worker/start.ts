import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Task } from '../browser/page/run.js';
import type { Ending, Printed } from './program.js';

export interface Ended {
  /** 'hangs' when it does not end by itself. */
  readonly code: number | string;
  readonly printed?: Printed;
  readonly errors: string;
}

/** Runs the program with the built packages that a folder of the repository finds. */
export async function runProgram(home: string, task: Task, ending: Ending): Promise<Ended> {
  const folder = join(home, '.vitest');
  const program = join(folder, `program-${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  const entry = fileURLToPath(new URL('./program.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile: program,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  });
  try {
    return await ended([program, JSON.stringify({ task, ending })], home);
  } finally {
    rmSync(program);
  }
}

async function ended(args: string[], cwd: string): Promise<Ended> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (text) => {
      said[name] += text;
    });
  const patience = setTimeout(() => child.kill('SIGKILL'), 50_000);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (...how) => resolve(how));
  });
  clearTimeout(patience);
  const printed = said.stdout.startsWith('{') ? { printed: JSON.parse(said.stdout) as Printed } : {};
  return { code: code ?? (signal === 'SIGKILL' ? 'hangs' : `${signal}`), ...printed, errors: said.stderr };
}
