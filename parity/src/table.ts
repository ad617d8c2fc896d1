import { bounds, groups, type Kind, kinds, trainingSteps } from './case.js';
import type { EngineName } from './engine.js';
import type { Report, Row } from './report.js';

const columns: Readonly<Record<EngineName, string>> = {
  wasm: 'wasm',
  webgpu: 'WebGPU in Node',
  chromium: 'WebGPU in Chromium',
  node: 'TensorFlow',
  'node-gpu': 'TensorFlow on CUDA',
};

const words: Readonly<Record<Kind, string>> = {
  forward: 'forward',
  gradient: 'gradients',
  trained: `weights after ${trainingSteps} steps`,
};

const compared = 'The largest error of each group, beside what cpu (plain JavaScript) gives.';

/** The worst error of each group on each engine; in Markdown, or in columns for a terminal. */
export function tableOf(
  reports: readonly Report[],
  { markdown = false }: { readonly markdown?: boolean } = {},
): string {
  const run = reports.filter(({ missing }) => missing === undefined);
  const lines = [['', 'cases', 'bound', ...run.map(({ engine }) => columns[engine])], ...rowsOf(run)];
  const table = markdown ? piped(lines) : padded(lines);
  const notes = [...(run.length > 0 ? [table, '', compared] : []), ...run.map(ranOn), ...reports.flatMap(absent)];
  return notes.join('\n');
}

function rowsOf(run: readonly Report[]): string[][] {
  return groups.flatMap((group) => {
    const rows = run.map((report) => report.rows.find((row) => row.group === group));
    return kinds
      .filter((kind) => rows.some((row) => row?.errors[kind] !== undefined))
      .map((kind) => {
        const count = rows.find((row) => row !== undefined)!.cases;
        return [
          `${group}: ${words[kind]}`,
          `${count}`,
          exponential(bounds[kind]),
          ...rows.map((row) => shown(row, kind)),
        ];
      });
  });
}

const shown = (row: Row | undefined, kind: Kind): string => {
  const error = row?.errors[kind];
  return error === undefined ? '–' : exponential(error);
};

const exponential = (value: number) => (value === 0 ? '0' : value.toExponential(1).replace('.0e', 'e'));

function ranOn({ engine, device, steps, seconds }: Report): string {
  const fewer = steps === trainingSteps ? '' : `, recipes for ${steps} steps`;
  return `${columns[engine]}: ${device}${fewer}, ${seconds!.toFixed(0)} s`;
}

const absent = ({ engine, missing }: Report) => (missing === undefined ? [] : [`${columns[engine]}: ${missing}`]);

function padded(lines: readonly string[][]): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
    )
    .join('\n');
}

function piped([head, ...lines]: readonly string[][]): string {
  const rule = head!.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head!, rule, ...lines].map((line) => `| ${line.join(' | ')} |`).join('\n');
}
