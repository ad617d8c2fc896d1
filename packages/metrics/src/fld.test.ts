import { useBackend } from '@gm/backends';
import { expectError, expectNoLeak } from '@gm/core/testing';
import { add, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { rowsOf } from '../test/rows.js';
import { type FeatureRows, featuresOf } from './features.js';
import { fld } from './fld.js';
import { frechetDistance } from './frechet.js';
import { checkComparable } from './measurement.js';

describe.each(['cpu', 'wasm'] as const)('fld on %s', (backend) => {
  beforeEach(async () => void (await useBackend(backend)));
  const lenet = { features: { apply: (x: Tensor) => add(x, 1) }, hash: 'abc' };
  const [real, generated] = [rowsOf(40, 5, 0.9, 0.5), rowsOf(30, 5, 1.3, 0.8)];
  const batchesOf = ({ values, count, size }: FeatureRows) => [{ x: tensor(values, [count, size]) }];

  it('is the Fréchet distance of the features, with the hash of the network and the counts', async () => {
    const found = await fld({ lenet, real: batchesOf(real), generated: batchesOf(generated), protocol: { seed: 1 } });
    expect(found.value).toBeCloseTo(frechetDistance(real, generated), 4);
    expect(found.protocol).toEqual({ metric: 'FLD', network: 'abc', real: 40, generated: 30, seed: 1 });
  });

  it('is the very same of features that were taken before', async () => {
    const told = { lenet, protocol: { seed: 1 } };
    const whole = await fld({ ...told, real: batchesOf(real), generated: batchesOf(generated) });
    const seen = { real: await featuresOf(lenet.features, batchesOf(real)), generated: batchesOf(generated) };
    expect(await fld({ ...told, ...seen })).toEqual(whole);
    await expectNoLeak(async () => void (await fld({ ...told, ...seen, generated: batchesOf(generated) })));
  });

  it('of another network refuses to be compared', async () => {
    const of = (hash: string) => fld({ lenet: { ...lenet, hash }, real, generated, protocol: {} });
    await expectError(
      async () => checkComparable(await of('abc'), await of('xyz')),
      'GM_PROTOCOL',
      'network "abc" and "xyz"',
    );
  });
});
