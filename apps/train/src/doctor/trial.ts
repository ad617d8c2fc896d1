import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BackendName, BackendReport } from '@gm/backends';

/** What came of starting a backend in a process of its own. */
export type Trial =
  | { readonly outcome: 'works'; readonly seconds: number; readonly reason: string; readonly report: Report }
  /** It starts, and computes something else. */
  | { readonly outcome: 'wrong'; readonly error: string; readonly report: Report }
  | { readonly outcome: 'fails'; readonly error: string }
  /** Something stands in its way. */
  | { readonly outcome: 'absent'; readonly report: Report };

export interface Report extends Omit<BackendReport, 'current'> {
  /** A WebGPU adapter that is none, which 'auto' passes over. */
  readonly software?: boolean;
}

const program = fileURLToPath(new URL('./probe.js', import.meta.url));

/**
 * Starts a backend and computes with it, in a child process: a native library that ends its process, or never answers, is then
 * something to report. 'auto' is what training would choose.
 */
export function tryBackend(name: BackendName | 'auto', seconds: number): Promise<Trial> {
  const child = fork(program, [name], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  let words = '';
  child.stderr!.on('data', (piece) => {
    words = `${words}${piece}`.slice(-10_000);
  });
  return new Promise((resolve) => {
    let answer: Trial | undefined;
    const patience = setTimeout(() => {
      answer ??= { outcome: 'fails', error: `it does not answer within ${seconds} s` };
      child.kill('SIGKILL');
    }, seconds * 1000);
    child.on('message', (message) => {
      answer = message as Trial;
    });
    child.on('error', ({ message }) => {
      answer ??= { outcome: 'fails', error: message };
    });
    child.on('close', (code, signal) => {
      clearTimeout(patience);
      const end = signal ? `is ended by ${signal}` : `ends with code ${code}`;
      resolve(answer ?? { outcome: 'fails', error: `its process ${end}${lastLine(words)}` });
    });
  });
}

/** What it said last, above the trace that Node adds. */
function lastLine(text: string): string {
  const lines = text
    .split(/^-+ (?:Native|JavaScript) stack trace|^ *\d+: /m)[0]!
    .trim()
    .split('\n');
  const line = lines.at(-1)!.trim();
  return line === '' ? '' : `; it printed: ${line.slice(0, 300)}`;
}
