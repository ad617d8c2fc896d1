import { existsSync, readFileSync } from 'node:fs';
import { decode } from 'fast-png';
import { afterAll, describe, expect, it } from 'vitest';
import { workplace, writeTinySet } from './gm.js';

const { gm, path, clear } = workplace();
const data = `idx:${writeTinySet(path('tiny'))}`;
const SMALL = ['--hidden', '16', '--batch', '16', '--seed', '3', '--backend', 'wasm'];
afterAll(clear);

describe('gm train', () => {
  it.each([
    ['vae', ['--latent', '4']],
    ['gan', ['--latent', '4']],
    ['lsgan', ['--latent', '4']],
    ['wgan-gp', ['--latent', '4']],
    ['r3gan', ['--latent', '4']],
    ['acgan', ['--latent', '4']],
    ['iwae', ['--latent', '4', '--samples', '3']],
    ['vae-gan', ['--latent', '4']],
    ['adversarial-autoencoder', ['--latent', '4']],
    ['semi-supervised', ['--latent', '4', '--labels', '20']],
    ['classifier', ['--discriminator', 'mlp']],
  ])('trains a %s into a run folder with all results', async (kind, parts) => {
    const out = path(`run-${kind}`);
    const { code, stdout, stderr } = await gm(
      'train',
      kind,
      '--data',
      data,
      '--steps',
      '12',
      '--out',
      out,
      ...SMALL,
      ...parts,
    );
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/backend +wasm: /);
    expect(stdout).toMatch(/part +choice +shapes +parameters/);
    expect(stdout).toContain('Done after step 12');
    expect(JSON.parse(readFileSync(`${out}/run.json`, 'utf8'))).toMatchObject({
      settings: { kind, batch: 16, seed: 3 },
    });
    const lines = readFileSync(`${out}/metrics.jsonl`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => line.step)).toEqual([10, 12]);
    expect(readFileSync(`${out}/losses.svg`, 'utf8')).toContain('<svg');
    expect(existsSync(`${out}/checkpoint.safetensors`)).toBe(true);
    expect(existsSync(`${out}/lock.json`)).toBe(false);
    expect(existsSync(`${out}/samples.png`)).toBe(kind !== 'classifier');
    expect(existsSync(`${out}/reconstructions.png`)).toBe(/^vae|^iwae|autoencoder/.test(kind));
  });

  it.each([
    ['vae', ['--prior', 'categorical', '--categories', '3', '--latent', '5'], { prior: 'categorical', categories: 3 }],
    ['iwae', ['--prior', 'categorical', '--encoder', 'conv', '--latent', '3', '--samples', '2'], { categories: 10 }],
    ['vae', ['--encoder', 'recurrent', '--generator', 'recurrent', '--latent', '3'], { cell: 'lstm' }],
    [
      'gan',
      ['--discriminator', 'resnet', '--spectral-norm', '--loss', 'hinge', '--latent', '3'],
      { spectralNorm: true },
    ],
    ['lsgan', ['--discriminator', 'dcgan', '--spectral-norm', '--latent', '3'], { spectralNorm: true }],
  ] as const)('trains a %s with %j, which samples and is measured', async (kind, parts, settings) => {
    const out = path(`with-${kind}-${parts.join('')}`);
    const { code, stderr } = await gm('train', kind, '--data', data, '--steps', '3', '--out', out, ...SMALL, ...parts);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(`${out}/run.json`, 'utf8')).settings).toMatchObject(settings);
    expect((await gm('sample', out, '--count', '4', '--out', `${out}/four.png`)).code).toBe(0);
    if (!kind.endsWith('vae') && kind !== 'iwae') return;
    expect(existsSync(`${out}/reconstructions.png`)).toBe(true);
    const { negativeElbo, negativeBound } = JSON.parse(
      (await gm('evaluate', out, '--json', '--importance', '5')).stdout,
    );
    expect([negativeElbo, negativeBound].every(Number.isFinite)).toBe(true);
  });

  it('trains a classifier and a GAN that read images row after row', async () => {
    const cells = ['--discriminator', 'recurrent', '--cell', 'gru', '--steps', '4'];
    const reader = await gm('train', 'classifier', '--data', data, '--out', path('rows'), ...cells, ...SMALL);
    expect([reader.code, reader.stderr]).toEqual([0, '']);
    expect(JSON.parse(readFileSync(path('rows', 'run.json'), 'utf8')).settings).toMatchObject({ cell: 'gru' });
    const both = [
      'train',
      'gan',
      '--conditional',
      '--data',
      data,
      '--out',
      path('rows-gan'),
      '--penalty',
      'r1',
      ...cells,
      ...SMALL,
    ];
    const { code, stderr } = await gm(...both);
    expect([code, stderr]).toEqual([0, '']);
  });

  it('draws a grid of ten by ten samples', async () => {
    const { width, height, channels } = decode(readFileSync(path('run-vae', 'samples.png')));
    expect([width, height, channels]).toEqual([10 * 18 + 2, 10 * 18 + 2, 1]);
  });

  it('trains a vq-vae, which reconstructs and draws nothing', async () => {
    const out = path('run-vq-vae');
    const args = ['--data', data, '--steps', '5', '--batch', '16', '--codes', '8', '--latent', '4', '--out', out];
    expect(await gm('train', 'vq-vae', ...args)).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(`${out}/reconstructions.png`)).toBe(true);
    expect(existsSync(`${out}/samples.png`)).toBe(false);
    expect(await gm('sample', out)).toMatchObject({ code: 2, stderr: expect.stringContaining('vq-vae') });
    const { code, stdout } = await gm('evaluate', out, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'vq-vae', step: 5, pixelError: expect.any(Number) });
  });

  it.each(['vae', 'gan', 'vae-gan', 'adversarial-autoencoder', 'vq-vae', 'semi-supervised'])(
    'trains a %s on points in the plane',
    async (kind) => {
      const out = path(`toy-${kind}`);
      const { code } = await gm('train', kind, '--data', 'toy:ring', '--steps', '5', '--out', out);
      expect(code).toBe(0);
      expect(existsSync(`${out}/samples.svg`)).toBe(kind !== 'vq-vae');
    },
  );

  it.each([
    ['vae', ['--prior', 'vamp', '--components', '5', '--latent', '4']],
    ['iwae', ['--prior', 'mixture', '--conditional', '--latent', '4']],
    ['gan', ['--discriminator', 'resnet', '--loss', 'hinge', '--conditional']],
    ['gan', ['--discriminator', 'patch', '--penalty', 'r1']],
    ['classifier', ['--discriminator', 'resnet']],
    ['vae', ['--encoder', 'conv', '--generator', 'conv', '--latent', '4', '--binarize']],
    ['gan', ['--generator', 'dcgan', '--discriminator', 'dcgan', '--loss', 'minimax', '--average', '0']],
    ['gan', ['--loss', 'hinge', '--penalty', 'r1', '--penalty-weight', '1']],
    ['gan', ['--generator', 'dcgan', '--discriminator', 'dcgan', '--conditional', '--penalty', 'r1']],
    ['vae', ['--conditional']],
    ['vae-gan', ['--conditional']],
    ['gan', ['--loss', 'wasserstein', '--clip', '0.01', '--discriminator-steps', '2']],
    ['classifier', ['--discriminator', 'conv']],
  ])('trains a %s of %s', async (kind, parts) => {
    const out = path([kind, ...parts].join('-'));
    const { code, stderr } = await gm(
      'train',
      kind,
      '--data',
      data,
      '--steps',
      '2',
      '--batch',
      '4',
      '--backend',
      'wasm',
      '--out',
      out,
      ...parts,
    );
    expect([code, stderr]).toEqual([0, '']);
  });

  it('shows the demo', async () => {
    const out = path('demo');
    const { code, stdout } = await gm('demo', '--minutes', '0.03', '--out', out);
    expect(code).toBe(0);
    expect(stdout).toContain('mnist: 60,000 examples [28, 28, 1] in [0, 1], 10 classes');
    for (const file of [
      'samples.png',
      'reconstructions.png',
      'losses.svg',
      'metrics.jsonl',
      'checkpoint.safetensors',
    ]) {
      expect(existsSync(`${out}/${file}`)).toBe(true);
      expect(stdout).toContain(`${out}/${file}`);
    }
  });

  it('numbers its run folders and never writes into one that is there', async () => {
    const args = ['train', 'vae', '--data', 'toy:moons', '--steps', '1'];
    expect((await gm(...args)).code).toBe(0);
    expect((await gm(...args)).code).toBe(0);
    expect([existsSync(path('runs', 'vae-1')), existsSync(path('runs', 'vae-2'))]).toEqual([true, true]);
  });
});
