/**
 * Training steps through the public trainers beside stock TensorFlow.js, jax-js and PyTorch, interleaved in one run: `npm run bench`.
 *
 *   --rounds 3              how often everything is measured
 *   --only vae,lstm         these workloads: vae, dcgan, lstm, epoch
 *   --engines ours,torch    these engines: ours, tfjs, jax, torch
 *   --steps 1000            at most so many steps in each process
 *   --seconds 1.5           for about so long
 *   --minutes 7             begin nothing new after that
 *   --markdown              write the table into bench/README.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { engines } from './engines.mjs';
import { reportOf } from './report.mjs';
import { measureAll } from './rounds.mjs';
import { summarize } from './summary.mjs';
import { markdown, plain } from './table.mjs';
import { workloads } from './workloads.mjs';

const options = optionsOf(process.argv.slice(2));
const asked = engines().filter(({ engine }) => options.engines.includes(engine));
const missing = asked.filter((engine) => engine.missing !== undefined);
const tasks = [...options.only, 'matMul'].flatMap(tasksOf);
const reports = await measureAll(tasks, { ...options, say: progress });
progress('');
const rows = tasks.map((task) => summarize(task, reports.get(task)));
show(reportOf(rows, missing, options));
if (rows.some(({ engine, failed }) => engine.engine === 'ours' && failed)) process.exitCode = 1;

function optionsOf(args) {
  const text = (value) => ({ type: 'string', default: value });
  const { values } = parseArgs({
    args,
    options: {
      rounds: text('3'),
      only: text(Object.keys(workloads).join()),
      engines: text('ours,tfjs,jax,torch'),
      steps: text('1000'),
      seconds: text('1.5'),
      minutes: text('7'),
      markdown: { type: 'boolean', default: false },
    },
  });
  return {
    rounds: positive('rounds', values),
    steps: positive('steps', values),
    seconds: positive('seconds', values),
    minutes: positive('minutes', values),
    only: known('only', values, Object.keys(workloads)),
    engines: known('engines', values, ['ours', 'tfjs', 'jax', 'torch']),
    markdown: values.markdown,
  };
}

function positive(name, values) {
  const number = Number(values[name]);
  return number > 0 ? number : refuse(`--${name}: expected a number above 0, received '${values[name]}'.`);
}

function known(name, values, names) {
  const list = values[name].split(',');
  const stranger = list.find((entry) => !names.includes(entry));
  return stranger === undefined
    ? list
    : refuse(`--${name}: expected some of ${names.join(', ')}, received '${stranger}'.`);
}

function refuse(complaint) {
  console.error(complaint);
  process.exit(1);
}

/** That workload by every engine that is there and can. */
function tasksOf(workload) {
  const { steps = options.steps } = workloads[workload] ?? {};
  const seconds = workload === 'matMul' ? Math.min(0.5, options.seconds) : options.seconds;
  return asked
    .filter((engine) => engine.missing === undefined && (engine.can?.includes(workload) ?? true))
    .map((engine) => ({ engine, workload, steps, seconds, once: engine.once?.includes(workload) ?? false }));
}

function show({ machine, tables, remarks }) {
  console.log(`${machine.join('\n')}\n`);
  for (const { title, rows: own } of tables) console.log(`${plain(title, own)}\n`);
  console.log(remarks.join('\n'));
  if (!options.markdown) return;
  const list = remarks.map((remark) => `- ${remark}`).join('\n');
  writeReadme([machine.join('  \n'), ...tables.map(({ title, rows: own }) => markdown(title, own)), list].join('\n\n'));
}

function writeReadme(table) {
  const readme = new URL('README.md', import.meta.url);
  const text = readFileSync(readme, 'utf8');
  const [before, after] = [text.indexOf('<!-- bench: begin -->'), text.indexOf('<!-- bench: end -->')];
  writeFileSync(readme, `${text.slice(0, before)}<!-- bench: begin -->\n\n${table}\n\n${text.slice(after)}`);
}

/** One line that is written over where there is a screen. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text) console.error(text);
}
