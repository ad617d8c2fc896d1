import type { Network, Optimizer, SeededRandom, Spec } from '@gm/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What a player or a shared pass may use beside the batch. */
export interface Turn {
  /** Counted from 0. */
  readonly step: number;
  /** A stream of this step alone: the same for every run with the same seed. */
  readonly random: SeededRandom;
}

/** Scalars of one forward pass: `loss` is minimised, the others are reported beside it. */
export type Losses = Readonly<Record<string, Tensor>> & { readonly loss: Tensor };

/** Whoever plays has networks to move, an optimizer to move them with, and a loss to lower. */
export interface Player<Batch, Shared = void> {
  readonly name: string;
  /**
   * What this player moves, by name; a network may belong to one player only. A network that is used but moved by nobody is not part
   * of a checkpoint: evaluate it without training mode, so that nothing in it changes. A player whose networks are all `frozen` does
   * not move and reports nothing, but they are saved.
   */
  readonly networks: Readonly<Record<string, Network>>;
  readonly optimizer: Optimizer;
  /** Evaluated under the gradient tape; nothing in it outlives the call but what it returns. */
  loss(batch: Batch, shared: Shared, turn: Turn): Losses;
  /** Moves in the last of every `every` steps only. Default 1. */
  readonly every?: number;
}

/** Training as a game: in each step the players move in order. A VAE is a game of one, a GAN of two, a VAE-GAN of three. */
export interface Game<Batch, Shared = void> {
  readonly players: readonly Player<Batch, Shared>[];
  /** What one example has to be, checked against the data before the first step. */
  readonly input: Spec;
  /** How many classes the labels must have, where the game needs labels. */
  readonly classes?: number;
  /** Shape of the targets of one example, where the game needs targets. */
  readonly targets?: readonly number[];
  /** Fields of a batch that the players read beside x: a batch without one is refused. */
  readonly needs?: readonly string[];
  /** Whether `mask` of a batch is handed to the networks, of which recurrent ones pass over what it leaves out. Batches with a mask are refused without it. */
  readonly masks?: boolean;
  /** How many examples every batch must have, where the game keeps something for each row. */
  readonly batchSize?: number;
  /** Computed once a step and constant for all players (no gradient flows through it): noise, generated examples. */
  share?(batch: Batch, turn: Turn): Shared;
}
