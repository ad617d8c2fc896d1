import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { workplace } from './gm.js';

const { gm, path, clear } = workplace();
afterAll(clear);

/** A day of 12 steps, with a second column that is no number. */
const file = path('sines.csv');
const valueAt = (step: number) => 20 + 5 * Math.sin((2 * Math.PI * step) / 12) + 0.3 * Math.sin(step * step);
const lines = Array.from({ length: 900 }, (_, step) => `${step % 7 ? 'weekday' : 'rest'},${valueAt(step).toFixed(4)}`);
writeFileSync(file, `kind,load\n${lines.join('\n')}\n`);

const data = ['--data', `series:${file}`];
const small = ['--past', '24', '--horizon', '6', '--hidden', '16', '--batch', '32', '--seed', '3', '--backend', 'wasm'];

describe('gm train forecast', () => {
  it.each(['gaussian', 'quantile'])('is nearer than the last season, with a %s head', async (loss) => {
    const out = path(`run-${loss}`);
    const { code, stderr } = await gm(
      'train',
      'forecast',
      ...data,
      ...small,
      '--loss',
      loss,
      '--steps',
      '300',
      '--out',
      out,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(readFileSync(`${out}/forecast.svg`, 'utf8')).toContain('what came');
    const evaluated = JSON.parse((await gm('evaluate', out, '--json')).stdout);
    expect(evaluated).toMatchObject({ kind: 'forecast', step: 300, season: expect.any(Number) });
    expect(evaluated.season % 12).toBe(0);
    expect(evaluated.crps).toBeLessThan(evaluated.naiveError);
  });

  it('writes what comes after the end, with its interval', async () => {
    const out = path('next.csv');
    expect((await gm('sample', path('run-gaussian'), '--out', out)).code).toBe(0);
    const [head, ...rows] = readFileSync(out, 'utf8').trim().split('\n');
    expect(head).toBe('step,median,low of 80 %,high of 80 %');
    expect(rows).toHaveLength(6);
    for (const [index, row] of rows.entries()) {
      const [step, median, low, high] = row.split(',').map(Number) as [number, number, number, number];
      expect(step).toBe(index + 1);
      expect(low).toBeLessThan(median);
      expect(median).toBeLessThan(high);
      expect(Math.abs(median - valueAt(900 + index))).toBeLessThan(2.5);
    }
  });

  it('resumes to the very state of the uninterrupted run', async () => {
    const train = (steps: string, out: string) =>
      gm('train', 'forecast', ...data, ...small, '--steps', steps, '--out', path(out));
    await train('8', 'whole');
    await train('4', 'parts');
    expect((await gm('train', '--resume', path('parts'), '--steps', '8')).code).toBe(0);
    const state = (run: string) => readFileSync(path(run, 'checkpoint.safetensors'));
    expect(state('parts').equals(state('whole'))).toBe(true);
  });

  it.each<[string, readonly string[], RegExp]>([
    ['a column that is not there', ['--column', 'wind'], /--column .*expected one of kind, load, received wind/],
    [
      'a column without numbers',
      ['--column', 'kind'],
      /a number in every line of column kind, received "rest" in line 1/,
    ],
    ['a series too short for one test', ['--past', '100', '--horizon', '30'], /at least 1300 steps/],
    ['a loss of another kind', ['--loss', 'hinge'], /gaussian, quantile/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await gm('train', 'forecast', ...data, ...args, '--out', path('refused'));
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync(path('refused'))).toBe(false);
  });

  it('refuses a series for a classifier, images for a forecast, and a file that is no CSV', async () => {
    expect(await gm('train', 'classifier', ...data)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('images or points'),
    });
    expect(await gm('train', 'forecast')).toMatchObject({ code: 2, stderr: expect.stringContaining('series:<csv>') });
    writeFileSync(path('broken.csv'), 'a,"b\n1,2\n');
    const { code, stderr } = await gm('train', 'forecast', '--data', `series:${path('broken.csv')}`);
    expect([code, stderr]).toEqual([2, expect.stringContaining('a CSV file')]);
  });
});
