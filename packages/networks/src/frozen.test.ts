import { type ApplyOptions, type Network, type Recurrent, seeded, spec } from '@gm/core';
import { expectClose, expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { dispose, mul, sum, type Tensor, variableGrads } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { dense } from './dense.js';
import { dropout } from './dropout.js';
import { frozen } from './frozen.js';
import { lstm } from './lstm.js';
import { network } from './network.js';
import { batchNorm } from './normalization.js';
import { sequential } from './sequential.js';

const random = seeded(1);
const training = { training: true, random: seeded(2) };
const inTraining = (options?: ApplyOptions) => options?.training === true;

/** A body under a head with whatever else a discriminator has, and an encoder. */
function looker() {
  const body = sequential(spec([3]), dense({ units: 4, random }), batchNorm(), dropout({ rate: 0.5 }));
  const head = dense({ units: 1, random })(spec([4]));
  const heard: boolean[] = [];
  const whole = network({
    name: 'looker',
    input: body.input,
    output: head.output,
    parameters: { ...body.parameters, 'head/kernel': head.parameters.kernel!, 'head/bias': head.parameters.bias! },
    buffers: body.buffers,
    apply: (x, options) => head.apply(body.apply(x, options), options),
  });
  return {
    ...whole,
    body,
    head,
    latent: 2,
    heard,
    features: (x: Tensor, options?: ApplyOptions) => body.apply(x, options),
    logitsOf: (features: Tensor, options?: ApplyOptions) => head.apply(features, options),
    encode(x: Tensor, options?: ApplyOptions) {
      heard.push(inTraining(options));
      return { mean: mul(x, 2) };
    },
  };
}

describe.each(backends)('frozen on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('keeps what else a part has, which evaluates as outside training', async () => {
    const given = looker();
    const still = frozen(given);
    const x = seeded(3).normal([5, 3]);
    await expectSame(still.features(x, training), [...(await given.features(x).data())]);
    const features = given.features(x);
    await expectSame(still.logitsOf(features, training), [...(await given.apply(x).data())]);
    await expectClose(given.buffers['1/mean']!, [0, 0, 0, 0]); // batchNorm recorded nothing
    await expectClose(still.encode(x, training).mean, mul(x, 2));
    still.encode(x);
    expect(given.heard).toEqual([false, false]);
    expect(still.latent).toBe(2);
    expect(still.name).toBe('looker');
  });

  it('has no parameters that move, neither itself nor the networks within it', () => {
    const given = looker();
    const still = frozen(given);
    for (const part of [still, still.body, still.head]) expect(part.parameters).toEqual({});
    expect(still.body.buffers['0/kernel']).toBe(given.body.parameters['0/kernel']);
    expect(Object.keys(still.buffers)).toEqual([...Object.keys(given.parameters), ...Object.keys(given.buffers)]);
  });

  it('lets gradients pass to what is before', async () => {
    const before = dense({ units: 3, random })(spec([3]));
    const still = frozen(looker());
    const x = seeded(3).normal([5, 3]);
    const { grads } = variableGrads(
      () => sum(still.features(before.apply(x), training)) as never,
      Object.values(before.parameters),
    );
    for (const gradient of Object.values(grads))
      expect((await gradient!.data()).some((value) => value !== 0)).toBe(true);
  });

  it('carries on the state of a recurrent network, and leaves no tensor', async () => {
    const given: Recurrent = lstm({ units: 3, sequences: true, random })(spec([4, 2]));
    const still: Recurrent = frozen(given);
    const x = seeded(4).normal([2, 4, 2]);
    const [one, other] = [given.advance(x, given.start(2)), still.advance(x, still.start(2), training)];
    await expectSame(other.y, [...(await one.y.data())]);
    for (const [place, tensor] of one.state.entries())
      await expectSame(other.state[place]!, [...(await tensor.data())]);
    await expectNoLeak(() => {
      const state = still.start(2);
      const after = still.advance(x, state);
      dispose([...state, after.y, ...after.state]);
    });
    expect(still.parameters).toEqual({});
  });
});

describe('frozen', () => {
  beforeEach(() => useBackend('cpu'));

  it('keeps the methods of a class, which find their object', async () => {
    class Doubling {
      readonly #inner = dense({ units: 2, random })(spec([2]));
      readonly input = this.#inner.input;
      readonly output = this.#inner.output;
      readonly parameters = this.#inner.parameters;
      apply(x: Tensor, options?: ApplyOptions) {
        return this.#inner.apply(x, options);
      }
      twice(x: Tensor, options?: ApplyOptions) {
        return mul(this.apply(x), inTraining(options) ? 0 : 2);
      }
      dispose() {
        this.#inner.dispose();
      }
    }
    class Named extends Doubling {}
    const given = new Named();
    const still = frozen(given);
    const x = seeded(5).normal([3, 2]);
    await expectClose(still.twice(x, training), mul(given.apply(x), 2));
    expect(still.parameters).toEqual({});
  });

  it('refuses every method after its dispose(), and leaves the part as it is', async () => {
    const given = looker();
    const still = frozen(given);
    const x = seeded(3).normal([5, 3]);
    still.dispose();
    await expectError(() => still.features(x), 'GM_DISPOSED', 'looker');
    await expectError(() => still.apply(x), 'GM_DISPOSED', 'looker');
    expect(given.features(x).shape).toEqual([5, 4]);
  });

  it('is called frozen where the part has no name', async () => {
    const { name: _, ...given } = dense({ units: 2, random })(spec([2])) as Network & { name: string };
    const still = frozen(given);
    await expectError(() => still.apply(seeded(1).normal([1, 3])), 'GM_SHAPE', 'frozen');
  });
});
