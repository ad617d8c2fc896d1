import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { useBackend } from '@gm/backends';
import { append } from './record.js';
import { type Row, Stopped } from './row.js';
import { rows } from './rows/index.js';

const usage = `npm run reproduce -- <row>     trains, measures, prints, and adds the figures to docs/reproduction.md

${rows.map(({ name, title }) => `  ${name.padEnd(20)}${title}`).join('\n')}

A row can be stopped by Ctrl-C and goes on when it is started again; --fresh starts it anew, --no-record only prints.`;

/** Where rows keep checkpoints and measurements. */
const RUNS = '../runs/reproduce';
const RECORD = '../docs/reproduction.md';

export async function main(args: string[]): Promise<void> {
  const asked = optionsOf(args);
  if (asked === undefined) return;
  const { row, fresh, record } = asked;
  const folder = join(RUNS, row.name);
  if (fresh) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const backend = await useBackend('wasm');
  console.log(`${row.title}\n${backend.name}: ${backend.reason}\n`);
  try {
    const findings = await row.run({ folder, signal: untilInterrupted(), say: console.log });
    for (const { figure, reference, ours, wanted } of findings)
      console.log(
        `\n${figure}\n  reference  ${reference}\n  ours       ${ours}${wanted ? `  (wanted: ${wanted})` : ''}`,
      );
    if (record) append(RECORD, row, findings);
    process.exitCode = findings.some(({ kept }) => kept === false) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    console.log(`\nStopped. npm run reproduce -- ${row.name} goes on.`);
    process.exitCode = 130;
  }
}

function optionsOf(args: string[]): { row: Row; fresh: boolean; record: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      allowNegative: true,
      options: { fresh: { type: 'boolean' }, record: { type: 'boolean' } },
    });
    const { fresh = false, record = true } = values;
    const row = rows.find(({ name }) => name === positionals[0]);
    if (row !== undefined && positionals.length === 1) return { row, fresh, record };
    throw new Error(positionals.length === 0 ? 'Which row?' : `There is no row '${positionals.join(' ')}'.`);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

/** A first Ctrl-C ends training after its step, a second one the process. */
function untilInterrupted(): AbortSignal {
  const stop = new AbortController();
  process.once('SIGINT', () => {
    console.log('\nStopping after this step …');
    stop.abort();
  });
  return stop.signal;
}
