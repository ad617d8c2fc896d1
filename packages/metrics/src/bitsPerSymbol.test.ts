import { useBackend } from '@gm/backends';
import { type Recurrent, seeded, spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { recurrentNetwork } from '@gm/networks';
import { add, cast, log, memory, oneHot } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { bitsPerSymbol } from './index.js';

/** The same symbol again is likelier than the others; the state counts the steps. */
function repeating(vocabulary: number): Recurrent {
  return recurrentNetwork({
    name: 'repeating',
    input: spec([4], [0, vocabulary - 1], 'int32'),
    output: spec([4, vocabulary], 'logits'),
    state: [1],
    advance(x, [steps]) {
      const other = 0.5 / (vocabulary - 1);
      const same = cast(oneHot(x as never, vocabulary), 'float32');
      return { y: log(add(other, same)), state: [add(steps!, x.shape[1]!)] };
    },
  });
}

describe.each(['cpu', 'wasm'] as const)('bitsPerSymbol on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('is the mean of −log₂ p over all symbols but the first of each row', async () => {
    const generator = repeating(5);
    const symbols = Int32Array.from(seeded(1).words(103), (word) => (word % 3 === 0 ? 4 : word % 5));
    for (const [rows, time] of [
      [1, 7],
      [1, 200],
      [4, 10],
      [20, 1],
    ] as const) {
      const length = Math.floor(symbols.length / rows);
      let [bits, count] = [0, 0];
      for (let row = 0; row < rows; row++) {
        for (let t = 1; t < length; t++) {
          const [before, after] = [symbols[row * length + t - 1], symbols[row * length + t]];
          const weights = [0.125, 1.125]; // not normalised: logits need not be
          const total = 4 * weights[0]! + weights[1]!;
          bits -= Math.log2(weights[before === after ? 1 : 0]! / total);
          count += 1;
        }
      }
      const before = memory().numTensors;
      const found = await bitsPerSymbol(generator, symbols, { rows, time });
      expect(found.count).toBe(count);
      expect(found.protocol).toEqual({ count, rows });
      expect(found.bits).toBeCloseTo(bits / count, 5);
      expect(memory().numTensors).toBe(before);
    }
    generator.dispose();
  });

  it('carries the state from piece to piece', async () => {
    const seen: number[] = [];
    const inner = repeating(3);
    const watched: Recurrent = {
      ...inner,
      advance(x, state, options) {
        seen.push(state[0]!.dataSync()[0]!);
        return inner.advance(x, state, options);
      },
    };
    await bitsPerSymbol(
      watched,
      Int32Array.from({ length: 11 }, (_, i) => i % 3),
      { rows: 1, time: 4 },
    );
    expect(seen).toEqual([0, 4, 8]);
    inner.dispose();
  });

  it('refuses a symbol outside the vocabulary, before a tensor is made', async () => {
    const generator = repeating(3);
    const before = memory().numTensors;
    for (const [wrong, said] of [
      [3, '3 at place 2'],
      [-1, '-1 at place 2'],
    ] as const)
      await expectError(
        () => bitsPerSymbol(generator, Int32Array.of(0, 1, wrong, 2), { rows: 1 }),
        'GM_LABEL',
        said,
        'symbols 0 … 2, of a vocabulary of 3',
      );
    expect(memory().numTensors).toBe(before);
    generator.dispose();
  });

  it('refuses too little, and sizes that are none', async () => {
    const generator = repeating(3);
    await expectError(
      () => bitsPerSymbol(generator, Int32Array.of(1, 2), { rows: 2 }),
      'GM_OPTION',
      'symbols in a row',
    );
    await expectError(() => bitsPerSymbol(generator, Int32Array.of(1, 2, 0), { rows: 0 }), 'GM_OPTION', 'rows');
    await expectError(() => bitsPerSymbol(generator, Int32Array.of(1, 2, 0), { time: 0.5 }), 'GM_OPTION', 'time');
    generator.dispose();
  });
});
