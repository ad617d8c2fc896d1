import { seeded } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import {
  concat,
  dispose,
  logSoftmax,
  memory,
  slice,
  sum,
  type Tensor,
  tensor2d,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { recurrentGenerator } from './recurrentGenerator.js';

const symbols = tensor2dOf([0, 4, 2, 2, 1, 3, 3, 0, 1, 4]);
function tensor2dOf(values: number[]) {
  return () => tensor2d(values, [2, 5], 'int32');
}

describe.each(backends)('recurrentGenerator on %s', (backend) => {
  beforeEach(() => useBackend(backend));
  const make = (cell: 'lstm' | 'gru', hidden = [6, 5]) =>
    recurrentGenerator({ vocabulary: 5, time: 5, hidden, embedding: 3, cell, random: seeded(1) });

  it.each(['lstm', 'gru'] as const)('of %s gives logits of each next symbol', async (cell) => {
    const generator = make(cell);
    expect(generator.input).toEqual({ shape: [5], dtype: 'int32', range: [0, 4] });
    expect(generator.output).toEqual({ shape: [5, 5], dtype: 'float32', range: 'logits' });
    expect(generator.apply(symbols()).shape).toEqual([2, 5, 5]);
    expect(Object.keys(generator.parameters)[0]).toBe('embedding/table');
    expect(Object.keys(generator.parameters).at(-1)).toBe('head/bias');
    const x = symbols();
    await expectNoLeak(() => generator.apply(x));
    generator.dispose();
  });

  it.each(['lstm', 'gru'] as const)('of %s gives in pieces, from carried states, what it gives whole', async (cell) => {
    const generator = make(cell);
    const whole = generator.apply(symbols());
    const first = generator.advance(slice(symbols(), [0, 0], [2, 2]), generator.start(2));
    const second = generator.advance(slice(symbols(), [0, 2], [2, 1]), first.state);
    const third = generator.advance(slice(symbols(), [0, 3], [2, 2]), second.state);
    await expectClose(concat([first.y, second.y, third.y], 1), await whole.data(), 1e-5);
    generator.dispose();
  });

  it('looks at nothing that comes later', async () => {
    const generator = make('lstm');
    const other = tensor2d([0, 4, 2, 4, 4, 3, 3, 0, 2, 2], [2, 5], 'int32');
    const until = (x: Tensor) => slice(generator.apply(x), [0, 0, 0], [2, 3, 5]);
    await expectClose(until(other), await until(symbols()).data(), 0);
    generator.dispose();
  });

  it.each(['lstm', 'gru'] as const)('of %s has a gradient for every parameter', async (cell) => {
    const generator = make(cell, [3]);
    const { grads } = variableGrads(
      () => sum(slice(logSoftmax(generator.apply(symbols())), [0, 0, 0], [2, 5, 1])) as never,
      Object.values(generator.parameters),
    );
    for (const { name } of Object.values(generator.parameters)) {
      expect(grads[name], name).not.toBeNull();
      expect((await grads[name]!.data()).some((value) => value !== 0)).toBe(true);
    }
    generator.dispose();
  });

  it('drops numbers in training only, from the stream it is given', async () => {
    const generator = recurrentGenerator({ vocabulary: 5, time: 5, hidden: [8], dropout: 0.5, random: seeded(1) });
    const values = async (options: object) => [...(await generator.apply(symbols(), options).data())];
    expect(await values({})).toEqual(await values({}));
    const training = (seed: number) => values({ training: true, random: seeded(seed) });
    expect(await training(1)).toEqual(await training(1));
    expect(await training(1)).not.toEqual(await training(2));
    await expectError(() => generator.apply(symbols(), { training: true }), 'GM_RANDOM');
    generator.dispose();
  });

  it('frees all it made, also when advance is refused', async () => {
    const before = memory().numTensors;
    const generator = make('lstm');
    const x = symbols();
    const state = generator.start(3);
    await expectError(() => generator.advance(x, state), 'GM_SHAPE', 'a state of [2, 6]', '[3, 6]');
    await expectError(() => generator.advance(x, []), 'GM_SHAPE', 'received none');
    await expectError(
      () => tidy(() => generator.advance(tensor2d([1, 2], [2, 1]), generator.start(2)) as never),
      'GM_DTYPE',
      'int32 [batch, steps]',
    );
    dispose([x, ...state]);
    generator.dispose();
    generator.dispose();
    expect(memory().numTensors).toBe(before);
    await expectError(() => generator.advance(symbols(), []), 'GM_DISPOSED');
  });
});

describe('recurrentGenerator', () => {
  beforeEach(() => useBackend('cpu'));
  const options = { vocabulary: 5, time: 5, hidden: [4], random: seeded(1) };
  it.each([
    [{ vocabulary: 1 }, 'vocabulary'],
    [{ time: 0 }, 'time'],
    [{ hidden: [] }, 'hidden.length'],
    [{ hidden: [2.5] }, 'units'],
    [{ cell: 'rnn' as never }, 'cell'],
    [{ dropout: 1 }, 'rate'],
  ])('refuses %j before it makes a tensor', async (wrong, name) => {
    const before = memory().numTensors;
    await expectError(() => recurrentGenerator({ ...options, ...wrong }), 'GM_OPTION', name);
    expect(memory().numTensors).toBe(before);
  });
});
