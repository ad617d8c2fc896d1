import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workplace, writeTinySet } from './gm.js';

const { gm, path, clear } = workplace();
const data = `idx:${writeTinySet(path('tiny'))}`;
const SMALL = ['--data', data, '--hidden', '32', '--batch', '16'];
beforeAll(async () => {
  await gm('train', 'vae', '--steps', '60', '--latent', '3', '--out', path('vae'), ...SMALL);
  await gm('train', 'gan', '--steps', '10', '--latent', '3', '--out', path('gan'), ...SMALL);
  await gm('train', 'classifier', '--steps', '60', '--discriminator', 'mlp', '--out', path('judge'), ...SMALL);
});
afterAll(clear);

describe('gm sample', () => {
  it('draws as many images as asked, the same for one seed', async () => {
    for (const out of ['a.png', 'b.png']) {
      expect((await gm('sample', path('vae'), '--count', '12', '--seed', '5', '--out', path(out))).code).toBe(0);
    }
    expect(decode(readFileSync(path('a.png')))).toMatchObject({ width: 182, height: 2 * 18 + 2 });
    expect(readFileSync(path('b.png'), 'base64')).toBe(readFileSync(path('a.png'), 'base64'));
  });

  it('draws from where the encoder puts the data, if it shall', async () => {
    const draw = (name: string, ...more: string[]) =>
      gm('sample', path('vae'), '--count', '12', '--seed', '5', '--out', path(name), ...more);
    expect(await draw('fitted.png', '--mixture', '4')).toMatchObject({ code: 0, stderr: '' });
    expect((await draw('again.png', '--mixture', '4')).code).toBe(0);
    expect(readFileSync(path('again.png'), 'base64')).toBe(readFileSync(path('fitted.png'), 'base64'));
    expect((await draw('prior.png')).code).toBe(0);
    expect(readFileSync(path('prior.png'), 'base64')).not.toBe(readFileSync(path('fitted.png'), 'base64'));
    for (const run of ['gan', 'judge']) {
      const { code, stderr } = await gm('sample', path(run), '--mixture', '4', '--out', path('none.png'));
      expect([code, stderr]).toEqual([2, expect.stringContaining('expected a vae or an iwae with Gaussian codes')]);
    }
    expect(existsSync(path('none.png'))).toBe(false);
  });

  it('never overwrites a file', async () => {
    writeFileSync(path('mine.png'), 'mine');
    const { code, stderr } = await gm('sample', path('vae'), '--out', path('mine.png'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('which exists')]);
    expect(readFileSync(path('mine.png'), 'utf8')).toBe('mine');
  });

  it('says that a classifier does not generate', async () => {
    const { code, stderr } = await gm('sample', path('judge'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected a run that generates')]);
  });
});

describe('gm evaluate', () => {
  it('gives the negative ELBO and the tighter bound of a VAE', async () => {
    const { code, stdout } = await gm('evaluate', path('vae'), '--json', '--importance', '20');
    expect(code).toBe(0);
    const { negativeElbo, reconstruction, divergence, negativeBound } = JSON.parse(stdout);
    expect(negativeElbo).toBeCloseTo(reconstruction + divergence, 3);
    expect(negativeBound).toBeLessThan(negativeElbo + 0.5);
  });

  it('gives the test accuracy of a classifier', async () => {
    const { stdout } = await gm('evaluate', path('judge'), '--json');
    expect(JSON.parse(stdout).accuracy).toBeGreaterThan(0.9);
  });

  it('has samples judged by a given classifier', async () => {
    const { stdout } = await gm('evaluate', path('gan'), '--json', '--judge', path('judge'), '--count', '50');
    const { confidence, classCounts, judgeAccuracy } = JSON.parse(stdout);
    expect(confidence).toBeGreaterThan(0.25);
    expect(classCounts).toHaveLength(4);
    expect(judgeAccuracy).toBeGreaterThan(0.9);
  });

  it('trains a judge where there is none, and keeps it', async () => {
    const { code, stdout } = await gm('evaluate', path('gan'), '--count', '50');
    expect(code).toBe(0);
    expect(stdout).toMatch(/judge +.*runs\/judge-/);
    expect(existsSync(path('runs'))).toBe(true);
    const again = await gm('evaluate', path('gan'), '--count', '50');
    expect(again.stdout).not.toContain('Training a judge');
  });

  it('goes on with a judge whose training was stopped', async () => {
    const kept = path('runs', readdirSync(path('runs')).find((name) => name.startsWith('judge-'))!);
    rmSync(kept, { recursive: true });
    const unfinished = `${kept}-unfinished`;
    await gm('train', 'classifier', '--steps', '3', '--discriminator', 'mlp', '--out', unfinished, ...SMALL);
    const run = JSON.parse(readFileSync(join(unfinished, 'run.json'), 'utf8'));
    writeFileSync(join(unfinished, 'run.json'), JSON.stringify({ ...run, goal: { steps: 30 } }));
    const { code, stdout } = await gm('evaluate', path('gan'), '--count', '50');
    expect(code).toBe(0);
    expect(stdout).toContain('Going on after step 3');
    expect(stdout).toContain(`finished: ${join('runs', basename(kept))}`);
    expect([existsSync(unfinished), existsSync(kept)]).toEqual([false, true]);
  });

  it('refuses a judge that judges something else', async () => {
    const { code, stderr } = await gm('evaluate', path('gan'), '--judge', path('vae'));
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected a classifier')]);
  });
});

describe('gm', () => {
  it('shows its help', async () => {
    const { code, stdout } = await gm('--help');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Examples:')]);
    expect((await gm('train', '--help')).stdout).toMatch(/--encoder <name>.*choices: "mlp", "conv"/s);
  });
});
