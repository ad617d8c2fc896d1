import { mul, sum, type Tensor, tidy, Variable, variable, variableGrads } from '@tensorflow/tfjs-core';
import type { ApplyOptions, Network, Range } from '../../interfaces.js';
import { seeded } from '../../random.js';
import { showShape } from '../../spec.js';
import { expectClose, expectSame } from '../close.js';
import { expectError } from '../error.js';
import { draw, drawExamples, tensorOf } from '../input.js';
import { expectNoLeak } from '../leak.js';
import {
  check,
  checkFinite,
  checkShape,
  evaluate,
  type Factory,
  freeing,
  type Runner,
  take,
  withPart,
} from './runner.js';

export interface NetworkContract {
  /** Size of the larger of the two batches that are tried; the other is one. Default 3. */
  readonly batch?: number;
  /** Whether gradients flow to every parameter and to a float32 input. Default true. */
  readonly differentiable?: boolean;
}

const where = 'testNetwork';

/**
 * What every `Network` promises: outputs as its specs say for any batch, rows that do not mix, stable names, the same
 * parameters from the same seed, gradients that agree with differences, refusal of wrong shapes, no leaks, a complete dispose.
 *
 * @param runner   `{ describe, it }` of any test runner
 * @param factory  makes the network; draws its initial parameters from the stream it is given
 * @example testNetwork({ describe, it }, 'dense', (random) => dense({ units: 3, random })(spec([4])))
 */
export function testNetwork(
  { describe, it }: Runner,
  name: string,
  factory: Factory<Network>,
  { batch = 3, differentiable = true }: NetworkContract = {},
): void {
  describe(`${name} as a network`, () => {
    it('gives what its output spec says, for one example and for several', () =>
      withPart(factory, async (network) => {
        for (const count of [1, batch]) await checkOutput(network, count, {});
        await checkOutput(network, batch, { training: true, random: seeded(2) });
      }));

    it('gives the same for one input again, and leaves the input as it was', () =>
      withPart(factory, (network) => withInput(network, batch, (x) => checkRepeats(network, x))));

    it('treats each example by itself outside training', () =>
      withPart(factory, async (network) => {
        const all = drawExamples(network.input, batch);
        const size = all.values.length / batch;
        const first = { ...all, shape: [1, ...network.input.shape], values: Array.from(all.values).slice(0, size) };
        const together = await evaluate(() => network.apply(tensorOf(all)));
        const alone = await evaluate(() => network.apply(tensorOf(first)));
        await expectClose(alone, together.slice(0, alone.length), 1e-4, { what: 'the first example alone' });
      }));

    it('leaves no tensor behind, in training or out of it', () =>
      withPart(factory, (network) =>
        withInput(network, batch, async (x) => {
          await expectNoLeak(() => network.apply(x));
          await expectNoLeak(() => network.apply(x, { training: true, random: seeded(2) }));
        }),
      ));

    it('has the same parameters under the same names when it is made again from the same seed', () =>
      withPart(factory, (one) => withPart(factory, (other) => checkTwins(one, other))));

    if (differentiable) {
      it('has a gradient for every parameter, which agrees with differences', () =>
        withPart(factory, (network) => withInput(network, batch, (x) => checkGradients(network, x))));
    }

    it('refuses a batch of another shape with a coded error', () =>
      withPart(factory, async (network) => {
        const { shape } = network.input;
        const wrong = { ...network.input, shape: [...shape.slice(0, -1), (shape.at(-1) ?? 1) + 1] };
        const x = tensorOf(drawExamples(wrong, batch));
        await freeing([x], () => expectNoLeak(() => expectError(() => network.apply(x), 'any')));
      }));

    it('frees everything it holds, and cannot be applied afterwards', async () => {
      await expectNoLeak(() => withPart(factory, async () => {}));
      await checkDisposed(await factory(seeded(1)), batch);
    });
  });
}

async function withInput(network: Network, batch: number, work: (x: Tensor) => Promise<void>): Promise<void> {
  const x = tensorOf(drawExamples(network.input, batch));
  await freeing([x], () => work(x));
}

async function checkOutput(network: Network, count: number, options: ApplyOptions): Promise<void> {
  const { output } = network;
  await withInput(network, count, async (x) => {
    const y = network.apply(x, options);
    checkShape(where, 'an output', y, [count, ...output.shape]);
    check(y.dtype === output.dtype, where, `an output of type ${output.dtype}`, y.dtype, 'Mend output.dtype.');
    const values = await take(y);
    checkFinite(where, 'outputs', values);
    checkInside(where, values, output.range);
  });
}

/** A rounding error beyond the ends is forgiven. */
export function checkInside(place: string, values: ArrayLike<number>, range: Range): void {
  if (typeof range === 'string') return;
  const slack = 1e-5 * Math.max(1, Math.abs(range[0]), Math.abs(range[1]));
  const stray = Array.from(values).find((value) => value < range[0] - slack || value > range[1] + slack);
  check(
    stray === undefined,
    place,
    `outputs in ${showShape(range)}`,
    String(stray),
    'Mend output.range or the last activation.',
  );
}

async function checkRepeats(network: Network, x: Tensor): Promise<void> {
  const before = await x.data();
  const first = await take(network.apply(x));
  check(!x.isDisposed, where, 'the input to stay the caller’s', 'an output that is the input', 'Give clone(x).');
  await expectSame(await take(network.apply(x)), first, 'the output for the same input');
  await expectSame(x, before, 'the input after apply');
}

async function checkTwins(one: Network, other: Network): Promise<void> {
  for (const kind of ['parameters', 'buffers'] as const) {
    const [a, b] = [one[kind] ?? {}, other[kind] ?? {}];
    const [names, again] = [Object.keys(a).join(', '), Object.keys(b).join(', ')];
    check(names === again, where, `${kind} ${names}`, again, 'Name them by place, not by a global counter.');
    for (const [name, value] of Object.entries(a)) {
      check(
        value instanceof Variable,
        where,
        `'${name}' to be a tfjs Variable`,
        typeof value,
        'Make it with variable().',
      );
      await expectSame(b[name]!, value, `${kind} '${name}' of the same seed`);
    }
  }
}

async function checkGradients(network: Network, x: Tensor): Promise<void> {
  const smooth = x.dtype === 'float32';
  const input = variable(x);
  const moved: Record<string, Variable> = smooth
    ? { ...network.parameters, 'the input': input }
    : { ...network.parameters };
  const weights = tensorOf(draw([x.shape[0]!, ...network.output.shape], { seed: 'weights' }));
  // Weights of both signs: the plain sum of a softmax would be constant.
  const loss = (options?: ApplyOptions) => tidy(() => sum(mul(network.apply(smooth ? input : x, options), weights)));
  await freeing([input, weights], async () => {
    if (Object.keys(moved).length === 0) return;
    await checkConnected(moved, () => loss({ training: true, random: seeded(2) }));
    await checkSlope(moved, () => loss());
  });
}

async function checkConnected(moved: Readonly<Record<string, Variable>>, loss: () => Tensor): Promise<void> {
  const { value, grads } = variableGrads(loss as never, Object.values(moved));
  value.dispose();
  for (const [name, variable] of Object.entries(moved)) {
    const gradient = grads[variable.name];
    check(gradient !== undefined, where, `a gradient for '${name}'`, 'none', 'Let apply use it, or make it a buffer.');
    checkShape(where, `a gradient for '${name}'`, gradient!, variable.shape);
    checkFinite(where, `gradients for '${name}'`, await take(gradient!));
  }
}

/** The loss rises along its own gradient g as fast as g is long: (L(θ + ε g/|g|) − L(θ − ε g/|g|)) / 2ε = |g|. */
async function checkSlope(moved: Readonly<Record<string, Variable>>, loss: () => Tensor, step = 1e-2): Promise<void> {
  const variables = Object.values(moved);
  const { value, grads } = variableGrads(loss as never, variables);
  value.dispose();
  const starts = await Promise.all(variables.map(async (one) => Float32Array.from(await one.data())));
  const gradients = await Promise.all(variables.map(({ name }) => take(grads[name]!)));
  const length = Math.sqrt(gradients.reduce((total, g) => total + g.reduce((part, v) => part + v * v, 0), 0));
  check(
    length > 0,
    where,
    'a gradient that is not zero everywhere',
    '0',
    'Look for a rounding or a comparison in apply.',
  );
  const at = async (distance: number) => {
    for (const [index, one] of variables.entries()) {
      const values = starts[index]!.map((start, place) => start + (distance * gradients[index]![place]!) / length);
      tidy(() => one.assign(tensorOf({ shape: one.shape, values })));
    }
    return (await take(loss()))[0]!;
  };
  const slope = ((await at(step)) - (await at(-step))) / (2 * step);
  await at(0);
  await expectClose(slope, length, 0.02, { what: 'the slope of a loss along its gradient', floor: length });
}

async function checkDisposed(network: Network, batch: number): Promise<void> {
  const held = Object.keys({ ...network.parameters, ...network.buffers }).length;
  network.dispose();
  if (held === 0) return;
  await withInput(network, batch, async (x) => {
    let thrown = false;
    try {
      network.apply(x).dispose();
    } catch {
      thrown = true;
    }
    check(thrown, where, 'apply to throw after dispose', 'an output', 'Dispose every variable that apply uses.');
  });
}
