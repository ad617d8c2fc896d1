import { gmError, type Network, type RandomState, restored, type SeededRandom, seeded, type Trainer } from '@gm/core';
import { dispose, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { type Averages, averagesOf } from './averages.js';
import { buffersOf, descend, parametersOf } from './descend.js';
import type { Game, Player, Turn } from './game.js';

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
  readonly game: Pick<Game<Batch>, 'input' | 'classes'>;
  /** Completed steps. */
  readonly steps: number;
  readonly networks: Readonly<Record<string, Network>>;
  readonly optimizers: Readonly<Record<string, Player<Batch>['optimizer']>>;
  readonly averages?: Averages;
  readonly random: SeededRandom;
  /** Every player moves once, in order; those with `every` only when it is their turn. */
  step(batch: Batch): Metrics;
  /** For `restoreCheckpoint`: where to go on. */
  continueFrom(position: { readonly steps: number; readonly random: RandomState }): void;
  /** Runs `work` with the averaged parameters in place; with the current ones when no average is kept. */
  withAverages<Result>(work: () => Result | Promise<Result>): Promise<Result>;
  /** Frees optimizer slots and averages; the networks stay, they are the caller's. */
  dispose(): void;
}

/**
 * Makes a game ready to train.
 *
 * @throws GM_OPTION when the game has no player, names clash, or players share a network or an optimizer
 * @example const t = trainer(vae({ encoder, decoder, prior }), { seed: 7 })
 */
export function trainer<Batch, Shared>(game: Game<Batch, Shared>, options: TrainerOptions = {}): GameTrainer<Batch> {
  const { seed = 0, averageDecay, clipNorm } = options;
  checkPlayers(game.players);
  const networks = Object.assign({}, ...game.players.map((player) => player.networks)) as Record<string, Network>;
  const averages = averageDecay === undefined ? undefined : averagesOf(parametersOf(networks), averageDecay);
  let random = seeded(seed).split('training');
  let steps = 0;

  const step = (batch: Batch): Metrics => {
    const stream = random.split(steps);
    const turnOf = (name: string): Turn => ({ step: steps, random: stream.split(name) });
    const shared = tidy(() => game.share?.(batch, turnOf('share')) as never) as Shared;
    const metrics: Record<string, Tensor> = {};
    try {
      for (const player of game.players) {
        if (steps % (player.every ?? 1) !== 0) continue;
        const losses = descend(
          player,
          () => player.loss(batch, shared, turnOf(player.name)),
          clipNorm === undefined ? {} : { clipNorm },
        );
        for (const [name, value] of Object.entries(losses)) metrics[`${player.name}/${name}`] = value;
      }
    } catch (error) {
      dispose(metrics);
      throw error;
    } finally {
      dispose(shared as never);
    }
    steps += 1;
    averages?.update(steps);
    return metrics;
  };

  return {
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
      steps = position.steps;
      random = restored(position.random);
    },
    withAverages: async (work) => (averages ? averages.during(work) : work()),
    dispose() {
      averages?.dispose();
      for (const { optimizer } of game.players) optimizer.dispose();
    },
  };
}

/** Waits for metrics, gives them as plain numbers and frees them. */
export async function readMetrics(metrics: Metrics): Promise<Record<string, number>> {
  const entries = Object.entries(metrics);
  const values = await Promise.all(entries.map(([, tensor]) => tensor.data()));
  dispose(metrics as Record<string, Tensor>);
  return Object.fromEntries(entries.map(([name], index) => [name, values[index]![0]!]));
}

/** Everything a run has to keep, by name, apart from plain numbers: parameters, buffers, optimizer slots, averages. */
export function stateOf<Batch>(run: GameTrainer<Batch>): Record<string, Tensor> {
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

function checkPlayers(players: readonly Pick<Player<never>, 'name' | 'networks' | 'optimizer'>[]): void {
  if (players.length === 0) throw refusal('at least one player', 'none', 'Add a player to the game.');
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
