import { grad, mul, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Encoder, Spec } from '../../interfaces.js';
import { seeded } from '../../random.js';
import { expectError } from '../error.js';
import { drawExamples, tensorOf } from '../input.js';
import { expectNoLeak } from '../leak.js';
import { checkSeeds } from './prior.js';
import {
  check,
  checkFinite,
  checkShape,
  type Disposable,
  evaluate,
  type Factory,
  freeing,
  type Runner,
  take,
  withPart,
} from './runner.js';

/** An encoder to test: one that says what it takes, or whose input is given in the options. */
export type TestedEncoder = Encoder & Disposable & { readonly input?: Spec };

export interface EncoderContract {
  /** What the encoder takes; needed when it has no `input` of its own. */
  readonly input?: Spec;
  /** Default 3. */
  readonly batch?: number;
}

const where = 'testEncoder';

/**
 * What every `Encoder` promises: one posterior row for each example, draws through which a gradient reaches the input, draws
 * that repeat under one seed, refusal of wrong shapes, and no leaks. A posterior's tensors have to be members of it, so that
 * `dispose(posterior)` frees them.
 *
 * @param runner   `{ describe, it }` of any test runner
 * @param factory  makes the encoder
 * @example testEncoder({ describe, it }, 'mlpEncoder', (random) => mlpEncoder({ input: spec([4]), hidden: [8], latent: 2, random }))
 */
export function testEncoder(
  { describe, it }: Runner,
  name: string,
  factory: Factory<TestedEncoder>,
  { input, batch = 3 }: EncoderContract = {},
): void {
  const withInput = (work: (encoder: TestedEncoder, x: Tensor) => Promise<void>, count = batch) =>
    withPart(factory, async (encoder) => {
      const x = tensorOf(drawExamples(inputOf(encoder, input), count));
      await freeing([x], () => work(encoder, x));
    });

  describe(`${name} as an encoder`, () => {
    for (const count of [1, batch]) {
      it(`gives one posterior row for each of ${count}`, () =>
        withInput(async (encoder, x) => {
          const [z, logProb] = tidy(() => {
            const posterior = encoder.encode(x);
            const draw = posterior.sample(seeded(1));
            return [draw, posterior.logProb(draw)];
          }) as [Tensor, Tensor];
          checkShape(where, 'draws', z, [count, ...z.shape.slice(1)]);
          checkShape(where, 'logProb', logProb, [count]);
          checkFinite(where, 'draws', await take(z));
          checkFinite(where, 'log densities', await take(logProb));
        }, count));
    }

    it('draws the same under one seed, and not under another', () =>
      withInput((encoder, x) => checkSeeds(where, (random) => tidy(() => encoder.encode(x).sample(random)))));

    it('lets a gradient through its draws to the input', () =>
      withInput(async (encoder, x) => {
        // Weighted, for numbers that always add up to one have no gradient together.
        const through = grad((v: Tensor) => {
          const z = encoder.encode(v).sample(seeded(1));
          return sum(mul(z, seeded(2).uniform(z.shape)));
        });
        const gradient = await evaluate(() => through(x));
        checkFinite(where, 'gradients', gradient);
        const remedy = 'Reparameterize: a draw is a function of the posterior’s parameters and of noise.';
        check(
          gradient.some((value) => value !== 0),
          where,
          'a gradient that is not zero everywhere',
          '0',
          remedy,
        );
      }));

    it('leaves no tensor behind, in training or out of it', () =>
      withInput(async (encoder, x) => {
        await expectNoLeak(() => encoder.encode(x));
        await expectNoLeak(() => encoder.encode(x, { training: true, random: seeded(2) }));
      }));

    it('refuses a batch of another shape with a coded error', () =>
      withPart(factory, async (encoder) => {
        const { shape, dtype, range } = inputOf(encoder, input);
        const x = tensorOf(drawExamples({ shape: [...shape, 2], dtype, range }, batch));
        await freeing([x], () => expectNoLeak(() => expectError(() => encoder.encode(x), 'any')));
      }));

    it('frees everything it holds', () => expectNoLeak(() => withPart(factory, async () => {})));
  });
}

function inputOf(encoder: TestedEncoder, given: Spec | undefined): Spec {
  const input = given ?? encoder.input;
  if (input) return input;
  throw new Error('testEncoder: expected an input spec, received none. Give { input: spec([…]) } in the options.');
}
