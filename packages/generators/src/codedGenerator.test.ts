import { seeded } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import {
  concat,
  dispose,
  mul,
  ones,
  type Scalar,
  sum,
  type Tensor,
  type Variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { codedGenerator } from './codedGenerator.js';
import { recurrentGenerator } from './recurrentGenerator.js';
import { sampleSymbols } from './sampleSymbols.js';

const make = (cell: 'lstm' | 'gru' = 'lstm', latent = 3, hidden = [3, 2]) => {
  const random = seeded(1);
  return codedGenerator({
    generator: recurrentGenerator({ vocabulary: 5, time: 4, hidden, cell, random }),
    latent,
    random,
  });
};

async function said(coded: ReturnType<typeof make>, z: ReturnType<typeof zeros>): Promise<number[]> {
  const state = coded.startFrom(z);
  const symbols: number[] = [];
  const options = { prompt: [0], state, length: 12, random: seeded(2) };
  for await (const symbol of sampleSymbols(coded.generator, options)) symbols.push(symbol);
  dispose(state);
  return symbols;
}

describe.each(backends)('codedGenerator on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it.each(['lstm', 'gru'] as const)('makes every place of the first state of a code: %s', async (cell) => {
    const coded = make(cell);
    const z = seeded(3).normal([4, 3]);
    const state = coded.startFrom(z);
    expect(state.map(({ shape }) => shape)).toEqual(coded.generator.start(4).map(({ shape }) => shape));
    await expectClose(concat(state, 1), coded.initial.apply(z));
    await expectNoLeak(() => coded.startFrom(z));
  });

  it.each([[[3]], [[3, 2]]])('passes gradients to the code, with states of %j', async (hidden) => {
    const coded = make('gru', 3, hidden);
    const z = ones([1, 3]);
    const gradients = (states: () => Tensor) =>
      variableGrads(() => sum(states()) as Scalar, Object.values(coded.initial.parameters) as Variable[]).grads;
    const [found, wanted] = [gradients(() => concat(coded.startFrom(z), 1)), gradients(() => coded.initial.apply(z))];
    for (const [name, gradient] of Object.entries(wanted)) await expectClose(found[name]!, gradient);
    dispose([...Object.values(found), ...Object.values(wanted)]);
  });

  it('says other symbols after other codes, the same after the same, and leaves the state to its owner', async () => {
    const coded = make();
    const [one, other] = [seeded(4).normal([1, 3]), seeded(5).normal([1, 3])];
    expect(await said(coded, one)).toEqual(await said(coded, one));
    const head = coded.generator.parameters['head/kernel']!;
    head.assign(mul(20, head)); // so that it is sure of what it says
    expect(await said(coded, one)).not.toEqual(await said(coded, other));
    await expectNoLeak(async () => void (await said(coded, one)));
  });
});

describe('codedGenerator', () => {
  beforeEach(() => useBackend('cpu'));

  it('refuses codes of no size, and a state that is not of its generator', async () => {
    await expectError(() => make('lstm', 0), 'GM_OPTION', 'latent');
    const { generator } = make();
    const first = sampleSymbols(generator, { prompt: [0], state: [zeros([1, 3])], random: seeded(1) });
    await expectError(() => first.next(), 'GM_SHAPE', 'start(batch)');
  });
});
