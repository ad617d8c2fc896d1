import { type Network, seeded, spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { memory, ones, relu as tfRelu } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { conv2d as convReference, dense as denseReference } from '../test/reference.js';
import { relu, sigmoid, softplus } from './activation.js';
import { conv2d } from './conv2d.js';
import { dense } from './dense.js';
import { dropout } from './dropout.js';
import { batchNorm } from './normalization.js';
import { rescale } from './rescale.js';
import { residual } from './residual.js';
import { sequential } from './sequential.js';
import { flatten, reshape } from './shape.js';

const random = seeded(1);

describe.each(backends)('sequential on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('agrees with float64, as do its derivatives, through convolution, activation and dense layer', async () => {
    const network = sequential(
      spec([4, 4, 1]),
      conv2d({ filters: 2, kernelSize: 3, strides: 2, random }),
      softplus(),
      flatten(),
      dense({ units: 3, random }),
    );
    const window = { from: [4, 4, 1], to: [2, 2, 2], size: [3, 3], strides: [2, 2], padding: 'same' } as const;
    await checkGradients({
      network,
      batch: 2,
      reference(x, parameters) {
        const [kernel, bias] = [parameters['0/kernel']!, parameters['0/bias']!];
        const hidden = convReference({ batch: 2, ...window })(x, { kernel, bias });
        const positive = hidden.map((value) => Math.max(0, value) + Math.log1p(Math.exp(-Math.abs(value))));
        const last = { kernel: parameters['3/kernel']!, bias: parameters['3/bias']! };
        return denseReference(2, 8, 3)(positive, last);
      },
    });
    await checkSecondGradients({ network, batch: 2 });
  });

  it('passes its options on to every part', async () => {
    const network = sequential(spec([50]), dropout({ rate: 0.5 }), residual(dropout({ rate: 0.5 })), batchNorm());
    const x = ones([4, 50]);
    await expectNoLeak(() => network.apply(x, { training: true, random: seeded(2) }));
    const means = await network.buffers['2/mean']!.data();
    expect(means.some((mean) => mean !== 0)).toBe(true);
    await expectError(() => network.apply(x, { training: true }), 'GM_RANDOM', 'dropout');
  });

  it('without parts, gives its input to the caller', async () => {
    const x = ones([2, 3]);
    const network = sequential(spec([3], [0, 1]));
    await expectNoLeak(() => network.apply(x));
    await expectSame(network.apply(x), x);
    expect(network.output).toEqual(spec([3], [0, 1]));
  });
});

describe.each(backends)('residual on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('agrees with float64, as do its derivatives', async () => {
    const network = residual(dense({ units: 4, random }), dense({ units: 3, random }))(spec([3]));
    await checkGradients({
      network,
      reference(x, parameters) {
        const hidden = denseReference(3, 3, 4)(x, { kernel: parameters['0/kernel']!, bias: parameters['0/bias']! });
        const y = denseReference(3, 4, 3)(hidden, { kernel: parameters['1/kernel']!, bias: parameters['1/bias']! });
        return y.map((value, at) => value + x[at]!);
      },
    });
    await checkSecondGradients({ network });
  });

  it('adds nothing but its parts', async () => {
    const x = seeded(1).normal([2, 3]);
    const network = residual(relu())(spec([3], [-1, 1]));
    expect(network.output).toEqual(spec([3]));
    await expectNoLeak(() => network.apply(x));
  });
});

describe('sequential', () => {
  it('names parameters and buffers by part, and shows its parts', () => {
    const network = sequential(
      spec([3]),
      dense({ units: 2, random }),
      batchNorm(),
      residual(dense({ units: 2, random })),
    );
    expect(Object.keys(network.parameters)).toEqual([
      '0/kernel',
      '0/bias',
      '1/scale',
      '1/offset',
      '2/0/kernel',
      '2/0/bias',
    ]);
    expect(Object.keys(network.buffers)).toEqual(['1/mean', '1/variance']);
    expect(network.parts.map(({ output }) => output.shape)).toEqual([[2], [2], [2]]);
  });

  it('infers every size from the one before', () => {
    const network = sequential(
      spec([28, 28, 1], [0, 1]),
      conv2d({ filters: 4, kernelSize: 3, strides: 2, random }),
      flatten(),
      dense({ units: 10, random }),
      sigmoid(),
    );
    expect(network.output).toEqual(spec([10], [0, 1]));
  });

  it('draws the same weights under the same seed', async () => {
    const built = () =>
      sequential(spec([3]), dense({ units: 4, random: seeded(5) }), dense({ units: 2, random: seeded(6) }));
    const [one, other] = [built(), built()];
    await expectSame(one.parameters['1/kernel']!, other.parameters['1/kernel']!);
  });

  it('takes finished networks and a stranger literal, and checks that they fit', async () => {
    const finished = dense({ units: 2, random })(spec([3]));
    const literal: Network = {
      input: spec([2], [0, 1]),
      output: spec([2]),
      parameters: {},
      apply: (x) => tfRelu(x),
      dispose: () => {},
    };
    await expectError(
      () => sequential(spec([3]), finished, literal),
      'GM_FIT',
      'dense (part 0) → network (part 1): expected float32 [2] in [0, 1], received float32 [2] in unbounded. End the part with sigmoid().',
    );
    await expectError(() => sequential(spec([4]), finished), 'GM_FIT', 'input → dense (part 0): expected float32 [3]');
    expect(sequential(spec([3]), finished, sigmoid(), literal).output).toEqual(spec([2]));
  });

  it('says between which parts a layer does not fit', async () => {
    await expectError(
      () => sequential(spec([28, 28, 1]), relu(), dense({ units: 2, random })),
      'GM_FIT',
      'relu (part 0) → part 1, dense: expected an input of shape [features], received float32 [28, 28, 1] in unbounded. Put flatten() before it.',
    );
    await expectError(
      () => sequential(spec([4], [-1, 1]), rescale([0, 1], [-1, 1])),
      'GM_RANGE',
      'input → part 0, rescale: expected x in [0, 1], received [-1, 1].',
    );
  });

  it('leaves nothing behind when it is refused, and finished networks to their owner', async () => {
    const finished = dense({ units: 4, random })(spec([3]));
    await expectNoLeak(() =>
      expectError(
        () => sequential(spec([3]), finished, dense({ units: 4, random }), batchNorm(), reshape([5])),
        'GM_FIT',
        'batchNorm (part 2) → part 3',
      ),
    );
    expect(finished.parameters.kernel!.isDisposed).toBe(false);
    await expectNoLeak(() =>
      expectError(
        () => residual(dense({ units: 3, random }), finished)(spec([3])),
        'GM_FIT',
        'residual: expected parts that give float32 [3] in unbounded again, received float32 [4] in unbounded. ' +
          'Let the last part give the shape that the first part takes.',
      ),
    );
    expect(finished.parameters.kernel!.isDisposed).toBe(false);
  });

  it('disposes of all its parts, once', async () => {
    const before = memory().numTensors;
    const x = ones([2, 3]);
    const network = sequential(spec([3]), dense({ units: 2, random }), residual(batchNorm()));
    network.dispose();
    network.dispose();
    await expectError(() => network.apply(x), 'GM_DISPOSED', 'sequential: expected a network in use');
    x.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('says so when a part was disposed of behind its back', async () => {
    const network = sequential(spec([3]), dense({ units: 2, random }));
    network.parts[0]!.dispose();
    await expectError(() => network.apply(ones([1, 3])), 'GM_DISPOSED', 'dense: expected a network in use');
  });
});
