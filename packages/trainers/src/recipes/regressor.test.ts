import { useBackend } from '@gm/backends';
import { seeded, spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { standardized, windows } from '@gm/data';
import { mlpClassifier, predictInterval, recurrentPredictor } from '@gm/discriminators';
import { gaussianHead, quantileHead } from '@gm/losses';
import { dense, flatten, reshape, sequential } from '@gm/networks';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { disposeAll, ring } from '../../test/parts.js';
import { adam, regressor, train, trainer } from '../index.js';

/** A noisy sine with a period of 16 steps. */
const [noise, period] = [0.2, 16];
const wave = (count: number, seed: string) => {
  const drawn = seeded(seed).normals(count);
  return Float32Array.from(drawn, (z, at) => Math.sin((2 * Math.PI * at) / period) + noise * z);
};

describe.each(['cpu', 'wasm'] as const)('a forecast on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));

  it.each([
    ['gaussianHead', gaussianHead()],
    ['quantileHead', quantileHead()],
  ])('with %s knows the wave, and how wide its noise is', async (_, head) => {
    const { values, mean, scale } = standardized(wave(1500, 'training'));
    const [past, horizon] = [12, 4];
    const network = recurrentPredictor({
      input: spec([past, 1]),
      targets: [horizon],
      head,
      hidden: [16],
      random: seeded(1),
    });
    const source = windows(values, { past, horizon, batchSize: 64, random: seeded(2) });
    const run = trainer(regressor({ network, head, optimizer: adam({ learningRate: 1e-2 }) }), {
      seed: 1,
      clipNorm: 1,
    });
    for await (const _ of train(run, source, { steps: 250, guardEvery: 20 }));

    const test = standardized(wave(500, 'test'), { mean, scale }).values;
    const { x, targets } = windows(test, { past, horizon, batchSize: 400 }).at(0);
    const { median, low, high } = predictInterval(network, head, x, { coverage: 0.8 });
    const read = async (t: Tensor) => (await t.data()) as Float32Array;
    const [y, m, l, h] = [await read(targets), await read(median), await read(low), await read(high)];
    const error = m.reduce((sum, value, at) => sum + Math.abs(value - y[at]!), 0) / m.length;
    const inside = y.filter((value, at) => value >= l[at]! && value <= h[at]!).length / y.length;
    // The noise alone has a mean absolute error of 0.8 · 0.2 / scale; 0.9 for a forecast of the mean.
    expect(error).toBeLessThan((1.4 * 0.8 * noise) / scale);
    expect(Math.abs(inside - 0.8)).toBeLessThan(0.1);
    disposeAll(run);
  });
});

describe('a regression', () => {
  beforeEach(async () => void (await useBackend('cpu')));
  const random = seeded(1);

  it('refuses a network that gives other numbers than the head reads, and data without targets', async () => {
    const head = gaussianHead();
    const bare = sequential(spec([2]), dense({ units: 3, random }));
    await expectError(() => regressor({ network: bare, head }), 'GM_FIT', '[..., 2]', 'reshape([targets, 2])');
    const network = sequential(spec([2]), dense({ units: 6, random }), reshape([3, 2]));
    const run = trainer(regressor({ network, head }));
    const start = (source: unknown) => train(run, source as never, { steps: 1 }).next();
    await expectError(() => start({ ...ring(), targets: undefined }), 'GM_FIT', 'targets [3]', 'none');
    await expectError(() => start({ ...ring(), targets: [2] }), 'GM_FIT', 'targets [3]', '[2]');
    run.dispose();
    const classes = mlpClassifier({ input: spec([2]), hidden: [3], classes: 2, random });
    expect(regressor({ network: sequential(spec([2]), flatten(), classes), head }).targets).toEqual([]);
  });

  it('predicts only what can be asked', async () => {
    const head = quantileHead({ levels: [0.1, 0.5, 0.9] });
    const options = { input: spec([5, 1]), targets: [2], head, hidden: [3], random };
    const network = recurrentPredictor(options);
    const x = random.normal([3, 5, 1]);
    await expectError(() => predictInterval(network, head, x), 'GM_OPTION', 'from 0.1 to 0.9');
    await expectError(() => predictInterval(network, head, x, { coverage: 1 }), 'GM_OPTION', 'coverage');
    expect(predictInterval(network, head, x, { coverage: 0.8, batch: 2 }).low.shape).toEqual([3, 2]);
    await expectError(() => recurrentPredictor({ ...options, targets: [0] }), 'GM_OPTION', 'targets');
    await expectError(() => recurrentPredictor({ ...options, targets: [] }), 'GM_OPTION', 'targets.length');
    await expectError(() => recurrentPredictor({ ...options, hidden: [] }), 'GM_OPTION', 'hidden.length');
    await expectError(() => recurrentPredictor({ ...options, input: spec([5]) }), 'GM_FIT', '[time, 1]');
  });
});
