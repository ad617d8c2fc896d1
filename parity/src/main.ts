import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { trainingSteps } from './case.js';
import { type EngineName, type EngineOptions, engineNames } from './engine.js';
import { type Report, reportOf } from './report.js';
import { tableOf } from './table.js';

const usage = `npm run parity [-- --markdown]             all backends of this machine, as a table
npm run test:parity -- --backend <name>    one of ${engineNames.join(', ')}; cpu is what they are compared with

--steps <count> trains recipes for so many steps; default ${trainingSteps}, in Chromium fewer`;

/** All engines of this machine as a table, or with `--backend` one of them; fails where a case misses its bound. */
export async function main(args: string[]): Promise<void> {
  const { backend, steps, markdown = false, json = false } = optionsOf(args);
  const options = steps === undefined ? {} : { steps };
  const reports = backend === undefined ? await allReports(options) : [await reportOf(backend, options, console.error)];
  console.log(json ? JSON.stringify(reports) : tableOf(reports, { markdown }));
  if (!json) for (const { engine, misses } of reports) for (const miss of misses) console.error(`${engine}: ${miss}`);
  const lacking = backend !== undefined && reports.some(({ missing }) => missing !== undefined);
  end(lacking || reports.some(({ misses }) => misses.length > 0) ? 1 : 0);
}

function optionsOf(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        backend: { type: 'string' },
        markdown: { type: 'boolean' },
        json: { type: 'boolean' },
        steps: { type: 'string' },
      },
    });
    const backend = engineNames.find((name) => name === values.backend);
    const steps = values.steps === undefined ? undefined : Number(values.steps);
    if (values.backend !== undefined && !backend) throw new Error(`there is no backend '${values.backend}'`);
    if (steps !== undefined && !(Number.isInteger(steps) && steps > 0))
      throw new Error('--steps is a whole number above 0');
    return { ...values, backend, steps };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(1);
  }
}

/** When all is written: devices may keep a process from ending. */
function end(code: number): void {
  process.stdout.write('', () => process.exit(code));
}

/** Each in a process of its own: native code that fails takes its process along. */
async function allReports(options: EngineOptions): Promise<Report[]> {
  const reports: Report[] = [];
  for (const name of engineNames) {
    console.error(`${name} …`);
    reports.push(await reportBy(name, options));
  }
  return reports;
}

async function reportBy(engine: EngineName, { steps }: EngineOptions): Promise<Report> {
  const program = fileURLToPath(new URL('../parity.mjs', import.meta.url));
  const child = spawn(
    process.execPath,
    [program, '--backend', engine, '--json', ...(steps ? ['--steps', `${steps}`] : [])],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  const line = said.split('\n').find((candidate) => candidate.startsWith('[{'));
  if (line) return (JSON.parse(line) as [Report])[0];
  return { engine, rows: [], missing: `its process ended with code ${code}`, misses: ['its process ended early'] };
}
