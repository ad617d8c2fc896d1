import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workplace } from './gm.js';

const { gm, path, clear } = workplace();
const WORDS = ['the', 'whale', 'sea', 'and', 'ship', 'a'];
const data = `text:${path('text.txt')}`;
const PARTS = ['--hidden', '24', '--time', '16', '--batch', '8', '--backend', 'wasm'];
afterAll(clear);

beforeAll(async () => {
  const text = Array.from({ length: 1200 }, (_, index) => WORDS[(7 * index + Math.floor(index / 3)) % 6]).join(' ');
  writeFileSync(path('text.txt'), `${text}\n`);
  writeFileSync(path('short.txt'), 'too short');
  writeFileSync(path('bytes.txt'), Uint8Array.of(0xff, 0xfe, 0xfd));
  const { code, stderr } = await gm(
    'train',
    'language-model',
    '--data',
    data,
    '--steps',
    '200',
    '--out',
    path('run'),
    ...PARTS,
  );
  expect([code, stderr]).toEqual([0, '']);
});

describe('gm train gan on a text', () => {
  const gan = (out: string, steps: number, ...more: readonly string[]) =>
    gm(
      ...['train', 'gan', '--data', data, '--time', '6', '--hidden', '32', '--latent', '8', '--batch', '32'],
      ...['--average', '0', '--seed', '1', '--backend', 'wasm', '--steps', `${steps}`, '--out', path(out), ...more],
    );

  it('learns which characters follow each other, through symbols that are drawn', async () => {
    const shares = async (out: string, steps: number) => {
      expect(await gan(out, steps)).toMatchObject({ code: 0, stderr: '' });
      return JSON.parse((await gm('evaluate', path(out), '--json', '--count', '300')).stdout);
    };
    const [before, after] = [await shares('gan-before', 1), await shares('gan', 500)];
    expect(before.trigrams).toBeLessThan(0.1);
    expect(after.trigrams).toBeGreaterThan(0.3);
    expect(after.realTrigrams).toBeGreaterThan(0.95);
    expect(after.unrepeated).toBeGreaterThan(0);
    expect(after.protocol.trigrams).toMatchObject({ time: 6, count: 300, seed: 1 });
  });

  it('says pieces on the screen or into a file, the same for one seed', async () => {
    const { code, stdout } = await gm('sample', path('gan'), '--count', '5');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^(?:[a-z \n]{6}\n){5}$/);
    expect((await gm('sample', path('gan'), '--count', '5', '--out', path('pieces.txt'))).code).toBe(0);
    expect(readFileSync(path('pieces.txt'), 'utf8')).toBe(stdout);
    const pieces = readFileSync(path('gan', 'samples.txt'), 'utf8');
    expect(pieces).toMatch(/^(?:[a-z \n]{6}\n){20}$/);
  });

  it('trains other losses and parts, and refuses what has no class or no place', async () => {
    expect(await gan('critic', 3, '--loss', 'wasserstein', '--penalty', 'gradient')).toMatchObject({ code: 0 });
    expect(await gan('mlp', 3, '--generator', 'mlp', '--discriminator', 'mlp')).toMatchObject({ code: 0 });
    const refused = async (...args: string[]) => (await gan('refused', 1, ...args)).stderr;
    expect(await refused('--column', 'load')).toMatch(/received --column load.*or take --data series:<csv>/);
    expect(await refused('--conditional')).toMatch(/expected data with labels/);
    expect(await refused('--discriminator', 'dcgan')).toMatch(/a part for sequences: mlp or recurrent/);
    expect(existsSync(path('refused'))).toBe(false);
  });
});

describe('gm with a language model', () => {
  it('learns which characters follow each other, and says so in its results', async () => {
    const { code, stdout } = await gm('evaluate', path('run'), '--json');
    expect(code).toBe(0);
    const { bits, characters, kind } = JSON.parse(stdout);
    expect(kind).toBe('language-model');
    expect(bits).toBeLessThan(2); // equal chances among its 14 characters cost 3.8
    expect(characters).toBeGreaterThan(400);
    expect(readFileSync(path('run', 'samples.txt'), 'utf8').length).toBeGreaterThan(900);
  });

  it('goes on from a prompt, the same for one seed, without the text file', async () => {
    const say = () =>
      gm('sample', path('run'), '--prompt', 'the w', '--count', '40', '--temperature', '0.5', '--seed', '4');
    const [first, second] = [await say(), await say()];
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^the w[a-z \n]{40}\n$/);
    expect(second.stdout).toBe(first.stdout);
  });

  it('goes on to more steps', async () => {
    const { code, stdout } = await gm('train', '--resume', path('run'), '--steps', '210');
    expect(code).toBe(0);
    expect(stdout).toContain('Going on after step 200');
  });

  it.each([
    ['other data', ['train', 'language-model', '--data', 'toy:ring'], /expected --data text:<file>/],
    ['text for an image model', ['train', 'vae', '--data', data], /Choose other data, or train a language-model/],
    [
      'a short text',
      ['train', 'language-model', '--data', `text:${path('short.txt')}`],
      /at least 1000 characters, received 9/,
    ],
    [
      'bytes that are no text',
      ['train', 'language-model', '--data', `text:${path('bytes.txt')}`],
      /a text file in UTF-8/,
    ],
    ['a file that is not there', ['train', 'language-model', '--data', 'text:none.txt'], /none\.txt/],
    ['an empty prompt', ['sample', path('run'), '--prompt', ''], /prompt of at least one symbol/],
    ['an unknown character', ['sample', path('run'), '--prompt', '§'], /received "§" at 0/],
    ['a temperature of 0', ['sample', path('run'), '--temperature', '0'], /temperature to be a finite number above 0/],
    ['a batch larger than the text', ['train', 'language-model', '--data', data, '--batch', '9000'], /symbols/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await gm(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
