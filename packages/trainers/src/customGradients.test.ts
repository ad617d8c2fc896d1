import { useBackend } from '@gm/backends';
import { type Layer, seeded, spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { discriminator } from '@gm/discriminators';
import { mlpDecoder } from '@gm/generators';
import { standardNormal } from '@gm/latent';
import { r1 } from '@gm/losses';
import { batchNorm, dense, frozen, network, sequential } from '@gm/networks';
import {
  cumprod,
  customGrad,
  logSoftmax,
  losses,
  memory,
  mul,
  oneHot,
  sigmoid,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { gan } from './index.js';

const plane = spec([2]);
const random = seeded(1);

/** A layer between two others, whose scores a penalty asks for. */
const scoring = (layer: Layer) => {
  const head = dense({ units: 1, random });
  return discriminator({ body: sequential(plane, dense({ units: 4, random }), layer), head });
};
const of =
  (apply: (x: Tensor, training?: boolean) => Tensor): Layer =>
  (input) =>
    network({ name: 'own', input, output: input, apply: (x, { training }) => apply(x, training) });
const composed = (layer: Layer | ReturnType<typeof scoring>) => {
  const generator = mlpDecoder({ latent: 2, hidden: [4], output: plane, random });
  const judge = typeof layer === 'function' ? scoring(layer) : layer;
  return gan({ generator, discriminator: judge, prior: standardNormal(2), penalty: r1() });
};

/** σ(x), its derivative by what was saved. */
const sigmoidBy = (saved: 'input' | 'output') =>
  customGrad(((x: Tensor, save: (tensors: Tensor[]) => void) => {
    const value = sigmoid(x);
    save([saved === 'input' ? x : value]);
    return {
      value,
      gradFunc(dy: Tensor, [kept]: Tensor[]) {
        const y = saved === 'input' ? sigmoid(kept!) : kept!;
        return mul(dy, mul(y, sub(1, y)));
      },
    };
  }) as never) as (x: Tensor) => Tensor;

describe.each(['cpu', 'wasm'] as const)('a penalty, on %s,', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it('refuses custom gradients whose second derivative tfjs gets wrong, by name', async () => {
    const before = memory().numTensors;
    const judge = scoring(of((x) => logSoftmax(x)));
    const made = memory().numTensors;
    await expectError(() => composed(judge), 'GM_GRADIENT', 'the custom gradient of logSoftmax');
    judge.dispose();
    expect(made).toBeGreaterThan(before);
    const entropy = (x: Tensor) => losses.softmaxCrossEntropy(oneHot([0, 1], 4), x);
    await expectError(() => composed(of((x) => mul(x, entropy(x)))), 'GM_GRADIENT', 'a result that it saved');
    await expectError(() => composed(of((x) => sigmoidBy('output')(x))), 'GM_GRADIENT', 'a result that it saved');
  });

  it('takes those that are made of their inputs', () => {
    expect(composed(of((x) => sigmoidBy('input')(x))).players).toHaveLength(2);
  });

  it('tries the discriminator as training does, and leaves its running means as they were', async () => {
    const drops = of((x, training) => (training ? cumprod(x, 1) : x));
    await expectError(() => composed(drops), 'GM_GRADIENT', 'Cumprod');
    const judge = scoring(batchNorm());
    const values = async () =>
      Promise.all(Object.values(judge.buffers!).map(async (buffer) => [...(await buffer.data())]));
    const before = await values();
    composed(judge);
    expect(await values()).toEqual(before);
  });

  it('asks nothing of a discriminator that does not move', () => {
    expect(composed(frozen(scoring(of((x) => logSoftmax(x))))).players).toHaveLength(2);
  });
});
