import { seeded, spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { tanh } from '@gm/networks';
import { fill, ones } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { mlpDecoder } from './mlpDecoder.js';

const options = { latent: 2, hidden: [5], output: spec([3], [0, 1]) };
const make = (seed = 1) => mlpDecoder({ ...options, random: seeded(seed) });

describe.each(backends)('mlpDecoder on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('draws other weights from another seed, and the same from the same', async () => {
    const z = ones([1, 2]);
    await expectSame(make().apply(z), make().apply(z));
    await expect(expectSame(make(1).apply(z), make(2).apply(z))).rejects.toThrow();
  });

  it('takes another activation', async () => {
    const network = mlpDecoder({ ...options, output: spec([3]), activation: tanh, random: seeded(1) });
    const far = network.apply(fill([1, 2], 1e6));
    const farther = network.apply(fill([1, 2], 1e7));
    await expectSame(far, farther); // a tanh has an end
  });

  it('refuses codes of another size by its name', async () => {
    const network = make();
    const z = ones([1, 3]);
    await expectNoLeak(() =>
      expectError(
        () => network.apply(z),
        'GM_SHAPE',
        'mlpDecoder: expected x of shape [batch, 2], received [1, 3]. Reshape x, or build the part for that shape.',
      ),
    );
  });
});

describe('mlpDecoder', () => {
  it('gives what it is asked for, its layers named by place', () => {
    const network = make();
    expect([network.input, network.output]).toEqual([spec([2]), spec([3], [0, 1])]);
    expect(Object.keys(network.parameters)).toEqual(['0/kernel', '0/bias', '2/kernel', '2/bias']);
    expect(mlpDecoder({ ...options, output: spec([3], 'logits'), random: seeded(1) }).output.range).toBe('logits');
  });

  it('refuses what it cannot give', async () => {
    await expectNoLeak(async () => {
      await expectError(() => mlpDecoder({ ...options, latent: 0, random: seeded(1) }), 'GM_OPTION', 'mlpDecoder', '0');
      await expectError(() => mlpDecoder({ ...options, hidden: [4, 1.5], random: seeded(1) }), 'GM_OPTION', 'units');
      await expectError(
        () => mlpDecoder({ ...options, output: spec([3], [0, 9], 'int32'), random: seeded(1) }),
        'GM_DTYPE',
        'mlpDecoder: expected output of type float32, received int32. ' +
          'Let the decoder give float32 numbers and round what it gives.',
      );
    });
  });

  it('refuses to draw weights from nowhere', async () => {
    const nowhere = undefined as never;
    await expectNoLeak(() => expectError(() => mlpDecoder({ ...options, random: nowhere }), 'GM_RANDOM', 'seeded(1)'));
  });
});
