import {
  checkNumber,
  gmError,
  type Network,
  type RandomState,
  restored,
  type SeededRandom,
  seeded,
  type Trainer,
} from '@gm/core';
import { dispose, type Tensor, tensor_util, tidy, Variable } from '@tensorflow/tfjs-core';
import { type Averages, averagesOf } from './averages.js';
import { checkBatch } from './batch.js';
import { checkCapable } from './capability.js';
import { buffersOf, descend, parametersOf } from './descend.js';
import { blame, checkDevice, trusted } from './device.js';
import type { Game, Player, Turn } from './game.js';
import { areHere, checkPlace } from './place.js';

/** Scalars by `player/metric`; the caller owns them until `readMetrics`. */
export type Metrics = Readonly<Record<string, Tensor>>;

export interface TrainerOptions {
  /** Of all randomness in training. Default 0. */
  readonly seed?: number | string;
  /** Keep an exponential moving average of all parameters with that decay, 0.999 for instance; none by default. */
  readonly averageDecay?: number;
  /** Shorten each player's gradients to this length; unlimited by default. */
  readonly clipNorm?: number;
}

/** A game under way: all that changes while it is trained. */
export interface GameTrainer<Batch> extends Trainer<Batch, Metrics> {
  readonly game: Pick<Game<Batch>, 'input' | 'classes' | 'targets' | 'batchSize'>;
  /** Completed steps. */
  readonly steps: number;
  readonly networks: Readonly<Record<string, Network>>;
  readonly optimizers: Readonly<Record<string, Player<Batch>['optimizer']>>;
  readonly averages?: Averages;
  /** The averages stand in for the parameters just now. */
  readonly averaging: boolean;
  /** After `dispose()`, when there is nothing left to go on from. */
  readonly disposed: boolean;
  readonly random: SeededRandom;
  /**
   * Every player moves once, in order; those with `every` only when it is their turn. The batch is borrowed.
   *
   * When a player throws, those before it have moved and the step does not count: go on from a checkpoint rather than call it again.
   *
   * @throws GM_GRADIENT; GM_BUSY inside withAverages; GM_DISPOSED after dispose; GM_DEVICE when the device has failed, before or
   *   meanwhile; GM_BACKEND when anything that training changes lies on a backend other than the one in use
   */
  step(batch: Batch): Metrics;
  /** For `restoreCheckpoint`: where to go on. */
  continueFrom(position: { readonly steps: number; readonly random: RandomState }): void;
  /**
   * Runs `work` with the averaged parameters in place; with the current ones when no average is kept.
   *
   * @throws GM_BUSY when one is already under way; GM_BACKEND when the run lies on another backend; GM_DEVICE when the device has
   *   failed before `work` ends
   */
  withAverages<Result>(work: () => Result | Promise<Result>): Promise<Result>;
  /** Frees optimizer slots and averages; the networks stay, they are the caller's. */
  dispose(): void;
}

/**
 * Makes a game ready to train.
 *
 * @throws GM_OPTION when the game has no player, names clash, players share a network or an optimizer, or an option is out of limits;
 *   GM_BACKEND when the backend in use lacks kernels that a network says it calls; GM_MEMORY when a parameter is larger than the
 *   device takes
 * @example const t = trainer(vae({ encoder, decoder, prior }), { seed: 7 })
 */
export function trainer<Batch, Shared>(game: Game<Batch, Shared>, options: TrainerOptions = {}): GameTrainer<Batch> {
  const { seed = 0, averageDecay, clipNorm } = options;
  checkPlayers(game.players);
  if (clipNorm !== undefined) checkNumber('trainer', 'clipNorm', clipNorm, { min: 0, exclusive: true });
  let random = seeded(seed).split('training');
  const networks = Object.assign({}, ...game.players.map((player) => player.networks)) as Record<string, Network>;
  checkCapable(networks);
  const averages = averageDecay === undefined ? undefined : averagesOf(parametersOf(networks), averageDecay);
  let steps = 0;
  let averaging = false;
  let disposed = false;

  /** Who has something to move; the others rest. */
  const moving = game.players.filter((player) => !isFrozen(player));

  const move = (player: Player<Batch, Shared>, batch: Batch, shared: Shared, turn: Turn): Record<string, Tensor> => {
    const losses = descend(player, () => player.loss(batch, shared, turn), clipNorm === undefined ? {} : { clipNorm });
    return Object.fromEntries(Object.entries(losses).map(([name, value]) => [`${player.name}/${name}`, value]));
  };

  const moveAll = (batch: Batch, shared: Shared, turnOf: (name: string) => Turn): Metrics => {
    const metrics: Record<string, Tensor> = {};
    try {
      for (const player of moving) {
        // The k-th of every k steps, so that a critic has moved k times before its generator.
        if ((steps + 1) % (player.every ?? 1) !== 0) continue;
        Object.assign(metrics, move(player, batch, shared, turnOf(player.name)));
      }
      averages?.update(steps + 1);
      checkDevice();
      return metrics;
    } catch (error) {
      dispose(metrics);
      throw error;
    }
  };

  const fixed = [parametersOf(networks), buffersOf(networks), averages?.values ?? {}].flatMap(Object.values<Tensor>);
  /** What a step writes to, without the names, which cost more than the look. */
  const changing = () =>
    game.players.reduce((all, player) => all.concat(Object.values(player.optimizer.state().slots)), fixed);

  const step = (batch: Batch): Metrics => {
    if (disposed) throw unusable('GM_DISPOSED', 'a trainer in use', 'one whose dispose() was called');
    if (averaging) throw unusable('GM_BUSY', 'the current parameters in place', 'a step inside withAverages()');
    checkDevice();
    if (!areHere(changing())) checkPlace('trainer', stateOf(run));
    checkBatch(game, batch);
    const stream = random.split(steps);
    const turnOf = (name: string): Turn => ({ step: steps, random: stream.split(name) });
    let shared: Shared | undefined;
    try {
      shared = tidy(() => game.share?.(batch, turnOf('share')) as never) as Shared;
      const metrics = moveAll(batch, shared, turnOf);
      steps += 1;
      return metrics;
    } catch (error) {
      throw blame(error);
    } finally {
      disposeOwn(shared, batch);
    }
  };

  const run: GameTrainer<Batch> = {
    game,
    get steps() {
      return steps;
    },
    networks,
    optimizers: Object.fromEntries(game.players.map(({ name, optimizer }) => [name, optimizer])),
    ...(averages && { averages }),
    get random() {
      return random;
    },
    step,
    continueFrom(position) {
      random = restored(position.random);
      steps = checkNumber('trainer', 'steps', position.steps, { min: 0, integer: true });
    },
    get averaging() {
      return averaging;
    },
    get disposed() {
      return disposed;
    },
    async withAverages(work) {
      if (averaging) throw unusable('GM_BUSY', 'one withAverages() at a time', 'another inside or beside it');
      if (averages) checkPlace('withAverages', stateOf(run));
      averaging = averages !== undefined;
      try {
        return await trusted(async () => (averages ? averages.during(work) : work()));
      } finally {
        averaging = false;
      }
    },
    dispose() {
      if (disposed) return;
      disposed = true;
      averages?.dispose();
      for (const { optimizer } of game.players) optimizer.dispose();
    },
  };
  return run;
}

/**
 * Waits for metrics, gives them as plain numbers and frees them.
 *
 * @throws GM_DEVICE when the device has failed: what it gives then are no numbers of this run
 */
export async function readMetrics(metrics: Metrics): Promise<Record<string, number>> {
  const entries = Object.entries(metrics);
  try {
    const values = await trusted(() => Promise.all(entries.map(([, tensor]) => tensor.data())));
    return Object.fromEntries(entries.map(([name], index) => [name, values[index]![0]!]));
  } finally {
    dispose(metrics as Record<string, Tensor>);
  }
}

/**
 * Everything a run has to keep, by name, apart from plain numbers: parameters, buffers, optimizer slots, averages.
 *
 * @throws GM_BUSY inside withAverages, where the parameters are not the run's own
 */
export function stateOf<Batch>(run: GameTrainer<Batch>): Record<string, Tensor> {
  if (run.averaging) throw unusable('GM_BUSY', 'the current parameters in place', 'a checkpoint inside withAverages()');
  const slots = Object.entries(run.optimizers).flatMap(([player, optimizer]) =>
    prefixed(`optimizers/${player}`, optimizer.state().slots),
  );
  return Object.fromEntries([
    ...prefixed('parameters', parametersOf(run.networks)),
    ...prefixed('buffers', buffersOf(run.networks)),
    ...slots,
    ...prefixed('averages', run.averages?.values ?? {}),
  ]);
}

function prefixed(prefix: string, tensors: Readonly<Record<string, Tensor>>): [string, Tensor][] {
  return Object.entries(tensors).map(([name, tensor]) => [`${prefix}/${name}`, tensor]);
}

/** Frees what the shared pass made; the batch is the caller's, also where the pass only hands it on. */
function disposeOwn(shared: unknown, batch: unknown): void {
  const borrowed = new Set(tensor_util.getTensorsInContainer(batch as never).map(({ id }) => id));
  for (const tensor of tensor_util.getTensorsInContainer(shared as never)) {
    if (!borrowed.has(tensor.id) && !(tensor instanceof Variable)) tensor.dispose();
  }
}

function unusable(code: 'GM_BUSY' | 'GM_DISPOSED', expected: string, received: string) {
  const remedy = code === 'GM_BUSY' ? 'Wait for withAverages() to end first.' : 'Make a new trainer.';
  return gmError(code, { where: 'trainer', expected, received, remedy });
}

function checkPlayers(players: readonly Pick<Player<never>, 'name' | 'networks' | 'optimizer' | 'every'>[]): void {
  if (players.length === 0) throw refusal('at least one player', 'none', 'Add a player to the game.');
  if (players.every(isFrozen)) {
    throw refusal('something to move', 'players without parameters', 'Leave a network of one of them unfrozen.');
  }
  for (const { name, networks, every = 1 } of players) {
    checkNumber(`player '${name}'`, 'every', every, { min: 1, integer: true });
    for (const word of [name, ...Object.keys(networks)]) checkWord(word);
  }
  unique(
    players.map(({ name }) => name),
    'players of different names',
  );
  unique(
    players.map(({ optimizer }) => optimizer),
    'an optimizer for each player',
  );
  unique(
    players.flatMap(({ networks }) => Object.keys(networks)),
    'networks of different names',
  );
  unique(
    players.flatMap(({ networks }) => allVariables(networks)),
    'every parameter to belong to one player',
  );
}

/** All its networks are frozen, or have no parameters to begin with. */
function isFrozen({ networks }: Pick<Player<never>, 'networks'>): boolean {
  return allVariables(networks).length === 0;
}

/** Names become parts of file and stream names. */
function checkWord(word: string): void {
  if (/^[A-Za-z0-9_-]+$/.test(word) && word !== 'share') return;
  throw refusal("names of letters, digits, _ and - other than 'share'", `'${word}'`, 'Choose another name.');
}

function allVariables(networks: Readonly<Record<string, Network>>): Variable[] {
  return Object.values(parametersOf(networks));
}

function unique(items: readonly unknown[], expected: string): void {
  const repeated = items.find((item, index) => items.indexOf(item) !== index);
  if (repeated === undefined) return;
  const name = typeof repeated === 'string' ? `'${repeated}' twice` : 'one object twice';
  throw refusal(expected, name, 'Give each player its own.');
}

function refusal(expected: string, received: string, remedy: string) {
  return gmError('GM_OPTION', { where: 'trainer', expected, received, remedy });
}
