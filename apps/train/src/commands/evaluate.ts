import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { seeded } from '@gm/core';
import { type Measurement, measured, type Protocol } from '@gm/metrics';
import { wrongFile, wrongOption } from '../complain.js';
import type { Composition } from '../composed.js';
import { type Data, openData, testOf } from '../datasets.js';
import { bitsOf, bitsOfPieces, boundsOf, distancesOf, pixelErrorOf, skillOf, trigramsOf } from '../evaluation.js';
import { LEVELS, scoreOf } from '../forecast.js';
import { judgeFor, judgeSamples } from '../judge.js';
import { drawValues, lookOf } from '../results.js';
import { filesOf, readRun } from '../runFolder.js';
import { keepStdoutClean, sayPairs } from '../say.js';
import { dataOf, openRun } from '../session.js';
import { textsOf } from '../textData.js';

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

/** Numbers with their protocols, and what only stands beside them. */
type Results = Readonly<Record<string, Measurement | number | string | readonly number[]>>;

/** `gm evaluate`: numbers on test data, or a judge's opinion of samples. */
export async function evaluate(folder: string, flags: EvaluateFlags): Promise<void> {
  if (flags.json) keepStdoutClean();
  const opened = await openRun(folder, flags.backend);
  const { run, training } = opened;
  const { kind } = run.settings;
  const results = await resultsOf(opened, flags);
  if (results === undefined) return; // stopped while its judge was trained
  const values = valuesOf(results);
  if (!flags.json) return sayPairs({ run: `${folder} (${kind}, step ${training.steps})`, ...inWords(values) });
  const protocol = protocolsOf(results);
  console.log(JSON.stringify({ run: folder, kind, step: training.steps, ...values, protocol }));
}

/** None where its judge was stopped while it was trained. */
async function resultsOf(opened: Opened, flags: EvaluateFlags): Promise<Results | undefined> {
  if (!isDrawer(opened.composition)) return measuredOf(opened, flags);
  const look = lookOf(opened.run.data);
  if (look !== 'text' && look !== 'series') return judgedOf(opened, flags);
  if (flags.judge !== undefined) throw notJudged(opened);
  return look === 'text' ? spelledOf(opened, flags) : comparedOf(opened, flags);
}

/** What only draws examples: there is nothing else to be measured of it. */
function isDrawer({ generator, autoencoder, classifier }: Composition): boolean {
  return generator !== undefined && autoencoder === undefined && classifier === undefined;
}

function notJudged({ folder, run }: Opened) {
  return wrongOption({
    where: `gm evaluate ${folder}`,
    expected: 'images or points for a --judge, which tells their classes',
    received: run.settings.data,
    remedy: 'Leave it out.',
  });
}

async function measuredOf({ folder, run, composition, training }: Opened, flags: EvaluateFlags) {
  const data = await dataOf(folder, run);
  const test = testOf(data);
  const { autoencoder, classifier, forecaster, speaker } = composition;
  const { settings } = run;
  const protocol = { data: settings.data, split: 'test' };
  const seen = { ...protocol, count: test.count };
  return training.withAverages(async () => {
    if (classifier) return { ...measured(await skillOf(classifier, test), seen), examples: test.count };
    if (forecaster) return errorsOf(await scoreOf(forecaster, data.series!, settings.horizon!), run, data);
    if (speaker?.coded) return bitsOfPieces(speaker, data.text!, { ...flags, protocol });
    if (speaker) return bitsOf(speaker, data.text!, protocol);
    const { loss: likelihood, scale, conditional, binarize = false } = settings;
    const form = formOf(run, data);
    if (!autoencoder) {
      const pixelError = await pixelErrorOf(composition, test);
      return { ...measured({ pixelError }, { ...seen, ...form }), examples: test.count };
    }
    const density = { likelihood, ...(likelihood === 'gaussian' && { scale: scale! }) };
    const told = { ...protocol, ...form, ...density, given: conditional ? 'class' : 'nothing' };
    return boundsOf(autoencoder, test, { ...flags, binarize, protocol: told });
  });
}

/** What one example is. */
function formOf({ settings }: Opened['run'], { series }: Data): Protocol {
  return series ? { column: series.column, time: settings.time! } : { pixels: settings.pixels };
}

/** The errors of a forecast, which depend on how far it looks back and ahead. */
function errorsOf(score: Awaited<ReturnType<typeof scoreOf>>, { settings }: Opened['run'], { series }: Data) {
  const { crps, naiveError, ...beside } = score;
  const { data, past, horizon } = settings;
  const told = { data, column: series!.column, split: 'test', past: past!, horizon: horizon!, count: beside.windows };
  const scored = measured({ crps }, { ...told, levels: LEVELS.join(' ') });
  return { ...scored, ...measured({ naiveError }, told), ...beside };
}

/** Series have no classes to be judged by: their distribution is compared. */
async function comparedOf({ folder, run, composition, training }: Opened, { count, seed }: EvaluateFlags) {
  const data = await dataOf(folder, run);
  checkMany(run, data, count);
  const samples = await training.withAverages(() => drawValues(composition.generator!, count, seed));
  const { frechet, realFrechet } = await distancesOf(samples, data);
  const told = { data: run.settings.data, ...formOf(run, data), split: 'test', features: 'steps' };
  return { ...measured({ frechet }, { ...told, count, seed }), ...measured({ realFrechet }, told), samples: count };
}

/** As many stretches and samples as make a covariance of their steps. @throws GM_OPTION, GM_FILE */
function checkMany({ settings }: Opened['run'], data: Data, count: number): void {
  const time = settings.time!;
  const where = `gm evaluate on --data ${settings.data}`;
  if (count <= time)
    throw wrongOption({
      where,
      expected: `--count above ${time}, the steps of a sample`,
      received: `${count}`,
      remedy: 'Draw more.',
    });
  if (testOf(data).count > time) return;
  throw wrongFile({
    where,
    expected: `a test part of more than ${time} stretches of ${time} steps`,
    received: `${testOf(data).count}`,
    remedy: `Take a series of ${20 * time} steps or more, or train on a smaller --time.`,
  });
}

/** Pieces of text have no classes either: what they are made of is looked up. */
async function spelledOf({ folder, run, composition, training }: Opened, { count, seed }: EvaluateFlags) {
  const { data: name, time } = run.settings;
  const { text } = await dataOf(folder, run);
  const samples = await training.withAverages(() => drawValues(composition.generator!, count, seed));
  const { trigrams, realTrigrams, unrepeated } = trigramsOf(textsOf(samples, text!.alphabet), text!);
  const told = { data: name, split: 'train', time: time!, count, seed };
  return {
    ...measured({ trigrams }, told),
    ...measured({ realTrigrams }, { data: name, split: 'test' }),
    ...measured({ unrepeated }, told),
    samples: count,
  };
}

async function judgedOf({ run, composition, training }: Opened, { judge, count, seed }: EvaluateFlags) {
  const folder = await judgeFor(run, judge);
  if (folder === undefined) return undefined;
  const samples = await training.withAverages(() =>
    composition.generator!.sample(count, seeded(seed).split('samples')),
  );
  const opinion = await judgeSamples(folder, samples, run);
  const { judgeAccuracy, realConfidence, confidence, classEntropy } = opinion;
  const network = hashOf(filesOf(folder).checkpoint);
  return {
    ...opinion,
    ...measured({ judgeAccuracy, realConfidence }, { network, ...(await testedOn(folder)) }),
    ...measured({ confidence, classEntropy }, { network, data: run.settings.data, count, seed }),
  };
}

/** What a judge's own numbers were measured on. */
async function testedOn(folder: string): Promise<Protocol> {
  const { settings } = readRun(folder);
  return { data: settings.data, split: 'test', count: testOf(await openData(settings)).count };
}

/** Of a network's file: what other weights saw cannot be compared. */
function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16);
}

function isMeasurement(result: Results[string]): result is Measurement {
  return typeof result === 'object' && 'protocol' in result;
}

function valuesOf(results: Results): Record<string, number | string | readonly number[]> {
  const entries = Object.entries(results);
  return Object.fromEntries(entries.map(([name, result]) => [name, isMeasurement(result) ? result.value : result]));
}

/** How each number was measured, by its name. */
function protocolsOf(results: Results): Record<string, Protocol> {
  const measurements = Object.entries(results).filter((entry): entry is [string, Measurement] =>
    isMeasurement(entry[1]),
  );
  return Object.fromEntries(measurements.map(([name, { protocol }]) => [name, protocol]));
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
  frechet: (value: number) => ['Fréchet distance of samples to the test part', value.toPrecision(4)],
  realFrechet: (value: number) => ['  of the training part', value.toPrecision(4)],
  trigrams: (value: number) => ['trigrams of samples that the training text has', percent(value)],
  realTrigrams: (value: number) => ['  of the test part', percent(value)],
  unrepeated: (value: number) => ['samples that are like no other', percent(value)],
  judge: (value: string) => ['judge', value],
  judgeAccuracy: (value: number) => ['  its test accuracy', percent(value)],
  samples: (value: number) => ['samples', String(value)],
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
