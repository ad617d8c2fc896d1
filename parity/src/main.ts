import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type EngineName, engineNames } from './engine.js';
import { type Report, reportOf } from './report.js';
import { tableOf } from './table.js';

/** All engines of this machine as a table, or with `--backend` one of them; fails where a case misses its bound. */
export async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { backend: { type: 'string' }, markdown: { type: 'boolean' }, json: { type: 'boolean' } },
  });
  const { markdown = false, json = false, backend } = values;
  const reports = backend === undefined ? await allReports() : [await reportOf(known(backend), console.error)];
  console.log(json ? JSON.stringify(reports) : tableOf(reports, { markdown }));
  if (json) return end(0);
  for (const { engine, misses } of reports) for (const miss of misses) console.error(`${engine}: ${miss}`);
  const asked = backend !== undefined && reports.some(({ missing }) => missing !== undefined);
  return end(asked || reports.some(({ misses }) => misses.length > 0) ? 1 : 0);
}

/** Devices may keep a process from ending. */
function end(code: number): void {
  process.stdout.write('', () => process.exit(code));
}

function known(name: string): EngineName {
  const engine = engineNames.find((candidate) => candidate === name);
  if (engine) return engine;
  throw new Error(`--backend ${name}: there are ${engineNames.join(', ')}; cpu is what they are compared with.`);
}

/** Each in a process of its own: native code that fails takes its process along. */
async function allReports(): Promise<Report[]> {
  const reports: Report[] = [];
  for (const name of engineNames) {
    console.error(`${name} …`);
    reports.push(await reportBy(name));
  }
  return reports;
}

async function reportBy(engine: EngineName): Promise<Report> {
  const program = fileURLToPath(new URL('../parity.mjs', import.meta.url));
  const child = spawn(process.execPath, [program, '--backend', engine, '--json'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const line = said.split('\n').find((candidate) => candidate.startsWith('[{'));
  if (line) return (JSON.parse(line) as [Report])[0];
  return { engine, rows: [], missing: `its process ended with code ${code}`, misses: ['its process ended early'] };
}
