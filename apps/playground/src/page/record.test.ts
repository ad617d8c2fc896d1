import { expect, it } from 'vitest';
import { addRows, type Curves, upTo } from './record.js';

const rowsOf = (from: number, count: number, value: (step: number) => number) =>
  Array.from({ length: count }, (_, index) => ({ step: from + index, metrics: { 'a/loss': value(from + index) } }));

it('keeps every value of a short run', () => {
  const record: Curves = {};
  addRows(
    record,
    rowsOf(1, 3, (step) => step * 10),
  );
  expect(record['a/loss']).toMatchObject({ steps: [1, 2, 3], values: [10, 20, 30], stride: 1 });
});

it('keeps a long run in at most 2,000 places, each the mean of the steps it stands for', () => {
  const record: Curves = {};
  addRows(
    record,
    rowsOf(1, 10_000, (step) => step),
  );
  const { steps, values, stride } = record['a/loss']!;
  expect(steps.length).toBeLessThan(2000);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  for (const [place, step] of steps.entries()) expect(values[place]).toBeCloseTo(step - (stride - 1) / 2, 6);
});

it('takes players that move at different times', () => {
  const record: Curves = {};
  addRows(record, [
    { step: 1, metrics: { 'd/loss': 1 } },
    { step: 2, metrics: { 'd/loss': 2, 'g/loss': 3 } },
  ]);
  expect(record['g/loss']!.steps).toEqual([2]);
});

it('goes back to a step', () => {
  const record: Curves = {};
  addRows(
    record,
    rowsOf(1, 9, (step) => step * 10),
  );
  const back = upTo(record, 6);
  expect(back['a/loss']).toMatchObject({ steps: [1, 2, 3, 4, 5, 6], values: [10, 20, 30, 40, 50, 60], stride: 1 });
  expect(record['a/loss']!.steps).toHaveLength(9);
});
