import { readFileSync, writeFileSync } from 'node:fs';
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
