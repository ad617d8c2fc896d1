import { grad, mul, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Discriminator, FeatureDiscriminator, Spec } from '../../interfaces.js';
import { seeded } from '../../random.js';
import { expectClose, expectSame } from '../close.js';
import { expectError } from '../error.js';
import { draw, drawExamples, tensorOf } from '../input.js';
import { expectNoLeak } from '../leak.js';
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

/** A discriminator to test: one that says what it takes, or whose input is given in the options. */
export type TestedDiscriminator = Discriminator &
  Partial<FeatureDiscriminator> &
  Disposable & { readonly input?: Spec };

export interface DiscriminatorContract {
  /** What the discriminator takes; needed when it has no `input` of its own. */
  readonly input?: Spec;
  /** How many classes its logits have; left out for one yes-or-no question with logits [batch]. */
  readonly classes?: number;
  /** Default 3. */
  readonly batch?: number;
}

const where = 'testDiscriminator';

/**
 * What every `Discriminator` promises: logits [batch] or [batch, classes], the same for the same input outside training,
 * a gradient that reaches the input (a generator learns from it; of symbols: logits that depend on them), refusal of wrong shapes, and no leaks. Where it shows
 * features, `logits(x)` is `logitsOf(features(x))`.
 *
 * @param runner   `{ describe, it }` of any test runner
 * @param factory  makes the discriminator
 * @example testDiscriminator({ describe, it }, 'mlpDiscriminator', (random) => mlpDiscriminator({ input: spec([4]), hidden: [8], random }))
 */
export function testDiscriminator(
  { describe, it }: Runner,
  name: string,
  factory: Factory<TestedDiscriminator>,
  { input, classes, batch = 3 }: DiscriminatorContract = {},
): void {
  const shapeFor = (count: number) => (classes === undefined ? [count] : [count, classes]);
  const withInput = (work: (part: TestedDiscriminator, x: Tensor) => Promise<void>, count = batch) =>
    withPart(factory, async (part) => {
      const x = tensorOf(drawExamples(inputOf(part, input), count));
      await freeing([x], () => work(part, x));
    });

  describe(`${name} as a discriminator`, () => {
    for (const count of [1, batch]) {
      it(`gives finite logits [${shapeFor(count)}]`, () =>
        withInput(async (part, x) => {
          const logits = part.logits(x);
          checkShape(where, 'logits', logits, shapeFor(count));
          checkFinite(where, 'logits', await take(logits));
        }, count));
    }

    it('gives the same logits for one input again', () =>
      withInput(async (part, x) => expectSame(await take(part.logits(x)), await take(part.logits(x)), 'logits')));

    it('lets a gradient through to the input; of symbols, which have none, it depends on them', () =>
      withInput(async (part, x) => {
        if (x.dtype !== 'float32') return checkDepends(part, x, inputOf(part, input));
        const weights = tensorOf(draw(shapeFor(batch), { seed: 'weights' }));
        await freeing([weights], async () => {
          const gradient = await evaluate(() => grad((v: Tensor) => sum(mul(part.logits(v), weights)))(x));
          checkFinite(where, 'gradients', gradient);
          const remedy = 'A generator learns through the logits: they have to be differentiable.';
          check(
            gradient.some((value) => value !== 0),
            where,
            'a gradient that is not zero everywhere',
            '0',
            remedy,
          );
        });
      }));

    it('shows the features, if any, that its logits come from', () =>
      withInput(async ({ logits, features, logitsOf }, x) => {
        if (!features || !logitsOf) return;
        const shown = await evaluate(() => logitsOf(features(x)));
        await expectClose(shown, await take(logits(x)), 1e-5, { what: 'logitsOf(features(x))' });
        await expectNoLeak(() => features(x));
        await expectNoLeak(() => tidy(() => logitsOf(features(x))));
      }));

    it('leaves no tensor behind, in training or out of it', () =>
      withInput(async (part, x) => {
        await expectNoLeak(() => part.logits(x));
        await expectNoLeak(() => part.logits(x, { training: true, random: seeded(2) }));
      }));

    it('refuses a batch of another shape with a coded error', () =>
      withPart(factory, async (part) => {
        const { shape, dtype, range } = inputOf(part, input);
        const x = tensorOf(drawExamples({ shape: [...shape, 2], dtype, range }, batch));
        await freeing([x], () => expectNoLeak(() => expectError(() => part.logits(x), 'any')));
      }));

    it('frees everything it holds', () => expectNoLeak(() => withPart(factory, async () => {})));
  });
}

/** Other symbols give other logits. */
async function checkDepends({ logits }: TestedDiscriminator, x: Tensor, input: Spec): Promise<void> {
  const other = tensorOf(drawExamples(input, x.shape[0]!, 'other'));
  await freeing([other], async () => {
    const [one, another] = [await take(logits(x)), await take(logits(other))];
    const differs = one.some((value, index) => value !== another[index]);
    check(differs, where, 'other logits for other symbols', 'the same', 'Read every step that is no padding.');
  });
}

function inputOf(part: TestedDiscriminator, given: Spec | undefined): Spec {
  const input = given ?? part.input;
  if (input) return input;
  throw new Error(
    'testDiscriminator: expected an input spec, received none. Give { input: spec([…]) } in the options.',
  );
}
