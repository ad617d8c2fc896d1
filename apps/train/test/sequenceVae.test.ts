import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workplace } from './gm.js';

const { gm, path, clear } = workplace();
const data = `text:${path('text.txt')}`;
const PARTS = ['--hidden', '32', '--time', '12', '--latent', '4', '--batch', '16', '--backend', 'wasm'];
afterAll(clear);

beforeAll(async () => {
  const words = ['north', 'south', 'east', 'west'];
  const text = Array.from({ length: 900 }, (_, index) => words[(5 * index + Math.floor(index / 3)) % 4]).join(' ');
  writeFileSync(path('text.txt'), `${text}\n`);
  const run = ['train', 'sequence-vae', '--data', data, '--steps', '300', '--warm-up', '200', '--out', path('run')];
  const { code, stderr } = await gm(...run, ...PARTS);
  expect([code, stderr]).toEqual([0, '']);
});

describe('gm with a sequence VAE', () => {
  it('bounds the bits of a character, the code included', async () => {
    const { code, stdout } = await gm('evaluate', path('run'), '--json');
    expect(code).toBe(0);
    const { bitsAtMost, codeBits, characters } = JSON.parse(stdout);
    expect(bitsAtMost).toBeLessThan(2.2); // equal chances among its 10 characters cost 3.3
    expect(codeBits).toBeGreaterThan(0);
    expect(codeBits).toBeLessThan(bitsAtMost);
    const { length } = readFileSync(path('text.txt'), 'utf8');
    const tested = length - Math.floor(0.9 * length);
    expect(characters).toBe(12 * Math.floor(tested / 12));
    expect((await gm('evaluate', path('run'))).stdout).toMatch(/bits per character, at most +\d\.\d{3}/);
  });

  it('says pieces as long as it was taught, each after a code of its own', async () => {
    const written = readFileSync(path('run', 'samples.txt'), 'utf8');
    expect(written.length).toBeGreaterThan(1000);
    const say = (...more: string[]) => gm('sample', path('run'), '--count', '30', '--seed', '4', ...more);
    const [first, second] = [await say(), await say()];
    expect(first.code).toBe(0);
    expect(first.stdout).toMatch(/^.{12}\n.{12}\n.{6}\n$/s);
    expect(second.stdout).toBe(first.stdout);
    const told = await say('--prompt', 'no', '--temperature', '0.3');
    expect(told.stdout).toMatch(/^no.{12}\nno.{12}\nno.{6}\n$/s);
  });

  it('goes on to more steps, with its codes and weights', async () => {
    const { code, stdout } = await gm('train', '--resume', path('run'), '--steps', '304');
    expect(code).toBe(0);
    expect(stdout).toContain('Going on after step 300');
  });

  it.each([
    ['other data', ['train', 'sequence-vae', '--data', 'toy:ring'], /expected --data text:<file>/],
    ['text for an image model', ['train', 'vae', '--data', data], /a language-model, a sequence-vae or a gan on text/],
    [
      'more silence than there is',
      ['train', 'sequence-vae', '--data', data, '--step-dropout', '1.5'],
      /--step-dropout: expected <=1/,
    ],
    [
      'pieces longer than the test part',
      ['train', 'sequence-vae', '--data', data, '--time', '900'],
      /a smaller --time/,
    ],
    ['no warm-up', ['train', 'sequence-vae', '--data', data, '--warm-up', '0'], /warm-up/],
    ['an unknown character', ['sample', path('run'), '--prompt', '§'], /received "§" at 0/],
    ['an option of another kind', ['train', 'language-model', '--data', data, '--warm-up', '9'], /sequence-vae/],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr } = await gm(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});
