import { type ApplyOptions, type Network, seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { batchNorm, conv2d, dense, dropout, fromLayersModel, reshape, sequential, sigmoid } from '@gm/networks';
import { mul, ones, sum, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { layers, sequential as model } from '@tensorflow/tfjs-layers';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { discriminator } from './discriminator.js';

const random = seeded(1);
const bodyOf = () => sequential(spec([4]), dense({ units: 3, random }), batchNorm());

describe.each(backends)('discriminator on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('gives one logit as [batch], from a head of [1] or []', async () => {
    const x = ones([5, 4]);
    const body = bodyOf();
    const one = discriminator({ body, head: dense({ units: 1, random }) });
    const none = discriminator({ body, head: sequential(body.output, one.head, reshape([])) });
    expect([one.output, none.output]).toEqual([spec([], 'logits'), spec([], 'logits')]);
    expect(one.logits(x).shape).toEqual([5]);
    await expectSame(one.logits(x), none.logits(x));
    await expectSame(one.apply(x), one.logits(x));
  });

  it('gives a logit for each class, from the features it shows', async () => {
    const x = ones([5, 4]);
    const network = discriminator({ body: bodyOf(), head: dense({ units: 2, random }) });
    expect(network.output).toEqual(spec([2], 'logits'));
    expect(network.features(x).shape).toEqual([5, 3]);
    await expectClose(network.logitsOf(network.features(x)), network.logits(x));
  });

  it('hands the options of an evaluation to both halves', async () => {
    const options: ApplyOptions = { training: true, random: seeded(1) };
    const head = (input: Network['input']) => sequential(input, dropout({ rate: 0.5 }), dense({ units: 1, random }));
    const network = discriminator({ body: bodyOf(), head });
    const x = seeded(2).normal([6, 4]);
    await expect(expectSame(network.features(x, options), network.features(x))).rejects.toThrow();
    await expect(expectSame(network.logits(x, options), network.logits(x))).rejects.toThrow();
    const features = network.features(x);
    await expect(expectSame(network.logitsOf(features, options), network.logitsOf(features))).rejects.toThrow();
  });

  it('trains an adopted model through its body', async () => {
    const adopted = fromLayersModel(model({ layers: [layers.dense({ units: 3, inputShape: [4] })] }));
    const network = discriminator({ body: adopted, head: dense({ units: 1, random }) });
    expect(Object.keys(network.parameters)).toEqual(['body/0/kernel', 'body/0/bias', 'head/kernel', 'head/bias']);
    await expectNoLeak(() => {
      const loss = () => tidy(() => sum(mul(network.logits(ones([2, 4])), 2)));
      const { value, grads } = variableGrads(loss as never, Object.values(network.parameters));
      expect(Object.keys(grads)).toHaveLength(4);
      return [value, grads];
    });
  });
});

describe('discriminator', () => {
  beforeEach(() => useBackend('cpu'));

  it('names the variables of both halves', () => {
    const { parameters, buffers } = discriminator({ body: bodyOf(), head: dense({ units: 1, random }) });
    expect(Object.keys(parameters)).toEqual([
      'body/0/kernel',
      'body/0/bias',
      'body/1/scale',
      'body/1/offset',
      'head/kernel',
      'head/bias',
    ]);
    expect(Object.keys(buffers!)).toEqual(['body/1/mean', 'body/1/variance']);
  });

  it('owns both halves', async () => {
    await expectNoLeak(() => discriminator({ body: bodyOf(), head: dense({ units: 1, random }) }).dispose());
    const network = discriminator({ body: bodyOf(), head: dense({ units: 1, random }), name: 'critic' });
    network.dispose();
    const x = ones([1, 4]);
    await expectError(
      () => network.logits(x),
      'GM_DISPOSED',
      'critic: expected a network in use, received one after its dispose(). Build it again, or dispose of it later.',
    );
    await expectError(() => network.features(x), 'GM_DISPOSED');
  });

  it('refuses a head that does not fit behind the body, and frees nothing of the caller’s', async () => {
    const body = bodyOf();
    const head = dense({ units: 1, random })(spec([2]));
    await expectNoLeak(() =>
      expectError(
        () => discriminator({ body, head }),
        'GM_FIT',
        'body → head: expected float32 [2] in unbounded, received float32 [3] in unbounded.',
      ),
    );
    expect(body.apply(ones([1, 4])).shape).toEqual([1, 3]);
  });

  it('refuses a head that gives something else than logits, and frees what it built', async () => {
    const body = bodyOf();
    const bounded = (input: Network['input']) => sequential(input, dense({ units: 1, random }), sigmoid());
    await expectNoLeak(() =>
      expectError(
        () => discriminator({ body, head: bounded }),
        'GM_FIT',
        'head → logits of the discriminator: expected float32 [1] in logits, received float32 [1] in [0, 1]. ' +
          'Leave out the last activation, so that the part gives logits.',
      ),
    );
    const images = sequential(spec([4, 4, 1]), conv2d({ filters: 2, kernelSize: 3, random }));
    await expectNoLeak(() =>
      expectError(
        () => discriminator({ body: images, head: conv2d({ filters: 1, kernelSize: 3, random }) }),
        'GM_FIT',
        'discriminator: expected a head that gives one logit, [] or [1], or [classes] of them, ' +
          'received float32 [4, 4, 1] in unbounded. End the head with dense({ units: classes }), with flatten() before it.',
      ),
    );
  });
});
