/** What the page and its worker say to each other: plain values only, for both are written against this file alone. */
import type { Composition } from '../composition/composition.js';

export interface Files {
  /** The user's own images, as an IDX file. */
  readonly images?: Uint8Array;
}

export interface StartOptions {
  readonly composition: Composition;
  readonly backend: 'auto' | 'wasm' | 'webgpu';
  /** The address of the page, beside which its data lie. */
  readonly site: string;
  /** Allows a software adapter of WebGPU. */
  readonly software?: boolean;
  readonly files?: Files;
  /** Goes on from there. */
  readonly checkpoint?: Uint8Array;
}

/** A part as the diagram shows it. */
export interface PartView {
  readonly role: string;
  readonly input: string;
  readonly output: string;
  readonly parameters: number;
  /** Who moves it. */
  readonly player: string;
}

export interface Started {
  readonly backend: string;
  readonly reason: string;
  readonly parts: readonly PartView[];
  /** Of one example. */
  readonly example: readonly number[];
  readonly classes?: number;
  /** Dimensions of the latent space, where there is one. */
  readonly latent?: number;
  readonly step: number;
}

/** What the user has still to give, in words. There is no run then. */
export interface Lacking {
  readonly lacking: string;
}

export interface Progress {
  readonly step: number;
  readonly epoch: number;
  /** The metrics of every step since the last word. */
  readonly rows: readonly { readonly step: number; readonly metrics: Readonly<Record<string, number>> }[];
  readonly stepsPerSecond: number;
  readonly examplesPerSecond: number;
  readonly playing: boolean;
}

/** Pictures one after the other, or points; values in [0, 1] for pictures, data units for points. */
export interface Rows {
  readonly values: Float32Array;
  readonly count: number;
  /** [height, width, channels], or [2]. */
  readonly shape: readonly number[];
  /** The class of each, where they have one. */
  readonly labels?: readonly number[];
}

/** Values on a square grid over [−extent, extent]², row by row from the top. */
export interface Field {
  readonly values: Float32Array;
  readonly size: number;
  readonly extent: number;
}

export interface PlaneView {
  readonly real: Rows;
  readonly generated?: Rows;
  readonly density?: Field;
  /**
   * real: p(real). score: a score, put so that ½ is midway between the mean scores of real and of generated points, and that it stays within
   * [0, 1]. class: the likeliest class, and behind the point how sure it is.
   */
  readonly surface?: Field;
  readonly kind?: 'real' | 'score' | 'class';
  /** The class that a conditional discriminator was told for the surface. */
  readonly label?: number;
  /** Where the generated points would move to please the discriminator, [count, 2]. */
  readonly gradients?: Float32Array;
}

export interface MapView {
  readonly images: Rows;
  /** Codes go from −extent to extent along both axes. */
  readonly extent: number;
  readonly side: number;
  /** Codes of examples, with their classes. */
  readonly codes?: Rows;
}

export interface Neighbours {
  /** After so many steps. */
  readonly step: number;
  readonly sample: Rows;
  readonly nearest: Rows;
  readonly distances: readonly number[];
}

export interface Judged {
  readonly examples: Rows;
  readonly predicted: readonly number[];
  readonly probabilities: readonly number[];
  /** Of all test examples. */
  readonly accuracy: number;
  /** [classes × classes]: rows are what an example is, columns what it is taken for. */
  readonly confusion: readonly number[];
  readonly classes: number;
}

/** The choices that do not fit, and why: `refusals.penalty.r1`. */
export type Refusals = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Hears how training goes; what it returns is waited for before pausing ends. */
export type Said = (progress: Progress) => void | Promise<void>;

/** What the worker does. Looking never moves the run. */
export interface Engine {
  /** Ends the run under way once the new one is made; where that fails, it goes on as if nothing had been asked. */
  start(options: StartOptions, say: Said, fail: (message: string) => void): Promise<Started | Lacking>;
  play(): Promise<void>;
  /** After the step under way. */
  pause(): Promise<void>;
  stepOnce(): Promise<void>;
  /** Steps a second at most; 0 is without limit. */
  setSpeed(stepsPerSecond: number): void;
  /** Of all players, as multiples of what they began with. */
  setLearningRate(factor: number): void;
  checkpoint(): Promise<{ readonly bytes: Uint8Array; readonly step: number }>;
  refusals(composition: Composition): Promise<Refusals>;
  /** Always from the same noise. With classes, they go by turns. */
  samples(count: number): Promise<Rows | undefined>;
  reconstructions(count: number): Promise<{ readonly inputs: Rows; readonly outputs: Rows } | undefined>;
  /** The plane of two latent dimensions; the others stay 0. Of that class, where the parts are told it. */
  map(side: number, axes: readonly [number, number], label?: number): Promise<MapView | undefined>;
  /** What one place of that plane gives. */
  decode(at: readonly [number, number], axes: readonly [number, number], label?: number): Promise<Rows | undefined>;
  /** From one sample to another, both by their number in `samples`. */
  interpolation(from: number, to: number, steps: number): Promise<Rows | undefined>;
  plane(): Promise<PlaneView | undefined>;
  neighbours(sample: number, count: number): Promise<Neighbours | undefined>;
  judged(count: number): Promise<Judged | undefined>;
  /** Text that goes on from the prompt; `piece` hears it as it is drawn. */
  speak(
    prompt: string,
    length: number,
    temperature: number,
    piece: (text: string) => void | Promise<void>,
  ): Promise<void>;
  /** How many tensors there are, for tests of leaks. */
  tensors(): Promise<number>;
}
