import { gmError, type OptimizerState } from '@gm/core';
import { dispose, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { assignCopy } from './averages.js';
import { copyOf } from './copy.js';
import { buffersOf, parametersOf } from './descend.js';
import { checkDevice } from './device.js';
import type { Game, Player } from './game.js';
import { methodUnder } from './optimizers/clipped.js';
import { checkPlace } from './place.js';
import { type GameTrainer, stateOf, type TrainerOptions, trainer } from './trainer.js';

/** What is known of a parameter in training. */
interface Known {
  /** Of the optimizer that moved it, whether clipped or not. */
  readonly method: string;
  readonly counters: OptimizerState['counters'];
  /** By kind. */
  readonly slots: Readonly<Record<string, Tensor>>;
}

/**
 * A run goes on as another game: a discriminator is attached to a VAE that is being trained, a loss is exchanged, a part is frozen.
 *
 * Steps and randomness go on where they were. A parameter that both games move, under whatever names, keeps what its optimizer knows of
 * it, if the new player's is of the same method (`clipped` or not), and its running average; a new one begins as in a new run. A player
 * whose parameters were moved by several players before goes on counting from the one that has moved most often.
 *
 * What is known of a parameter that is `frozen` now waits with the player that has it among its networks, in its optimizer and in
 * checkpoints, if the method is the same, and comes back when a later game moves it again. Updates are counted by optimizer, not by
 * parameter: it goes on with the count of that player. Its running average starts again from where it stands.
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
  resumeAll(game.players, known);
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

/** Copies of what optimizers hold of each parameter, also where it is frozen and that waits. */
function knownOf<Batch>({ networks, optimizers }: GameTrainer<Batch>): Map<Variable, Known> {
  const variables = Object.entries({ ...buffersOf(networks), ...parametersOf(networks) });
  const known = new Map<Variable, Known>();
  for (const { name: method, state } of Object.values(optimizers)) {
    const { slots, counters } = state();
    for (const [name, variable] of variables) {
      const own = Object.entries(slots).filter(([key]) => key.slice(key.indexOf('/') + 1) === name);
      if (own.length === 0 || known.has(variable)) continue;
      const copies = own.map(([key, slot]) => [key.slice(0, key.indexOf('/')), copyOf(slot)] as const);
      known.set(variable, {
        method: methodUnder(method),
        counters: { ...counters },
        slots: Object.fromEntries(copies),
      });
    }
  }
  return known;
}

type Mover = Pick<Player<never>, 'networks' | 'optimizer'>;

/** Gives each player's optimizer what is known of what it moves, and of what is frozen there, which waits. */
function resumeAll(players: readonly Mover[], known: ReadonlyMap<Variable, Known>): void {
  const moved = new Set(players.flatMap(({ networks }) => Object.values(parametersOf(networks))));
  // A part may be frozen for one player and moved by another, who alone is to know of it.
  const waiting = new Map([...known].filter(([variable]) => !moved.has(variable)));
  for (const player of players) resume(player, known, waiting);
}

function resume(
  { networks, optimizer }: Mover,
  known: ReadonlyMap<Variable, Known>,
  waiting: ReadonlyMap<Variable, Known>,
): void {
  const parameters = parametersOf(networks);
  const moving = foundAmong(parameters, known, optimizer.name);
  const frozen = foundAmong(buffersOf(networks), waiting, optimizer.name);
  const found = [...moving, ...frozen];
  if (found.length === 0) return;
  // A player that moves new parameters alone begins to count, whatever waits with it.
  const counting = Object.keys(parameters).length === 0 ? frozen : moving;
  optimizer.restore({ slots: slotsOf(found), counters: mostOf(counting) ?? optimizer.state().counters });
}

interface Found {
  readonly name: string;
  readonly before: Known;
}

/** What is known of some variables, as far as an optimizer of that name can use it. */
function foundAmong(
  variables: Readonly<Record<string, Variable>>,
  known: ReadonlyMap<Variable, Known>,
  optimizer: string,
): Found[] {
  return Object.entries(variables).flatMap(([name, variable]) => {
    const before = known.get(variable);
    return before?.method === methodUnder(optimizer) ? [{ name, before }] : [];
  });
}

/** Kind by kind, as optimizers make them. */
function slotsOf(found: readonly Found[]): OptimizerState['slots'] {
  const kinds = [...new Set(found.flatMap(({ before }) => Object.keys(before.slots)))];
  const slots = kinds.flatMap((kind) =>
    found.flatMap(({ name, before }) => {
      const slot = before.slots[kind];
      return slot ? [[`${kind}/${name}`, slot] as const] : [];
    }),
  );
  return Object.fromEntries(slots);
}

function mostOf(found: readonly Found[]): OptimizerState['counters'] | undefined {
  const all = found.map(({ before }) => before.counters);
  return all.length === 0 ? undefined : all.reduce((a, b) => (total(b) > total(a) ? b : a));
}

const total = (counters: OptimizerState['counters']) => Object.values(counters).reduce((sum, count) => sum + count, 0);
