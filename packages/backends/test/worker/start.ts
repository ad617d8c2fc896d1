import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Task } from '../browser/page/run.js';
import type { Ending, Printed } from './program.js';

export interface Ended {
  /** 'hangs' when it does not end by itself. */
  readonly code: number | string;
  readonly said: string;
  readonly printed?: Printed;
  readonly errors: string;
}

/** Runs the program with the built packages that a folder of the repository finds. */
export async function runProgram(home: string, task: Task, ending: Ending): Promise<Ended> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./program.ts', import.meta.url))],
    write: false,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
  });
  const ended = await runText(home, outputFiles[0]!.text, JSON.stringify({ task, ending }));
  return ended.said.startsWith('{') ? { ...ended, printed: JSON.parse(ended.said) } : ended;
}

/** Runs an ES module as a file of that folder. */
export async function runText(home: string, text: string, ...args: string[]): Promise<Ended> {
  const file = join(home, '.vitest', `program-${process.pid}.mjs`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  try {
    return await ended([file, ...args], home);
  } finally {
    rmSync(file);
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
  return { code: code ?? (signal === 'SIGKILL' ? 'hangs' : `${signal}`), said: said.stdout, errors: said.stderr };
}
