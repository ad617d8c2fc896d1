import { gmError, type OptimizerState } from '@gm/core';
import { dispose, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { assignCopy } from './averages.js';
import { copyOf } from './copy.js';
import { parametersOf } from './descend.js';
import { checkDevice } from './device.js';
import type { Game, Player } from './game.js';
import { checkPlace } from './place.js';
import { type GameTrainer, stateOf, type TrainerOptions, trainer } from './trainer.js';

/** What is known of a parameter in training. */
interface Known {
  /** Of the optimizer that moved it. */
  readonly method: string;
  readonly counters: OptimizerState['counters'];
  /** By kind. */
  readonly slots: Readonly<Record<string, Tensor>>;
}

/**
 * A run goes on as another game: a discriminator is attached to a VAE that is being trained, a loss is exchanged, a part is frozen.
 *
 * Steps and randomness go on where they were. A parameter that both games move, under whatever names, keeps what its optimizer knows of
 * it, if the new player's is of the same method, and its running average; a new one begins as in a new run. A player whose
 * parameters were moved by several players before goes on counting from the one that has moved most often.
 *
 * @param run      the run so far; it ends here, and its networks stay
 * @param game     composed of any of its networks and of new ones; optimizers may be new or those of before
 * @param options  as for `trainer`; the seed stays that of the run
 * @returns the run that goes on
 * @throws whatever `trainer` throws for that game; GM_BUSY inside `withAverages`; GM_DISPOSED for a run that has ended; GM_DEVICE when the
 *   device has failed, GM_BACKEND when the run lies on another backend; `run` is as it was then
 * @example run = continueAs(run, vaeGan({ encoder, generator: decoder, discriminator, prior }))
 */
export function continueAs<Before, Batch, Shared>(
  run: GameTrainer<Before>,
  game: Game<Batch, Shared>,
  options: Omit<TrainerOptions, 'seed'> = {},
): GameTrainer<Batch> {
  checkUsable(run);
  const next = trainer(game, options);
  const position = { steps: run.steps, random: run.random.state };
  const [known, averages] = [knownOf(run), averagesBefore(run)];
  // The optimizers of before may serve again: they are emptied first.
  run.dispose();
  for (const player of game.players) resume(player, known);
  const parameters = parametersOf(next.networks);
  for (const [name, average] of Object.entries(next.averages?.values ?? {})) {
    const before = averages.get(parameters[name]!);
    if (before) assignCopy(average, before);
  }
  dispose([...[...known.values()].flatMap(({ slots }) => Object.values(slots)), ...averages.values()]);
  next.continueFrom(position);
  return next;
}

function checkUsable<Batch>(run: GameTrainer<Batch>): void {
  checkDevice();
  checkPlace('continueAs', stateOf(run));
  if (!run.disposed) return;
  throw gmError('GM_DISPOSED', {
    where: 'continueAs',
    expected: 'a run in use',
    received: 'one that has ended, or goes on as another game already',
    remedy: 'Go on from the run that continueAs() gave.',
  });
}

/** A copy of the average of each parameter. */
function averagesBefore<Batch>({ averages, networks }: GameTrainer<Batch>): Map<Variable, Tensor> {
  const parameters = parametersOf(networks);
  const entries = Object.entries(averages?.values ?? {});
  return new Map(entries.map(([name, value]) => [parameters[name]!, copyOf(value)]));
}

/** Copies of what optimizers hold of each parameter. */
function knownOf<Batch>(run: GameTrainer<Batch>): Map<Variable, Known> {
  const parameters = parametersOf(run.networks);
  const known = new Map<Variable, Known>();
  for (const { name: method, state } of Object.values(run.optimizers)) {
    const { slots, counters } = state();
    for (const [name, parameter] of Object.entries(parameters)) {
      const own = Object.entries(slots).filter(([key]) => key.slice(key.indexOf('/') + 1) === name);
      if (own.length === 0) continue;
      const copies = own.map(([key, slot]) => [key.slice(0, key.indexOf('/')), copyOf(slot)] as const);
      known.set(parameter, { method, counters: { ...counters }, slots: Object.fromEntries(copies) });
    }
  }
  return known;
}

/** Gives a player's optimizer what is known of its parameters. */
function resume(
  { networks, optimizer }: Pick<Player<never>, 'networks' | 'optimizer'>,
  known: Map<Variable, Known>,
): void {
  const found = Object.entries(parametersOf(networks)).flatMap(([name, parameter]) => {
    const before = known.get(parameter);
    return before?.method === optimizer.name ? [{ name, before }] : [];
  });
  if (found.length === 0) return;
  // Kind by kind, as optimizers make them.
  const kinds = [...new Set(found.flatMap(({ before }) => Object.keys(before.slots)))];
  const slots = kinds.flatMap((kind) =>
    found.flatMap(({ name, before }) => {
      const slot = before.slots[kind];
      return slot ? [[`${kind}/${name}`, slot] as const] : [];
    }),
  );
  const most = found.map(({ before }) => before.counters).reduce((a, b) => (total(b) > total(a) ? b : a));
  optimizer.restore({ slots: Object.fromEntries(slots), counters: most });
}

const total = (counters: OptimizerState['counters']) => Object.values(counters).reduce((sum, count) => sum + count, 0);
