import { describe, expect, it } from 'vitest';
import { compare, differences, median, summarize } from './summary.mjs';
import { workloads } from './workloads.mjs';

const gflop = (name) => workloads[name].flop / 1e9;

describe('the arithmetic of a step', () => {
  it('is the sum of its matrix products', () => {
    // By hand: 3 · 2 · 128 · (784 · 400 + 400 · 40 + 20 · 400 + 400 · 784) − 2 · 128 · 784 · 400
    expect(gflop('vae')).toBeCloseTo(0.4198, 4);
    // By hand: 3 · 2 · 64 · 64 · (64 · 1024 + 256 · 1024 + 256 · 64)
    expect(gflop('lstm')).toBeCloseTo(8.4557, 4);
    expect(gflop('dcgan')).toBeCloseTo(9.44, 2);
    expect(gflop('epoch')).toBeCloseTo(468 * gflop('vae'), 6);
  });
});

describe('a summary', () => {
  const engine = (name, kind, threads) => ({ name, engine: kind, threads, label: name });
  const task = (of, more) => ({ engine: of, workload: 'vae', once: false, ...more });
  const [ours, torch1, torch2] = [
    engine('ours-2', 'ours', 2),
    engine('torch-1', 'torch', 1),
    engine('torch-2', 'torch', 2),
  ];
  const stock = engine('tfjs-1', 'tfjs', 1);
  const round = (...milliseconds) => ({ milliseconds, parameters: 10, first: 5 });

  it('takes the middle of an odd and of an even count', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });

  it('compares within each round with the best setting of torch', () => {
    const rows = [
      summarize(task(ours), [round(6, 4, 5), round(50), round(8)]),
      summarize(task(torch1), [round(10), round(90), round(8)]),
      summarize(task(torch2), [round(5), round(50), round(4)]),
      summarize(task(stock, { once: true }), [round(80)]),
    ];
    const [mine, slow, best] = compare(rows, 2e6, { 'ours-2': 1e9 });
    expect(mine).toMatchObject({ ms: 8, best: 4, toBest: { middle: 1, low: 1, high: 2 }, toRival: { middle: 1 } });
    expect(mine).toMatchObject({ toStock: { middle: 10 }, gflops: 0.25, share: 0.25 });
    expect([slow.torchBest, best.torchBest]).toEqual([false, true]);
  });

  it('goes on with what was measured when a round failed', () => {
    const [failed, cut] = [[{ failed: 'why' }], [{ failed: 'why' }, round(3)]];
    expect(summarize(task(ours), failed).failed).toBe('why');
    expect(summarize(task(ours), []).failed).toBe('the time was up before');
    const [row] = compare([summarize(task(ours), cut), summarize(task(torch2), [round(1), round(2)])], 1, {});
    expect(row).toMatchObject({ ms: 3, rounds: 1, toBest: { middle: 1.5, low: 1.5, high: 1.5 } });
  });

  it('names rows that cannot have done the same work', () => {
    const rows = [round(1), { ...round(1), parameters: 12 }, { ...round(1), first: 9 }].map((report, index) =>
      summarize(task([ours, torch1, torch2][index]), [report]),
    );
    expect(differences(rows)).toEqual([
      'vae, torch-1: trains 12 numbers, ours 10',
      'vae, torch-2: first loss 9.000, ours 5.000',
    ]);
  });
});
