import { seeded } from '@gm/core';
import type { Composition } from '../composed.js';
import { openData, testOf } from '../datasets.js';
import { bitsOf, bitsOfPieces, boundsOf, pixelErrorOf, skillOf } from '../evaluation.js';
import { scoreOf } from '../forecast.js';
import { judgeFor, judgeSamples } from '../judge.js';
import { keepStdoutClean, sayPairs } from '../say.js';
import { openRun } from '../session.js';

export interface EvaluateFlags {
  readonly judge?: string;
  readonly count: number;
  readonly importance: number;
  readonly examples: number;
  readonly seed: number;
  readonly backend?: string;
  readonly json?: boolean;
}

type Opened = Awaited<ReturnType<typeof openRun>>;

/** `gm evaluate`: numbers on test data, or a judge's opinion of samples. */
export async function evaluate(folder: string, flags: EvaluateFlags): Promise<void> {
  if (flags.json) keepStdoutClean();
  const opened = await openRun(folder, flags.backend);
  const { run, composition, training } = opened;
  const { kind } = run.settings;
  const results = isJudged(composition) ? await judged(opened, flags) : await measured(opened, flags);
  if (results === undefined) return; // stopped while its judge was trained
  if (flags.json) return console.log(JSON.stringify({ run: folder, kind, step: training.steps, ...results }));
  sayPairs({ run: `${folder} (${kind}, step ${training.steps})`, ...inWords(results) });
}

/** What only draws examples: there is nothing else to be measured of it. */
function isJudged({ generator, autoencoder, classifier }: Composition): boolean {
  return generator !== undefined && autoencoder === undefined && classifier === undefined;
}

async function measured({ run, composition, training }: Opened, flags: EvaluateFlags) {
  const data = await openData(run.settings);
  const test = testOf(data);
  const { autoencoder, classifier, forecaster, speaker } = composition;
  return training.withAverages(async () => {
    if (classifier) return { ...(await skillOf(classifier, test)), examples: test.count };
    if (forecaster) return scoreOf(forecaster, data.series!, run.settings.horizon!);
    if (speaker?.coded) return bitsOfPieces(speaker, data.text!, flags);
    if (speaker) return bitsOf(speaker, data.text!);
    if (!autoencoder) return { pixelError: await pixelErrorOf(composition, test), examples: test.count };
    return boundsOf(autoencoder, test, { ...flags, binarize: run.settings.binarize ?? false });
  });
}

async function judged({ run, composition, training }: Opened, { judge, count, seed }: EvaluateFlags) {
  const folder = await judgeFor(run, judge);
  if (folder === undefined) return undefined;
  const samples = await training.withAverages(() =>
    composition.generator!.sample(count, seeded(seed).split('samples')),
  );
  return judgeSamples(folder, samples, run);
}

/** Each result as a person reads it. */
const WORDS: Readonly<Record<string, (value: never) => readonly [name: string, text: string]>> = {
  accuracy: (value: number) => ['test accuracy', percent(value)],
  pixelError: (value: number) => ['test reconstructions, squared error of a number', value.toFixed(5)],
  crps: (value: number) => ['test CRPS, in units of the series', value.toPrecision(5)],
  naiveError: (value: number) => ['  of repeating the last season', value.toPrecision(5)],
  season: (value: number) => ['  which has, in steps', String(value)],
  windows: (value: number) => ['test forecasts', String(value)],
  negativeElbo: (value: number) => ['test −ELBO', nats(value)],
  reconstruction: (value: number) => ['  reconstruction', nats(value)],
  divergence: (value: number) => ['  divergence', nats(value)],
  negativeBound: (value: number) => ['test −L_K', nats(value)],
  importance: (value: number) => ['  K', String(value)],
  examples: (value: number) => ['test examples', String(value)],
  boundExamples: (value: number) => ['  of which for L_K', String(value)],
  bits: (value: number) => ['test bits per character', value.toFixed(3)],
  bitsAtMost: (value: number) => ['test bits per character, at most', value.toFixed(3)],
  codeBits: (value: number) => ['  of which the code', value.toFixed(3)],
  gzipBits: (value: number) => ['  those of gzip -9', value.toFixed(3)],
  characters: (value: number) => ['test characters', String(value)],
  judge: (value: string) => ['judge', value],
  judgeAccuracy: (value: number) => ['  its test accuracy', percent(value)],
  samples: (value: number) => ['samples judged', String(value)],
  realConfidence: (value: number) => ['  its mean confidence there', value.toFixed(4)],
  confidence: (value: number) => ['mean confidence', value.toFixed(4)],
  classCounts: (value: readonly number[]) => ['  samples by class', value.join(' ')],
  classEntropy: (value: number) => ['  class entropy', nats(value)],
};

function inWords(results: object): Record<string, string> {
  return Object.fromEntries(Object.entries(results).map(([name, value]) => WORDS[name]!(value as never)));
}

function nats(value: number): string {
  return `${value.toFixed(3)} nats`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(2)}%`;
}
