import type { Tensor } from '@tensorflow/tfjs-core';
import { dispose, memory } from '@tensorflow/tfjs-core';
import type { Network, Trainer } from '../../interfaces.js';
import { expectSame } from '../close.js';
import { expectNoLeak } from '../leak.js';
import { check, checkFinite, type Disposable, type Factory, type Runner, take, withPart } from './runner.js';

/** A trainer with what it needs, made afresh for each test. */
export interface TrainerCase<Batch, Metrics extends Readonly<Record<string, Tensor>>> extends Disposable {
  readonly trainer: Trainer<Batch, Metrics>;
  /** The networks it moves. */
  readonly networks: Readonly<Record<string, Network>>;
  /** The batch of that step, counted from 0, the same whenever it is asked for; the suite frees it. */
  batch(step: number): Batch | Promise<Batch>;
}

export interface TrainerContract {
  /** How many steps are trained. Default 50. */
  readonly steps?: number;
  /** The metric that has to fall; none where no metric has to (in an adversarial game). */
  readonly loss?: string;
  /** What the mean of the loss over the last tenth has to be below, as a share of that over the first tenth. Default 0.9. */
  readonly fallsTo?: number;
}

const where = 'testTrainer';

/**
 * What every `Trainer` promises: a constant number of tensors over its steps, finite metrics, the same weights bit for bit from
 * the same seed, weights that move, a loss that falls (where one is named), and a complete dispose.
 *
 * @param runner   `{ describe, it }` of any test runner
 * @param factory  makes networks and trainer; everything random in them has to come from the stream it is given
 * @example
 * testTrainer({ describe, it }, 'classifier', (random) => {
 *   const network = mlpClassifier({ input: spec([2]), hidden: [8], classes: 2, random });
 *   return { trainer: trainer(classifier({ network }), { seed: 1 }), networks: { network }, batch: ring };
 * }, { loss: 'classifier/loss' });
 */
export function testTrainer<Batch, Metrics extends Readonly<Record<string, Tensor>>>(
  { describe, it }: Runner,
  name: string,
  factory: Factory<TrainerCase<Batch, Metrics>>,
  { steps = 50, loss, fallsTo = 0.9 }: TrainerContract = {},
): void {
  const withCase = (work: (one: TrainerCase<Batch, Metrics>) => Promise<void>) =>
    withPart(factory, async (one) => {
      try {
        await work(one);
      } finally {
        one.trainer.dispose();
        for (const network of Object.values(one.networks)) network.dispose();
      }
    });

  describe(`${name} as a trainer`, () => {
    it('keeps the number of tensors and of bytes from step to step', () =>
      withCase(async (one) => {
        await run(one, 0, 2);
        const before = memory();
        await run(one, 2, steps);
        const [tensors, bytes] = [memory().numTensors - before.numTensors, memory().numBytes - before.numBytes];
        const received = `${tensors} tensors and ${bytes} bytes more after ${steps} steps`;
        check(
          tensors === 0 && bytes === 0,
          where,
          'a constant number of tensors',
          received,
          'Wrap the step in tidy().',
        );
      }));

    it('gives the same weights bit for bit from the same seed, and moves them', () =>
      withCase((one) =>
        withCase(async (other) => {
          const start = await weightsOf(one);
          await run(one, 0, steps);
          await run(other, 0, steps);
          const [weights, again] = [await weightsOf(one), await weightsOf(other)];
          for (const [key, values] of Object.entries(weights))
            await expectSame(again[key]!, values, `'${key}' of the same seed`);
          const moved = Object.entries(weights).some(([key, values]) => values.some((v, at) => v !== start[key]![at]));
          check(
            moved,
            where,
            'weights that move',
            'the ones it started with',
            'Let the optimizer change the parameters.',
          );
        }),
      ));

    it('gives finite metrics, and lowers its loss where one is named', () =>
      withCase(async (one) => {
        const history = await run(one, 0, steps);
        for (const metrics of history) checkFinite(where, `metrics ${Object.keys(metrics)}`, Object.values(metrics));
        if (loss !== undefined) checkFall(history, loss, fallsTo);
      }));

    it('frees everything it made', () => expectNoLeak(() => withCase(async (one) => void (await run(one, 0, 2)))));
  });
}

/** Trains from step to step and gives the metrics of each step. */
async function run<Batch, Metrics extends Readonly<Record<string, Tensor>>>(
  { trainer, batch }: TrainerCase<Batch, Metrics>,
  from: number,
  to: number,
): Promise<Record<string, number>[]> {
  const history: Record<string, number>[] = [];
  for (let step = from; step < to; step++) {
    const examples = await batch(step);
    const metrics = Object.entries(trainer.step(examples));
    dispose(examples as never);
    const values = await Promise.all(metrics.map(([, value]) => take(value)));
    history.push(Object.fromEntries(metrics.map(([key], index) => [key, values[index]![0]!])));
  }
  return history;
}

async function weightsOf({
  networks,
}: Pick<TrainerCase<never, never>, 'networks'>): Promise<Record<string, Float32Array>> {
  const entries = Object.entries(networks).flatMap(([name, { parameters, buffers = {} }]) =>
    Object.entries({ ...parameters, ...buffers }).map(([key, value]) => [`${name}/${key}`, value] as const),
  );
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, value]) => [key, Float32Array.from(await value.data())] as const)),
  );
}

function checkFall(history: readonly Record<string, number>[], loss: string, fallsTo: number): void {
  const known = Object.keys(history[0] ?? {});
  check(known.includes(loss), where, `a metric '${loss}'`, known.join(', '), 'Name one of them in the options.');
  const tenth = Math.max(1, Math.floor(history.length / 10));
  const meanOf = (part: readonly Record<string, number>[]) =>
    part.reduce((sum, metrics) => sum + metrics[loss]!, 0) / part.length;
  const [first, last] = [meanOf(history.slice(0, tenth)), meanOf(history.slice(-tenth))];
  const limit = first - (1 - fallsTo) * Math.abs(first);
  check(
    last <= limit,
    where,
    `'${loss}' to fall from ${first} to ${limit} at most`,
    String(last),
    'Give it more steps or a better learning rate.',
  );
}
