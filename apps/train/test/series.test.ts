import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { workplace } from './gm.js';

const { gm, path, clear } = workplace();
afterAll(clear);

/** Days of 12 steps around 100. */
const file = path('sines.csv');
const valueAt = (step: number) => 100 + 5 * Math.sin((2 * Math.PI * step) / 12) + 0.3 * Math.sin(step * step);
writeFileSync(file, `load\n${Array.from({ length: 900 }, (_, step) => valueAt(step).toFixed(4)).join('\n')}\n`);

const train = (kind: string, steps: number, ...more: readonly string[]) =>
  gm(
    ...['train', kind, '--data', `series:${file}`, '--time', '12', '--hidden', '16', '--batch', '32', '--seed', '3'],
    ...['--backend', 'wasm', '--steps', String(steps), '--out', path(`${kind}-${steps}`), ...more],
  );
const numbersIn = (csv: string) =>
  readFileSync(csv, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));

describe('gm train on a series', () => {
  it.each([
    ['iwae', ['--samples', '2']],
    ['lsgan', []],
    ['wgan-gp', []],
    ['r3gan', ['--cell', 'lstm']],
    ['vae-gan', []],
    ['adversarial-autoencoder', []],
    ['gan', ['--generator', 'mlp', '--discriminator', 'mlp', '--spectral-norm']],
  ])('trains the parts of a %s, recurrent where nothing else is said', async (kind, parts) => {
    const { code, stdout, stderr } = await train(kind, 4, ...parts);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(parts.includes('mlp') ? /generator +mlp/ : /(generator|decoder) +recurrent/);
    expect(readFileSync(path(`${kind}-4`, 'samples.svg'), 'utf8')).toContain('samples');
    expect(existsSync(path(`${kind}-4`, 'reconstructions.svg'))).toBe(/iwae|autoencoder|vae-gan/.test(kind));
  });

  it('brings a GAN nearer to the series', async () => {
    const distance = async (steps: number) => {
      expect((await train('gan', steps, '--average', '0')).code).toBe(0);
      return JSON.parse((await gm('evaluate', path(`gan-${steps}`), '--json')).stdout);
    };
    const [before, after] = [await distance(1), await distance(400)];
    expect(after.frechet).toBeLessThan(before.frechet / 2);
    expect(before.realFrechet).toBe(after.realFrechet);
    expect(after.realFrechet).toBeLessThan(after.frechet);
    expect(after.protocol.frechet).toMatchObject({ column: 'load', time: 12, count: 1000, features: 'steps' });
  });

  it('bounds the likelihood of a VAE, and draws series in their own units', async () => {
    expect((await train('vae', 300)).code).toBe(0);
    const bound = async (steps: number) =>
      JSON.parse((await gm('evaluate', path(`vae-${steps}`), '--json', '--importance', '5')).stdout).negativeElbo;
    expect((await train('vae', 1)).code).toBe(0);
    expect(await bound(300)).toBeLessThan((await bound(1)) - 5);
    const csv = path('drawn.csv');
    expect((await gm('sample', path('vae-300'), '--count', '50', '--out', csv)).code).toBe(0);
    const drawn = numbersIn(csv);
    expect(drawn.map((row) => row.length)).toEqual(Array(50).fill(12));
    const mean = drawn.flat().reduce((total, value) => total + value) / 600;
    expect(Math.abs(mean - 100)).toBeLessThan(1.5);
    for (const out of ['drawn.svg', 'more.svg']) {
      expect((await gm('sample', path('vae-300'), '--out', path(out))).code).toBe(0);
    }
    expect(readFileSync(path('drawn.svg'), 'utf8')).toBe(readFileSync(path('more.svg'), 'utf8'));
  });

  it.each<[string, string, readonly string[], RegExp]>([
    ['classes', 'gan', ['--conditional'], /expected data with labels/],
    ['a convolution', 'gan', ['--discriminator', 'dcgan'], /a part for sequences: mlp or recurrent/],
    ['a loss of zeros and ones', 'vae', ['--loss', 'bernoulli'], /received unbounded. Choose --loss gaussian/],
    ['a codebook', 'vq-vae', [], /images or points/],
    ['more steps than there are', 'gan', ['--time', '100'], /at least 1000 steps.*take a smaller --time/],
  ])('refuses %s', async (_, kind, args, message) => {
    const { code, stderr } =
      kind === 'vq-vae'
        ? await gm('train', kind, '--data', `series:${file}`, '--out', path('refused'))
        : await train(kind, 1, ...args, '--out', path('refused'));
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(existsSync(path('refused'))).toBe(false);
  });
});
