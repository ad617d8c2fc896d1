import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { versions } from './engines.mjs';
import { compare, differences } from './summary.mjs';
import { rate, workloads } from './workloads.mjs';

/**
 * What a run tells: the machine, a table for each workload, and remarks.
 *
 * @param rows     a summary of every task
 * @param missing  engines that could not be measured
 * @param options  of the run
 */
export function reportOf(rows, missing, options) {
  const rates = ratesOf(rows);
  const tables = options.only.map((workload) => {
    const { title, flop } = workloads[workload];
    const own = rows.filter((row) => row.workload === workload);
    return { workload, title: `${title}: ${(flop / 1e9).toFixed(2)} GFLOP`, rows: compare(own, flop, rates) };
  });
  const remarks = [
    ...goals(tables),
    ...speeds(rates),
    ...circumstances(rows),
    ...shortfalls(rows, missing, options),
    ...tables.flatMap((table) => differences(table.rows)),
  ];
  return { machine: machine(options), tables, remarks };
}

/** The fastest matrix product of each engine by its name, FLOP per second. */
function ratesOf(rows) {
  const products = rows.filter(({ workload, failed }) => workload === 'matMul' && failed === undefined);
  return Object.fromEntries(products.map(({ engine, best }) => [engine.name, rate.flop / (best / 1000)]));
}

/** How two threads of ours stand to what is wanted of them. */
function goals(tables) {
  return tables.flatMap(({ workload, rows }) => {
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

function speeds(rates) {
  const each = Object.entries(rates).map(([name, flops]) => `${name} ${(flops / 1e9).toFixed(0)}`);
  return each.length ? [`best ${rate.title}, GFLOP/s, from which the bounds are taken: ${each.join(', ')}`] : [];
}

/** On what each engine ran, and which numbers are less than they look. */
function circumstances(rows) {
  const told = rows
    .filter(({ failed, device }) => failed === undefined && device)
    .map(({ engine, workload, device, extrapolated, once }) => {
      const part = extrapolated ? `, extrapolated from ${64 * extrapolated} of 64 images` : '';
      const what = engine.engine === 'ours' ? engine.label : `${workload}, ${engine.label}`;
      return `${what}: ${device}${part}${once ? ', in one round only' : ''}`;
    });
  return [...new Set(told)];
}

function shortfalls(rows, missing, { rounds: wanted }) {
  const reasons = [...new Set(missing.map((engine) => engine.missing))];
  const absent = reasons.map((reason) => {
    const labels = missing.filter((engine) => engine.missing === reason).map(({ label }) => label);
    return `not measured: ${labels.join('; ')}. There is ${reason}`;
  });
  const cut = rows
    .filter(({ failed, once, rounds }) => failed === undefined && !once && rounds < wanted)
    .map(({ workload, engine, rounds }) => `${workload}, ${engine.label}: in ${rounds} of ${wanted} rounds`);
  return [...absent, ...cut];
}

function machine({ rounds }) {
  const from = { encoding: 'utf8', cwd: new URL('.', import.meta.url) };
  const commit = spawnSync('git', ['describe', '--always', '--dirty'], from).stdout?.trim() || 'unknown';
  return [
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`,
    Object.entries(versions())
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}, ${rounds} round${rounds > 1 ? 's' : ''}`,
  ];
}
