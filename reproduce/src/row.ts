/** A number of a paper, or of a baseline, and what this project reaches. */
export interface Row {
  /** What `npm run reproduce -- <name>` calls it. */
  readonly name: string;
  /** One line: model, data, measure. */
  readonly title: string;
  /** Trains and measures, going on where an earlier sitting stopped. */
  run(sitting: Sitting): Promise<readonly Finding[]>;
}

/** One figure that a row arrives at. */
export interface Finding {
  /** What was measured, with its unit. */
  readonly figure: string;
  /** The number of the paper, or of the baseline, and whose it is. */
  readonly reference: string;
  readonly ours: string;
  /** What the project holds itself to, as text, and whether it is kept; left out where nothing was promised. */
  readonly wanted?: string;
  readonly kept?: boolean;
  readonly seeds: readonly number[];
  /** Of each training, or of each seed's; none for a baseline that is only computed. */
  readonly steps?: number | readonly number[];
  /** Of training, on average over the seeds. */
  readonly seconds?: number;
}

/** Where a row keeps what it has reached, what it says meanwhile, and how it is told to stop. */
export interface Sitting {
  /** Is there already; everything in it belongs to the row. */
  readonly folder: string;
  readonly signal: AbortSignal;
  say(line: string): void;
}

/** Thrown when the user stops a row; what it has reached is kept. */
export class Stopped extends Error {}
