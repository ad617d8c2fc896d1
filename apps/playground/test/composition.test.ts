import { toyNames } from '@gm/data';
import { describe, expect, it } from 'vitest';
import { CHOICES, type Composition, checkComposition } from '../src/composition/composition.js';
import { exportedProgram } from '../src/composition/exported.js';
import { defaultsFor, PRESETS, withChoice } from '../src/composition/presets.js';
import { printProgram } from '../src/composition/print.js';
import { programOf } from '../src/composition/program.js';
import { call, member, method, name, waited } from '../src/composition/term.js';
import { fromHash, toHash } from '../src/composition/url.js';

describe('a composition as an address', () => {
  it.each(PRESETS)('$name comes back as it went', ({ composition }) => {
    expect(fromHash(`#${toHash(composition)}`)).toEqual(composition);
  });

  it('carries drawn points, numbers and choices', () => {
    const drawn: Composition = {
      ...defaultsFor('gan', 'points'),
      points: [0.25, -1.5, 3, 0.01],
      loss: 'hinge',
      learningRate: 3e-4,
      conditional: true,
      batch: 2,
    };
    expect(fromHash(toHash(drawn))).toEqual(drawn);
  });

  it('has a batch of no more than the drawn points', () => {
    const points = Array.from({ length: 18 }, (_, index) => index / 10);
    expect(fromHash(`system=gan&data=points&points=${points}`)!.batch).toBe(9);
    expect(fromHash(`system=gan&data=points&points=${points}&batch=4`)!.batch).toBe(4);
  });

  it('takes no word for a yes or no, and nothing for a number', () => {
    expect(() => fromHash('system=vae&conditional=yes')).toThrow('conditional');
    expect(fromHash('system=vae&conditional=false')!.conditional).toBe(false);
    expect(() => fromHash('system=vae&beta=')).toThrow('beta');
    expect(() => fromHash('system=gan&data=points&points=1,,2')).toThrow('points');
  });

  it('says only what is not the default', () => {
    expect(toHash(defaultsFor('gan', 'moons'))).toBe('system=gan&data=moons');
  });

  it('is none where there is no system, and is refused by the name of its field where it is wrong', () => {
    expect(fromHash('')).toBeUndefined();
    expect(() => fromHash('system=sorcery')).toThrow('system');
    expect(() => fromHash('system=vae&data=elephants')).toThrow('data');
    expect(() => fromHash('system=vae&latent=-3')).toThrow('latent');
    expect(() => fromHash('system=vae&latent=two')).toThrow('latent');
    expect(() => fromHash('system=vae&colour=red')).toThrow('colour');
    expect(() => fromHash('system=gan&data=points&points=1,x')).toThrow('points');
  });
});

it('knows every toy of @gm/data', () => {
  expect(Object.keys(CHOICES.data)).toEqual(expect.arrayContaining([...toyNames]));
});

it('has defaults for every system on all data', () => {
  for (const system of Object.keys(CHOICES.system) as Composition['system'][])
    for (const data of Object.keys(CHOICES.data) as Composition['data'][])
      expect(checkComposition(defaultsFor(system, data)).system).toBe(system);
});

describe('another choice', () => {
  const drawn: Composition = { ...defaultsFor('gan', 'points'), points: [0, 0, 1, 1], seed: 7, loss: 'hinge' };

  it('is all that changes, but for another system or other data, which bring their defaults', () => {
    expect(withChoice(drawn, 'loss', 'minimax')).toEqual({ ...drawn, loss: 'minimax' });
    expect(withChoice(drawn, 'data', 'moons')).toEqual({ ...defaultsFor('gan', 'moons'), seed: 7 });
    expect(withChoice(drawn, 'system', 'language-model').data).toBe('text');
  });

  it('keeps the drawn points under another system', () => {
    expect(withChoice(drawn, 'system', 'vae')).toMatchObject({ data: 'points', points: [0, 0, 1, 1] });
  });
});

describe('two players', () => {
  it.each(['gan', 'vae-gan', 'adversarial-autoencoder', 'semi-supervised'] as const)(
    'of %s have an optimizer each',
    (system) => {
      const own = { discriminatorOptimizer: 'sgd', discriminatorLearningRate: 0.02, learningRate: 0.003 } as const;
      const text = printProgram(programOf({ ...defaultsFor(system, 'digits'), ...own }));
      expect(text).toContain('discriminator: sgd({ learningRate: 0.02 })');
      expect(text).toMatch(/(generator|autoencoder): adam\(\{ learningRate: 0\.003/);
    },
  );
});

describe('a program as text', () => {
  it('says calls, members and methods, awaits, and shortens fields', () => {
    const program = [
      { name: 'data', value: waited('idxDirectory', 'digits', { range: [0, 1] }) },
      { name: 'input', value: member(name('data'), 'example') },
      { name: 'random', value: method(call('seeded', 1), 'split', "it's") },
      { name: 'net', value: call('dense', { input: name('input'), random: name('random'), bias: false }) },
    ];
    expect(printProgram(program).split('\n')).toEqual([
      "const data = await idxDirectory('digits', { range: [0, 1] });",
      'const input = data.example;',
      "const random = seeded(1).split('it\\'s');",
      'const net = dense({ input, random, bias: false });',
    ]);
  });

  it('breaks what is too long for a line', () => {
    const fields = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`field${index}`, index * 1000]));
    const text = printProgram([{ name: 'long', value: call('make', fields) }]);
    expect(text.split('\n')).toHaveLength(14);
    expect(text).toContain('\n  field3: 3000,\n');
  });

  it('imports what it calls, by package, and nothing twice', () => {
    const text = exportedProgram(defaultsFor('vae', 'moons'));
    const imported = [...text.matchAll(/import \{ (.+) \} from/g)].flatMap((match) => match[1]!.split(', '));
    expect(new Set(imported).size).toBe(imported.length);
    for (const called of ['vae', 'mlpEncoder', 'toy', 'train', 'useBackend']) expect(imported).toContain(called);
    expect(imported).not.toContain('idxDirectory');
  });
});
