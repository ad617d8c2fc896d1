import type { Generator, Spec } from '../../interfaces.js';
import { seeded } from '../../random.js';
import { expectNoLeak } from '../leak.js';
import { checkInside } from './network.js';
import { checkSeeds } from './prior.js';
import { checkFinite, checkShape, type Disposable, type Factory, type Runner, take, withPart } from './runner.js';

export interface GeneratorContract {
  /** What one sample is: its shape and range are checked as well. */
  readonly output?: Spec;
}

const where = 'testGenerator';

/**
 * What every `Generator` promises: `count` finite samples of one shape, inside the range that is declared for them, the same
 * under one seed and others under another, and no leaks.
 *
 * @param runner   `{ describe, it }` of any test runner
 * @param factory  makes the generator; give it a `dispose` that frees what it holds
 * @example
 * testGenerator({ describe, it }, 'fromDecoder', (random) => {
 *   const decoder = mlpDecoder({ latent: 2, hidden: [8], output, random });
 *   return { ...fromDecoder(decoder, standardNormal(2)), dispose: decoder.dispose };
 * }, { output });
 */
export function testGenerator(
  { describe, it }: Runner,
  name: string,
  factory: Factory<Generator & Disposable>,
  { output }: GeneratorContract = {},
): void {
  describe(`${name} as a generator`, () => {
    it('draws [count, …data], inside the declared range', () =>
      withPart(factory, async (generator) => {
        const one = generator.sample(1, seeded(1));
        const shape = output?.shape ?? one.shape.slice(1);
        checkShape(where, 'samples', one, [1, ...shape]);
        one.dispose();
        const several = generator.sample(3, seeded(1));
        checkShape(where, 'samples', several, [3, ...shape]);
        const values = await take(several);
        checkFinite(where, 'samples', values);
        checkInside(where, values, output?.range ?? 'unbounded');
      }));

    it('repeats itself under one seed, and not under another', () =>
      withPart(factory, (generator) => checkSeeds(where, (random) => generator.sample(3, random))));

    it('leaves no tensor behind', () =>
      withPart(factory, (generator) => expectNoLeak(() => generator.sample(3, seeded(1)))));

    it('frees everything it holds', () => expectNoLeak(() => withPart(factory, async () => {})));
  });
}
