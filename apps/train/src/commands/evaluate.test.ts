import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { checkComparable, type Protocol } from '@gm/metrics';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { completeSettings } from '../completeSettings.js';
import { startRun } from '../session.js';
import type { Choices, Kind } from '../settings.js';
import { type EvaluateFlags, evaluate } from './evaluate.js';

const folder = mkdtempSync(join(tmpdir(), 'gm-evaluate-'));
const path = (name: string) => join(folder, name);
const series = `series:${path('series.csv')}`;
const text = `text:${path('text.txt')}`;
const FLAGS: EvaluateFlags = { count: 30, importance: 3, examples: 200, seed: 4, json: true };
const RING = { data: 'toy:ring', hidden: [8] };

/** Trains for a few steps, saying nothing. */
async function trainShortly(name: string, kind: Kind, choices: Choices): Promise<void> {
  const settings = completeSettings(kind, { batch: 16, ...choices });
  await startRun({ settings, goal: { steps: 3 }, folder: path(name), backend: 'cpu', checkpointEvery: 100 });
}

/** What `gm evaluate --json` prints. */
async function printed(name: string, flags: Partial<EvaluateFlags> = {}) {
  const log = vi.spyOn(console, 'log').mockReturnValue(undefined);
  await evaluate(path(name), { ...FLAGS, ...flags });
  return JSON.parse(log.mock.lastCall![0]) as Record<string, unknown> & { protocol: Record<string, Protocol> };
}

beforeAll(async () => {
  const quiet = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  writeFileSync(path('series.csv'), `value\n${Array.from({ length: 400 }, (_, t) => Math.sin(t)).join('\n')}\n`);
  writeFileSync(path('text.txt'), 'the sea and the ship '.repeat(100));
  await trainShortly('vae', 'vae', { ...RING, latent: 2 });
  await trainShortly('gan', 'gan', { ...RING, latent: 2 });
  await trainShortly('judge', 'classifier', RING);
  await trainShortly('other-judge', 'classifier', { ...RING, seed: 2 });
  await trainShortly('vq-vae', 'vq-vae', RING);
  await trainShortly('forecast', 'forecast', { data: series, past: 8, horizon: 4, hidden: [4] });
  const small = { time: 8, hidden: [4], latent: 2 };
  await trainShortly('series-gan', 'gan', { data: series, ...small });
  await trainShortly('series-vae', 'vae', { data: series, ...small });
  await trainShortly('text-gan', 'gan', { data: text, ...small });
  await trainShortly('language-model', 'language-model', { data: text, time: 8, hidden: [4] });
  await trainShortly('sequence-vae', 'sequence-vae', { data: text, time: 8, hidden: [4], latent: 2 });
  for (const spy of quiet) spy.mockRestore();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

const test = { data: 'toy:ring', split: 'test' };
const ofSeries = { data: series, column: 'value', split: 'test' };

describe('gm evaluate --json', () => {
  it('says how the bounds of a VAE were measured', async () => {
    const { protocol, negativeElbo, negativeBound } = await printed('vae');
    const told = {
      ...test,
      pixels: 'unit',
      likelihood: 'gaussian',
      scale: 0.1,
      given: 'nothing',
      binarisation: 'none',
      seed: 4,
    };
    expect(protocol).toEqual({
      negativeElbo: { ...told, metric: 'negativeElbo', samples: 1, count: 5000 },
      reconstruction: { ...told, metric: 'reconstruction', samples: 1, count: 5000 },
      divergence: { ...told, metric: 'divergence', samples: 1, count: 5000 },
      negativeBound: { ...told, metric: 'negativeBound', K: 3, examples: 200 },
    });
    for (const value of [negativeElbo, negativeBound]) expect(value).toEqual(expect.any(Number));
  });

  it('refuses to compare what other flags measured', async () => {
    const bound = async (flags: Partial<EvaluateFlags>) => {
      const { negativeBound, protocol } = await printed('vae', flags);
      return { value: negativeBound as number, protocol: protocol.negativeBound! };
    };
    const [first, again] = [await bound({}), await bound({})];
    expect(again).toEqual(first);
    checkComparable(first, again);
    for (const flags of [{ importance: 4 }, { examples: 100 }, { seed: 5 }]) {
      const other = await bound(flags);
      expect(() => checkComparable(first, other)).toThrow(/expected numbers of one protocol/);
    }
  });

  it.each([
    ['judge', { accuracy: { ...test, count: 5000 }, confidence: { ...test, count: 5000 } }],
    ['vq-vae', { pixelError: { ...test, count: 5000, pixels: 'unit' } }],
    [
      'forecast',
      {
        crps: { ...ofSeries, past: 8, horizon: 4, count: 29, levels: '0.1 0.2 0.3 0.4 0.5 0.6 0.7 0.8 0.9' },
        naiveError: { ...ofSeries, past: 8, horizon: 4, count: 29 },
      },
    ],
    [
      'series-gan',
      {
        frechet: { ...ofSeries, time: 8, features: 'steps', count: 30, seed: 4 },
        realFrechet: { ...ofSeries, time: 8, features: 'steps' },
      },
    ],
    [
      'text-gan',
      {
        trigrams: { data: text, split: 'train', time: 8, count: 30, seed: 4 },
        unrepeated: { data: text, split: 'train', time: 8, count: 30, seed: 4 },
        realTrigrams: { data: text, split: 'test' },
      },
    ],
    [
      'language-model',
      {
        bits: { data: text, split: 'test', count: 204, rows: 4 },
        gzipBits: { data: text, split: 'test', count: 210 },
      },
    ],
    [
      'sequence-vae',
      {
        ...Object.fromEntries(
          ['bitsAtMost', 'codeBits'].map((name) => [
            name,
            { data: text, split: 'test', count: 208, length: 8, seed: 4, samples: 1 },
          ]),
        ),
        gzipBits: { data: text, split: 'test', count: 210 },
      },
    ],
  ])('says it of a %s', async (name, protocols) => {
    const { protocol, ...found } = await printed(name);
    const wanted = Object.entries(protocols).map(([metric, told]) => [metric, { ...told, metric }]);
    expect(protocol).toEqual(Object.fromEntries(wanted));
    for (const metric of Object.keys(protocols)) expect(found[metric]).toEqual(expect.any(Number));
  });

  it('says of which series a bound was measured', async () => {
    const { protocol } = await printed('series-vae');
    const { negativeElbo } = protocol;
    expect(negativeElbo).toMatchObject({ ...ofSeries, time: 8, likelihood: 'gaussian', scale: 0.3 });
    expect(negativeElbo).not.toHaveProperty('pixels');
  });

  it('refuses too few samples, a judge of what has no classes, and data that have changed', async () => {
    await expect(printed('series-gan', { count: 8 })).rejects.toThrow(/--count above 8/);
    await expect(printed('series-gan', { judge: path('judge') })).rejects.toThrow(/images or points for a --judge/);
    writeFileSync(path('text.txt'), 'another sea and ship '.repeat(100));
    await expect(printed('text-gan')).rejects.toThrow(/the examples that the run was started with/);
    await expect(printed('language-model')).rejects.toThrow(/the examples that the run was started with/);
  });

  it('names the weights of a judge, and what they were tested on', async () => {
    const { protocol } = await printed('gan', { judge: path('judge') });
    const network = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(protocol).toEqual({
      judgeAccuracy: { ...test, metric: 'judgeAccuracy', network, count: 5000 },
      realConfidence: { ...test, metric: 'realConfidence', network, count: 5000 },
      confidence: { data: 'toy:ring', metric: 'confidence', network, count: 30, seed: 4 },
      classEntropy: { data: 'toy:ring', metric: 'classEntropy', network, count: 30, seed: 4 },
    });
    const other = await printed('gan', { judge: path('other-judge') });
    expect(other.protocol.confidence!.network).not.toBe(protocol.confidence!.network);
  });
});

describe('gm evaluate', () => {
  it('says numbers to people, and no protocol', async () => {
    const err = vi.spyOn(process.stderr, 'write').mockReturnValue(true); // where --json has sent all that is said
    const out = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await evaluate(path('vae'), { ...FLAGS, json: false });
    const said = stripVTControlCharacters([...err.mock.calls, ...out.mock.calls].join(''));
    expect(said).toMatch(/test −L_K +-?\d+\.\d{3} nats/);
    expect(said).not.toContain('protocol');
  });
});
