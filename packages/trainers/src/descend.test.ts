import { useBackend } from '@gm/backends';
import { spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak } from '@gm/core/testing';
import { add, log, mean, mul, square, sum, type Tensor, tensor1d, variable } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { descend, sgd } from './index.js';

/** A network of one vector w: the smallest hand-written literal. */
function vector(values: number[]) {
  const w = variable(tensor1d(values));
  return {
    input: spec([values.length]),
    output: spec([values.length]),
    parameters: { w },
    apply: (x: Tensor) => mul(x, w),
    dispose: () => w.dispose(),
  };
}

const read = (metrics: Record<string, Tensor>) =>
  Object.fromEntries(Object.entries(metrics).map(([name, t]) => [name, t.dataSync()[0]]));

describe.each(['cpu', 'wasm'] as const)('descend on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('moves parameters down the gradient and reports its length', async () => {
    const network = vector([3, 4]);
    const player = { name: 'p', networks: { network }, optimizer: sgd({ learningRate: 0.1 }) };
    const metrics = descend(player, () => ({ loss: mul(0.5, sum(square(network.parameters.w))) }));
    expect(read(metrics)).toEqual({ loss: 12.5, gradientNorm: 5 });
    await expectClose(network.parameters.w, [2.7, 3.6], 1e-6);
  });

  it('shortens a gradient that is longer than clipNorm, and no other', async () => {
    const long = vector([3, 4]);
    const short = vector([0.3, 0.4]);
    for (const network of [long, short]) {
      const player = { name: 'p', networks: { network }, optimizer: sgd({ learningRate: 1 }) };
      descend(player, () => ({ loss: mul(0.5, sum(square(network.parameters.w))) }), { clipNorm: 1 });
    }
    await expectClose(long.parameters.w, [2.4, 3.2], 1e-6);
    await expectClose(short.parameters.w, [0, 0], 1e-6);
  });

  it('leaves nothing behind, whether it succeeds, throws in the loss or misses a parameter', async () => {
    const network = vector([1, 2]);
    const other = vector([1]);
    const player = { name: 'p', networks: { network }, optimizer: sgd() };
    const loss = () => {
      const total = sum(square(log(add(network.parameters.w, 1))));
      return { loss: total, extra: mean(network.parameters.w) };
    };
    await expectNoLeak(() => descend(player, loss));
    await expectNoLeak(() => {
      const broken = () => {
        loss();
        throw new Error('broken loss');
      };
      expect(() => descend(player, broken)).toThrow('broken loss');
    });
    await expectNoLeak(async () => {
      const update = () => {
        throw new Error('broken optimizer');
      };
      const optimizer = { ...sgd(), update };
      expect(() => descend({ ...player, optimizer }, loss, { clipNorm: 1 })).toThrow('broken optimizer');
      await expectError(
        () => descend(player, () => ({ loss: square(network.parameters.w) })),
        'GM_GRADIENT',
        'a scalar',
        '[2]',
      );
      await expectError(() => descend({ ...player, networks: {} }, loss), 'GM_GRADIENT', 'can all be trained', 'none');
    });
    await expectNoLeak(async () => {
      const both = { ...player, networks: { network, other } };
      await expectError(() => descend(both, loss), 'GM_GRADIENT', "player 'p'", 'no gradient for other/w');
    });
  });
});
