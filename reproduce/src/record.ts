import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Finding, Row } from './row.js';

const HEAD = `# Reproduction

Numbers of papers and of baselines, and ours beside them. Each line was added by \`npm run reproduce -- <row>\`, which trains, measures
and writes it down; [reproduce](../reproduce) has the settings. Training times are of that machine on that day.

| row | figure | reference | ours | wanted | seeds | steps | training | when, commit, processor |
|---|---|---|---|---|---|--:|--:|---|
`;

/** Adds the findings to the table at the end of that file; begins the file where there is none. */
export function append(path: string, { name }: Pick<Row, 'name'>, findings: readonly Finding[]): void {
  if (!existsSync(path)) writeFileSync(path, HEAD);
  const place = `${new Date().toISOString().slice(0, 10)}, ${commit()}, ${cpus().length} × ${cpus()[0]?.model ?? '?'}`;
  appendFileSync(path, findings.map((finding) => `${lineOf(name, finding, place)}\n`).join(''));
}

/** One finding as a line of the table. */
export function lineOf(row: string, finding: Finding, place: string): string {
  const { figure, reference, ours, wanted = '', kept, seeds, steps, seconds } = finding;
  const verdict = kept === false ? `**not kept**: ${wanted}` : wanted;
  const time =
    seconds === undefined ? '' : seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
  const cells = [
    row,
    figure,
    reference,
    ours,
    verdict,
    seeds.join(', '),
    [steps ?? []]
      .flat()
      .map((count) => count.toLocaleString('en'))
      .join('; '),
    time,
    place,
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'no commit';
  }
}
