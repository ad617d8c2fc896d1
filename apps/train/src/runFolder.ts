import {
  accessSync,
  appendFileSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Range } from '@gm/core';
import * as v from 'valibot';
import type { MetricsLine } from './chart.js';
import { wrongFile } from './complain.js';
import { settingsSchema } from './settings.js';

const positive = v.pipe(v.number(), v.gtValue(0));

/** How long a run trains in all. */
const goalSchema = v.union([
  v.strictObject({ epochs: positive }),
  v.strictObject({ steps: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  v.strictObject({ minutes: positive }),
]);

const runSchema = v.object({
  format: v.literal(1),
  settings: settingsSchema,
  goal: goalSchema,
  backend: v.string(),
  /** Of the data, so that a run never goes on with other examples unnoticed. */
  data: v.object({
    count: v.number(),
    example: v.object({
      shape: v.array(v.number()),
      dtype: v.picklist(['float32', 'int32', 'bool', 'complex64', 'string']),
      range: v.custom<Range>(isRange),
    }),
    classes: v.optional(v.number()),
    /** The characters of a text in the order of their numbers. */
    characters: v.optional(v.array(v.string())),
    /** Of a series: how its numbers are had back from standardised ones. */
    units: v.optional(v.object({ mean: v.number(), scale: v.number() })),
    fingerprint: v.string(),
  }),
  versions: v.record(v.string(), v.string()),
  started: v.string(),
});

function isRange(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 2 && value.every(Number.isFinite);
  return value === 'logits' || value === 'unbounded';
}

export type Goal = Readonly<v.InferOutput<typeof goalSchema>>;
export type Run = Readonly<v.InferOutput<typeof runSchema>>;

/** Where the results of a run are. */
export function filesOf(folder: string) {
  return {
    run: join(folder, 'run.json'),
    metrics: join(folder, 'metrics.jsonl'),
    checkpoint: join(folder, 'checkpoint.safetensors'),
    samples: join(folder, 'samples.png'),
    samplesChart: join(folder, 'samples.svg'),
    reconstructions: join(folder, 'reconstructions.png'),
    reconstructionsChart: join(folder, 'reconstructions.svg'),
    text: join(folder, 'samples.txt'),
    forecast: join(folder, 'forecast.svg'),
    losses: join(folder, 'losses.svg'),
  };
}

/** The first free `runs/<name>-<n>`. */
export function freeRunFolder(name: string, parent = 'runs'): string {
  const taken = existsSync(parent) ? readdirSync(parent) : [];
  const numbers = taken.map((entry) => (entry.startsWith(`${name}-`) ? Number(entry.slice(name.length + 1)) : 0));
  const last = Math.max(0, ...numbers.filter((number) => Number.isInteger(number)));
  return join(parent, `${name}-${last + 1}`);
}

/**
 * Makes a folder for a new run; nothing that is there is ever overwritten.
 *
 * @throws GM_FILE when the folder holds something already or cannot be written
 */
export function createRunFolder(folder: string): void {
  try {
    mkdirSync(dirname(resolve(folder)), { recursive: true });
    if (!existsSync(folder)) mkdirSync(folder); // not by the recursion, which never ends below /proc
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw wrongFile({
      where: folder,
      expected: 'a folder that can be made and written',
      received: (cause as Error).message,
      remedy: 'Choose another place with --out.',
      cause,
    });
  }
  if (readdirSync(folder).length === 0) return;
  throw wrongFile({
    where: folder,
    expected: 'a new or empty folder',
    received: existsSync(filesOf(folder).run) ? 'a run' : 'a folder with other files',
    remedy: `Choose another --out, or go on with that run: gm train --resume ${folder}.`,
  });
}

/** Writes run.json in one piece: readers see the old one or the new one. */
export function writeRun(folder: string, run: Run): void {
  replaceFile(filesOf(folder).run, `${JSON.stringify(run, null, 2)}\n`);
}

/**
 * The description of the run in a folder.
 *
 * @throws GM_FILE when it is missing or not what `gm train` writes
 */
export function readRun(folder: string): Run {
  const path = filesOf(folder).run;
  const parsed = v.safeParse(runSchema, parseJson(folder, path));
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw wrongFile({
    where: path,
    expected: `${v.getDotPath(issue) ?? 'the file'} to be ${issue.expected ?? 'valid'}`,
    received: issue.received,
    remedy: 'Name the folder of a run that this version of gm trained.',
  });
}

function parseJson(folder: string, path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const isMissing = !existsSync(path);
    throw wrongFile({
      where: folder,
      expected: 'the folder of a run, with a run.json',
      received: isMissing ? 'none there' : (cause as Error).message,
      remedy: 'Name a folder that gm train has written, runs/vae-1 for instance.',
      cause,
    });
  }
}

export function appendMetrics(folder: string, line: MetricsLine): void {
  appendFileSync(filesOf(folder).metrics, `${JSON.stringify(line)}\n`);
}

/** The metrics of a run, without a last line that a killed process left half-written. */
export function readMetricsLines(folder: string): MetricsLine[] {
  const path = filesOf(folder).metrics;
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8').split('\n').flatMap(parseLine);
}

/** Forgets what was measured after `step`: a resumed run measures it again. */
export function truncateMetrics(folder: string, step: number): void {
  const kept = readMetricsLines(folder).filter((line) => line.step <= step);
  replaceFile(filesOf(folder).metrics, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function parseLine(text: string): MetricsLine[] {
  try {
    const line = JSON.parse(text);
    return typeof line?.step === 'number' ? [line] : [];
  } catch {
    return [];
  }
}

function replaceFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
