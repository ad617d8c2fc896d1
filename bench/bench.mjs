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
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { engines, versions } from './engines.mjs';
import { measureAll } from './rounds.mjs';
import { compare, differences, summarize } from './summary.mjs';
import { markdown, plain } from './table.mjs';
import { rate, workloads } from './workloads.mjs';

const readme = new URL('README.md', import.meta.url);
const options = optionsOf(process.argv.slice(2));
const asked = engines().filter(({ engine }) => options.engines.includes(engine));
const present = asked.filter(({ missing }) => missing === undefined);
const tasks = [...options.only, 'matMul'].flatMap((workload) => tasksOf(workload));
const reports = await measureAll(tasks, { ...options, say: progress });
progress('');
report(tasks.map((task) => summarize(task, reports.get(task))));

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
  const numbers = Object.fromEntries(['rounds', 'steps', 'seconds', 'minutes'].map((name) => [name, Number(values[name])]));
  const wrong = Object.keys(numbers).find((name) => !(numbers[name] > 0));
  if (wrong) refuse(`--${wrong}: expected a number above 0, received '${values[wrong]}'.`);
  const only = known('only', values.only, Object.keys(workloads));
  return { ...values, ...numbers, only, engines: known('engines', values.engines, ['ours', 'tfjs', 'jax', 'torch']) };
}

function known(option, list, names) {
  const stranger = list.split(',').find((name) => !names.includes(name));
  if (stranger !== undefined) refuse(`--${option}: expected some of ${names.join(', ')}, received '${stranger}'.`);
  return list.split(',');
}

function refuse(complaint) {
  console.error(complaint);
  process.exit(1);
}

/** That workload by every engine that can; the rate of matrix products is asked of those whose bound is told. */
function tasksOf(workload) {
  const { steps = options.steps } = workloads[workload] ?? {};
  const seconds = workload === 'matMul' ? Math.min(0.5, options.seconds) : options.seconds;
  return present
    .filter(({ can }) => can === undefined || can.includes(workload))
    .map((engine) => ({ engine, workload, steps, seconds, once: engine.once?.includes(workload) ?? false }));
}

function report(all) {
  const products = all.filter(({ workload, failed }) => workload === 'matMul' && failed === undefined);
  const rates = Object.fromEntries(products.map(({ engine, best }) => [engine.name, rate.flop / (best / 1000)]));
  const parts = options.only.map((workload) => {
    const { title, flop } = workloads[workload];
    const missing = asked.filter((engine) => engine.missing).map((engine) => ({ engine, failed: engine.missing }));
    const compared = compare(all.filter((row) => row.workload === workload), flop, rates);
    return { heading: `${title}: ${(flop / 1e9).toFixed(2)} GFLOP`, rows: [...compared, ...missing], workload };
  });
  const notes = [...goals(parts), ...remarks(all, rates)];
  console.log(`${machine().join('\n')}\n`);
  for (const { heading, rows } of parts) console.log(`${plain(heading, rows)}\n`);
  console.log(notes.join('\n'));
  if (options.markdown) writeReadme([...parts.map(({ heading, rows }) => markdown(heading, rows)), list(notes)]);
  if (all.some(({ engine, failed }) => engine.engine === 'ours' && failed && failed !== 'not built yet')) process.exitCode = 1;
}

/** How two threads of ours stand to what is wanted of them. */
function goals(parts) {
  return parts.flatMap(({ workload, rows }) => {
    const { must, aim, mustBeatStock } = workloads[workload];
    const ours = rows.find(({ engine, failed }) => engine.name === 'ours-2' && failed === undefined);
    if (!ours?.toBest) return [];
    const lines = [`${workload}: ${ours.toBest.middle.toFixed(2)} × torch’s best; must ≤ ${must}, aim ≤ ${aim}`];
    if (mustBeatStock && ours.toStock) {
      lines.push(`${workload}: ${ours.toStock.middle.toFixed(1)} × faster than stock tfjs; must ≥ ${mustBeatStock}`);
    }
    return lines;
  });
}

/** What the numbers do not say by themselves. */
function remarks(all, rates) {
  const speeds = Object.entries(rates).map(([name, flops]) => `${name} ${(flops / 1e9).toFixed(0)}`);
  const told = new Set();
  for (const { engine, workload, device, extrapolated, failed, once } of all) {
    if (failed !== undefined || !device || engine.engine === 'torch') continue;
    const part = extrapolated ? `, extrapolated from ${64 * extrapolated} of 64 images` : '';
    const seldom = once ? ', in one round only' : '';
    told.add(`${engine.label}${engine.engine === 'ours' ? '' : `, ${workload}`}: on ${device}${part}${seldom}`);
  }
  const cut = all.filter(({ failed, once, rounds }) => failed === undefined && !once && rounds < options.rounds);
  return [
    ...(speeds.length ? [`best ${rate.title}, GFLOP/s, from which the bounds are taken: ${speeds.join(', ')}`] : []),
    ...told,
    ...cut.map(({ workload, engine, rounds }) => `${workload}, ${engine.label}: measured in ${rounds} of ${options.rounds} rounds`),
    ...options.only.flatMap((workload) => differences(all.filter((row) => row.workload === workload))),
  ];
}

function machine() {
  const known = versions();
  const git = spawnSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', cwd: new URL('.', import.meta.url) });
  return [
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`,
    Object.entries(known)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    `${new Date().toISOString().slice(0, 10)}, commit ${git.stdout?.trim() || 'unknown'}, ${options.rounds} rounds`,
  ];
}

const list = (lines) => lines.map((line) => `- ${line}`).join('\n');

function writeReadme(parts) {
  const [begin, end] = ['<!-- bench: begin -->', '<!-- bench: end -->'];
  const text = readFileSync(readme, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest.slice(rest.indexOf(end));
  writeFileSync(readme, `${before}${begin}\n${[machine().join('  \n'), ...parts].join('\n\n')}\n${after}`);
}

/** One line that is written over where there is a screen. */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text) console.error(text);
}
