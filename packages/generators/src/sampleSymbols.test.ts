import { fc, test } from '@fast-check/vitest';
import { type Recurrent, seeded, spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { recurrentNetwork } from '@gm/networks';
import {
  add,
  cast,
  memory,
  mul,
  oneHot,
  slice,
  split,
  squeeze,
  stack,
  type Tensor,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../test/backend.js';
import { distributionOf, recurrentGenerator, sampleSymbols } from './index.js';

const finite = fc.double({ min: -20, max: 20, noNaN: true });
const logits = fc.array(finite, { minLength: 1, maxLength: 12 });

describe('distributionOf', () => {
  test.prop([logits, fc.double({ min: 0.05, max: 5, noNaN: true })])(
    'is a softmax at that temperature',
    (l, temperature) => {
      const p = distributionOf(l, { temperature });
      const weights = l.map((value) => Math.exp((value - Math.max(...l)) / temperature));
      const total = weights.reduce((a, b) => a + b);
      for (const [index, weight] of weights.entries()) expect(p[index]).toBeCloseTo(weight / total, 12);
    },
  );

  test.prop([logits, fc.integer({ min: 1, max: 12 }), fc.double({ min: 0.01, max: 1, noNaN: true })])(
    'keeps the likeliest, in their proportions',
    (l, topK, topP) => {
      const [all, some] = [distributionOf(l), distributionOf(l, { topK, topP })];
      const kept = [...some.keys()].filter((symbol) => some[symbol]! > 0);
      expect(kept.length).toBeGreaterThan(0);
      expect(kept.length).toBeLessThanOrEqual(topK);
      expect(some.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      const least = Math.min(...kept.map((symbol) => all[symbol]!));
      for (const [symbol, probability] of all.entries()) {
        if (some[symbol] === 0 && probability > 0) expect(probability).toBeLessThanOrEqual(least);
      }
    },
  );

  it('takes the fewest that have the probability asked for', () => {
    const l = [0.5, 0.25, 0.15, 0.1].map(Math.log);
    expect([...distributionOf(l, { topP: 0.5 })]).toEqual([1, 0, 0, 0]);
    expect([...distributionOf(l, { topP: 0.51 })].map((p) => p.toFixed(4))).toEqual([
      '0.6667',
      '0.3333',
      '0.0000',
      '0.0000',
    ]);
    expect([...distributionOf(l, { topK: 2, topP: 0.9 })].filter((p) => p > 0)).toHaveLength(2);
    expect([...distributionOf([3, 3, 3], { topK: 1 })], 'of equals the first').toEqual([1, 0, 0]);
  });

  it.each([
    [{ temperature: 0 }, 'temperature'],
    [{ topK: 0 }, 'topK'],
    [{ topP: 0 }, 'topP'],
    [{ topP: 1.1 }, 'topP'],
  ])('refuses %j', async (options, name) => {
    await expectError(() => distributionOf([1, 2], options), 'GM_OPTION', `expected ${name}`);
    await expectError(() => distributionOf([Number.NaN, 1]), 'GM_NOT_FINITE', 'received NaN');
    await expectError(() => distributionOf([]), 'GM_NOT_FINITE', '-Infinity');
  });
});

/** Its state is the number of the symbol before; the next symbol is one more, or with one in five two more. */
function counting(vocabulary: number): Recurrent {
  return recurrentNetwork({
    name: 'counting',
    input: spec([4], [0, vocabulary - 1], 'int32'),
    output: spec([4, vocabulary], 'logits'),
    state: [1],
    advance(x, [seen]) {
      const steps = split(x, x.shape[1]!, 1).map((step) => cast(squeeze(step, [1]), 'int32'));
      const next = steps.map((step) => {
        const of = (more: number) => cast(oneHot(cast(add(step, more), 'int32') as never, vocabulary), 'float32');
        return add(mul(of(1), 100 + Math.log(4)), mul(of(2), 100));
      });
      return { y: stack(next, 1), state: [add(seen!, x.shape[1]!)] };
    },
  });
}

describe('sampleSymbols', () => {
  beforeEach(() => useBackend('cpu'));
  const draw = async (generator: Recurrent, options: Partial<Parameters<typeof sampleSymbols>[1]> = {}) => {
    const drawn: number[] = [];
    const stream = sampleSymbols(generator, { prompt: [0], length: 5, random: seeded(1), ...options });
    for await (const symbol of stream) drawn.push(symbol);
    return drawn;
  };

  it('draws each symbol given those before, as often as it is likely', async () => {
    const generator = counting(40);
    const [ones, all] = [[] as number[], [] as number[]];
    for (let seed = 0; seed < 60; seed++) {
      const drawn = await draw(generator, { prompt: [1, 0], length: 8, random: seeded(seed) });
      let before = 0;
      for (const symbol of drawn) {
        all.push(symbol - before);
        if (symbol - before === 1) ones.push(symbol);
        before = symbol;
      }
    }
    expect(new Set(all)).toEqual(new Set([1, 2]));
    expect(ones.length / all.length).toBeGreaterThan(0.74); // 0.8 is meant; 480 draws, 3 standard deviations
    expect(ones.length / all.length).toBeLessThan(0.86);
    expect(await draw(generator, { topK: 1 })).toEqual([1, 2, 3, 4, 5]);
    expect(await draw(generator, { temperature: 0.01 })).toEqual([1, 2, 3, 4, 5]);
    generator.dispose();
  });

  it('gives with a carried state what a whole sequence would give', async () => {
    const generator = recurrentGenerator({ vocabulary: 6, time: 4, hidden: [8], random: seeded(3) });
    const drawn = await draw(generator, { prompt: [2, 5], length: 6, topK: 1 });
    const said = [2, 5];
    for (const symbol of drawn) {
      const whole = generator.advance(int32(said), generator.start(1)).y;
      const last = await slice(whole, [0, said.length - 1, 0], [1, 1, 6]).data();
      expect(symbol).toBe(last.indexOf(Math.max(...last)));
      said.push(symbol);
    }
    generator.dispose();
  });

  it('is repeatable, goes on without end, and leaves nothing behind when it is left', async () => {
    const generator = recurrentGenerator({ vocabulary: 6, time: 4, hidden: [8], random: seeded(3) });
    expect(await draw(generator, { length: 20 })).toEqual(await draw(generator, { length: 20 }));
    expect(await draw(generator, { length: 20 })).not.toEqual(await draw(generator, { length: 20, random: seeded(2) }));
    const before = memory().numTensors;
    let count = 0;
    for await (const symbol of sampleSymbols(generator, { prompt: [1], random: seeded(1) })) {
      expect(symbol).toBeLessThan(6);
      if (++count === 100) break;
    }
    expect(await draw(generator, { length: 0 })).toEqual([]);
    expect(memory().numTensors).toBe(before);
    generator.dispose();
  });

  it.each([
    [{ prompt: [] }, 'GM_OPTION', 'a prompt of at least one symbol'],
    [{ prompt: undefined as never }, 'GM_OPTION', 'a prompt of at least one symbol'],
    [{ random: undefined as never }, 'GM_RANDOM', 'a stream to draw symbols from'],
    [{ prompt: [0, 6] }, 'GM_LABEL', '6 at 1'],
    [{ prompt: [0.5] }, 'GM_LABEL', '0.5 at 0'],
    [{ temperature: -1 }, 'GM_OPTION', 'temperature'],
    [{ topK: 1.5 }, 'GM_OPTION', 'topK'],
    [{ topP: 2 }, 'GM_OPTION', 'topP'],
    [{ length: -1 }, 'GM_OPTION', 'length'],
  ] as const)('refuses %j at once', async (options, code, words) => {
    const generator = recurrentGenerator({ vocabulary: 6, time: 4, hidden: [2], random: seeded(3) });
    await expectError(() => sampleSymbols(generator, { prompt: [0], random: seeded(1), ...options }), code, words);
    generator.dispose();
  });
});

function int32(values: readonly number[]): Tensor {
  return tensor2d([...values], [1, values.length], 'int32');
}
