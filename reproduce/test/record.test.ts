import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { append, lineOf } from '../src/record.js';

const folder = mkdtempSync(join(tmpdir(), 'gm-record-'));
afterAll(() => rmSync(folder, { recursive: true }));

const finding = { figure: 'error |E|', reference: '1 %', ours: '2 %', wanted: '≤ 1.5 %', seeds: [1, 2], steps: 12_000 };

describe('the record of reproductions', () => {
  it('is a table that grows by a line for each finding', () => {
    const path = join(folder, 'record.md');
    append(path, { name: 'a' }, [finding]);
    append(path, { name: 'b' }, [finding, finding]);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.slice(-3).map((line) => line.slice(0, 3))).toEqual(['| a', '| b', '| b']);
    const cells = (line: string) => line.split(/(?<!\\)\|/).length;
    expect(new Set(lines.filter((line) => line.startsWith('|')).map(cells))).toEqual(new Set([11]));
  });

  it('says aloud when a promise is not kept', () => {
    expect(lineOf('a', { ...finding, kept: false }, 'here')).toContain('**not kept**: ≤ 1.5 %');
    expect(lineOf('a', { ...finding, kept: true }, 'here')).not.toContain('not kept');
  });

  it('says how many steps, or how many of each seed', () => {
    expect(lineOf('a', finding, 'here')).toContain('| 12,000 |');
    expect(lineOf('a', { ...finding, steps: [12_000, 9] }, 'here')).toContain('| 12,000; 9 |');
  });

  it('tells short from long trainings', () => {
    expect(lineOf('a', { ...finding, seconds: 42.3 }, 'here')).toContain('| 42 s |');
    expect(lineOf('a', { ...finding, seconds: 1700 }, 'here')).toContain('| 28 min |');
  });
});
