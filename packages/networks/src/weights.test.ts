import { type Network, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { add, fill, memory, ones, tensor1d, tidy, variable } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { countParameters } from './count.js';
import { decodeSafetensors } from './decodeSafetensors.js';
import { dense } from './dense.js';
import { encodeSafetensors } from './encodeSafetensors.js';
import type { NamedArray } from './namedArray.js';
import { network } from './network.js';
import { batchNorm } from './normalization.js';
import { sequential } from './sequential.js';
import { copyWeights, loadWeights, saveWeights, weightsOf } from './weights.js';

const built = (seed: number, units = 3) => {
  const random = seeded(seed);
  return sequential(spec([4]), dense({ units, random }), batchNorm(), dense({ units: 2, random }));
};

/** With weights of every type. */
function mixed(): Network {
  const weights = tidy(() => ({
    weight: variable(tensor1d([-0, 1e-40, Number.NaN, Infinity])),
    count: variable(tensor1d([7, -8], 'int32'), false),
    seen: variable(tensor1d([true, false], 'bool'), false),
  }));
  const { weight, ...buffers } = weights;
  const one = spec([1]);
  return network({ name: 'mixed', input: one, output: one, parameters: { weight }, buffers, apply: (x) => x });
}

async function contents(from: Network): Promise<unknown> {
  const entries = Object.entries(weightsOf(from)).map(
    async ([name, value]) => [name, (await value.data()).slice()] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

describe.each(backends)('weights on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('come back as they were saved, with the metadata', async () => {
    const [from, to] = [built(1), built(2)];
    from.apply(ones([4, 4]), { training: true }); // moves the buffers
    const bytes = await saveWeights(from, { dataset: 'mnist' });
    expect(loadWeights(to, bytes)).toEqual({ dataset: 'mnist' });
    expect(await contents(to)).toEqual(await contents(from));
    await expectSame(to.apply(ones([2, 4])), from.apply(ones([2, 4])));
  });

  it('of every type come back bit for bit', async () => {
    const [from, to] = [mixed(), mixed()];
    tidy(() => {
      to.parameters.weight!.assign(fill([4], 3));
      to.buffers!.count!.assign(tensor1d([0, 0], 'int32'));
      to.buffers!.seen!.assign(tensor1d([false, true], 'bool'));
    });
    loadWeights(to, await saveWeights(from));
    expect(await contents(to)).toEqual(await contents(from));
    copyWeights(from, to);
    expect(await contents(to)).toEqual(await contents(from));
  });

  it('are copied, not shared', async () => {
    const [from, to] = [built(1), built(2)];
    copyWeights(from, to);
    expect(await contents(to)).toEqual(await contents(from));
    expect(to.parameters['0/kernel']!.dataId).not.toBe(from.parameters['0/kernel']!.dataId);
    const kernel = from.parameters['0/kernel']!;
    tidy(() => kernel.assign(add(kernel, 1)));
    expect(await contents(to)).not.toEqual(await contents(from));
    from.dispose();
    await expectSame(to.apply(ones([1, 4])), to.apply(ones([1, 4])));
  });

  it('do not hang on the bytes they came from', async () => {
    const to = built(2);
    const bytes = await saveWeights(built(1));
    loadWeights(to, bytes);
    const before = await contents(to);
    bytes.fill(0);
    expect(await contents(to)).toEqual(before);
  });

  it('are saved as they are at the call, whatever trains on', async () => {
    const from = built(1);
    const before = await contents(from);
    const saving = saveWeights(from);
    tidy(() => from.parameters['0/kernel']!.assign(ones([4, 3])));
    const { arrays } = decodeSafetensors(await saving);
    const kernel = (before as Record<string, Float32Array>)['parameters/0/kernel'];
    expect(arrays['parameters/0/kernel']!.data).toEqual(kernel);
  });

  it('are moved without leaving anything behind', async () => {
    const [from, to] = [built(1), built(2)];
    let bytes = new Uint8Array();
    await expectNoLeak(async () => {
      bytes = new Uint8Array(await saveWeights(from));
    });
    await expectNoLeak(() => void loadWeights(to, bytes));
    await expectNoLeak(() => copyWeights(from, to));
  });

  it('of another composition change nothing', async () => {
    const [from, to] = [built(1, 5), built(2)];
    const before = await contents(to);
    const bytes = await saveWeights(from);
    const tensors = memory().numTensors;
    await expectError(
      () => loadWeights(to, bytes),
      'GM_CHECKPOINT',
      "loadWeights: expected 'parameters/0/kernel' as float32 [4, 3], received float32 [4, 5]. " +
        'Compose the network of the same parts, sizes and options as the one the weights come from.',
    );
    await expectError(() => copyWeights(from, to), 'GM_CHECKPOINT', "copyWeights: expected 'parameters/0/kernel'");
    expect(await contents(to)).toEqual(before);
    expect(memory().numTensors).toBe(tensors);
  });
});

describe('weights', () => {
  beforeEach(() => useBackend('cpu'));

  it('are parameters and buffers by prefixed names', () => {
    expect(Object.keys(weightsOf(built(1)))).toEqual([
      'parameters/0/kernel',
      'parameters/0/bias',
      'parameters/1/scale',
      'parameters/1/offset',
      'parameters/2/kernel',
      'parameters/2/bias',
      'buffers/1/mean',
      'buffers/1/variance',
    ]);
    const { buffers: _, ...bare } = built(1);
    expect(Object.keys(weightsOf(bare))).toHaveLength(6);
  });

  it('are counted where training moves them', () => {
    expect(countParameters(built(1))).toBe(4 * 3 + 3 + 2 * 3 + 3 * 2 + 2);
    expect(countParameters(dense({ units: 10, random: seeded(1) })(spec([784])))).toBe(7850);
  });

  it('name the first weight that is missing or too many', async () => {
    const to = built(1);
    const arrays = { ...decodeSafetensors(await saveWeights(built(2))).arrays };
    const bytesWithout = (name: string, more: Record<string, NamedArray> = {}) => {
      const { [name]: _, ...rest } = arrays;
      return encodeSafetensors({ ...rest, ...more });
    };
    const extra: NamedArray = { dtype: 'float32', shape: [1], data: new Float32Array(1) };
    await expectError(
      () => loadWeights(to, bytesWithout('buffers/1/mean')),
      'GM_CHECKPOINT',
      "expected a weight 'buffers/1/mean', received none.",
    );
    await expectError(
      () => loadWeights(to, bytesWithout('buffers/1/mean', { toString: extra })),
      'GM_CHECKPOINT',
      "expected a weight 'buffers/1/mean', received 'toString' instead.",
    );
    await expectError(
      () => loadWeights(to, bytesWithout('', { constructor: extra })),
      'GM_CHECKPOINT',
      "expected no more than the network's weights, received 'constructor' too.",
    );
  });

  it('of a disposed network are gone', async () => {
    const [gone, other] = [built(1), built(2)];
    gone.dispose();
    await expectError(() => weightsOf(gone), 'GM_DISPOSED', 'weightsOf: expected a network in use');
    await expectError(() => copyWeights(gone, other), 'GM_DISPOSED');
    await expectError(() => saveWeights(gone), 'GM_DISPOSED');
    await expectError(() => loadWeights(gone, new Uint8Array()), 'GM_DISPOSED');
  });

  it('with a name that no file can hold are not saved, and nothing is left behind', async () => {
    const odd = network({
      name: 'odd',
      input: spec([1]),
      output: spec([1]),
      parameters: { 'my weight': tidy(() => variable(ones([1]))) },
      apply: (x) => x,
    });
    await expectNoLeak(() => expectError(() => saveWeights(odd), 'GM_CHECKPOINT', '"parameters/my weight"'));
  });
});
