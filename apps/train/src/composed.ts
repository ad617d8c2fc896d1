import type { Encoder, GaussianPosterior, Generator, Likelihood, Network, Prior, Recurrent, Spec } from '@gm/core';
import type { FeatureNetwork } from '@gm/discriminators';
import type { CategoricalEncoder, GaussianEncoder } from '@gm/latent';
import type { Game } from '@gm/trainers';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Forecaster } from './forecast.js';

/** What has to be known of data to make parts for it. */
export interface Examined {
  readonly example: Spec;
  readonly classes?: number | undefined;
}

/** A model with all that can be done with it. Which abilities there are depends on the kind. */
export interface Composition {
  // biome-ignore lint/suspicious/noExplicitAny: a game of any kind; its batches are checked when training starts
  readonly game: Game<any, any>;
  readonly networks: Readonly<Record<string, Network>>;
  /** Draws new examples. */
  readonly generator?: Generator;
  /** Gives examples back from their codes. */
  reconstruct?(x: Tensor): Tensor;
  /** What the evidence lower bound of a VAE needs. */
  readonly autoencoder?: AutoencoderCode & {
    readonly decoder: Network;
    readonly likelihood: Likelihood;
  };
  readonly classifier?: FeatureNetwork;
  /** Says what comes next in a series. */
  readonly forecaster?: Forecaster;
  readonly speaker?: Speaker;
}

/** How examples become codes, and what codes there are. */
export interface AutoencoderCode {
  readonly encoder: GaussianEncoder | CategoricalEncoder;
  readonly prior: Prior;
}

/** Says one symbol after the other. */
export interface Speaker {
  readonly generator: Recurrent;
  /** Where it speaks in pieces, each set off by a code. */
  readonly coded?: {
    readonly encoder: Network & Encoder<GaussianPosterior>;
    readonly prior: Prior;
    /** The generator's state from codes [count, latent]. */
    startFrom(z: Tensor): Tensor[];
    /** Symbols in a piece. */
    readonly length: number;
  };
}

/** The symbol that every piece of a sequence VAE is said after. */
export const START = 0;
