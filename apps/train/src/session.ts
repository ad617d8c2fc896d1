import { createRequire } from 'node:module';
import { type BackendInfo, type BackendName, useBackend } from '@gm/backends';
import { EXIT, wrongFile } from './complain.js';
import type { Composition } from './composed.js';
import { compose } from './composition.js';
import { type Data, fingerprint, openData } from './datasets.js';
import { checkKindOfData } from './fit.js';
import { lockRun } from './lock.js';
import { preview } from './preview.js';
import { duration } from './progress.js';
import { drawValues, imagesOf, writeResults } from './results.js';
import { createRunFolder, filesOf, type Goal, type Run, readRun, truncateMetrics, writeRun } from './runFolder.js';
import { describeData, say, sayComposition, sayPairs } from './say.js';
import type { Settings } from './settings.js';
import { batchesOf, type Outcome, restoreTraining, runTraining, type Training, trainingOf } from './training.js';

interface Start {
  readonly settings: Settings;
  readonly goal: Goal;
  readonly folder: string;
  readonly backend: string | undefined;
  readonly checkpointEvery: number;
  readonly atMostMinutes?: number;
}

/** Trains a new run into a new folder. Everything is refused before the folder is made. */
export async function startRun(start: Start): Promise<Outcome> {
  const { settings, goal, folder, backend, checkpointEvery, atMostMinutes } = start;
  const info = await useBackend((backend ?? 'auto') as BackendName);
  checkKindOfData(settings);
  const data = await openData(settings);
  const composition = compose(settings, data.train);
  const training = trainingOf(settings, composition);
  const batches = batchesOf(settings, data);
  createRunFolder(folder);
  const unlock = lockRun(folder);
  try {
    const run = { ...describeRun(settings, info), goal, data: await describeExamples(data) };
    writeRun(folder, run);
    announce({ folder, info, data, composition, run });
    const recover = recoveryOf(info);
    const outcome = await runTraining({ folder, goal, batches, training, checkpointEvery, atMostMinutes, recover });
    await conclude(folder, { outcome, composition, training, data, settings });
    return outcome;
  } finally {
    unlock();
  }
}

interface Resume {
  readonly folder: string;
  readonly goal: Goal | undefined;
  readonly backend: string | undefined;
  readonly checkpointEvery: number;
}

/** Goes on with a run where its checkpoint stands. */
export async function resumeRun({ folder, goal: wanted, backend, checkpointEvery }: Resume): Promise<Outcome> {
  const former = readRun(folder);
  const unlock = lockRun(folder);
  try {
    const { info, composition, training } = await openRun(folder, backend);
    const { settings } = former;
    const data = await dataOf(folder, former);
    const batches = batchesOf(settings, data);
    const goal = wanted ?? former.goal;
    const run = { ...former, goal, backend: info.name };
    writeRun(folder, run);
    truncateMetrics(folder, training.steps);
    announce({ folder, info, data, composition, run });
    say(
      `Going on after step ${training.steps}.${info.name === former.backend ? '' : ` Until now it ran on ${former.backend}.`}`,
    );
    const recover = recoveryOf(info);
    const outcome = await runTraining({ folder, goal, batches, training, checkpointEvery, recover });
    await conclude(folder, { outcome, composition, training, data, settings });
    return outcome;
  } finally {
    unlock();
  }
}

/** A trained run ready to use: its parts with the weights of its checkpoint. */
export async function openRun(folder: string, backend?: string) {
  const run = readRun(folder);
  const info = await useBackend((backend ?? run.backend) as BackendName);
  const composition = compose(run.settings, run.data);
  const training = trainingOf(run.settings, composition);
  await restoreTraining(folder, training);
  return { folder, run, info, composition, training };
}

/** A WebGPU device may be lost, and another started; nothing like it can happen to the other backends. */
function recoveryOf({ name }: BackendInfo): (() => Promise<unknown>) | undefined {
  return name === 'webgpu' ? () => useBackend(name) : undefined;
}

function describeRun(settings: Settings, { name }: BackendInfo) {
  const require = createRequire(import.meta.url);
  const versionOf = (path: string): string => require(path).version;
  return {
    format: 1 as const,
    settings,
    backend: name,
    versions: {
      gm: versionOf('../package.json'),
      tfjs: versionOf('@tensorflow/tfjs-core/package.json'),
      node: process.versions.node,
    },
    started: new Date().toISOString(),
  };
}

async function describeExamples({ train, text, series }: Data): Promise<Run['data']> {
  const { count, example, classes } = train;
  const characters = text && { characters: [...text.alphabet.characters] };
  const units = series && { units: { mean: series.training.mean, scale: series.training.scale } };
  const shape = [...example.shape];
  return {
    count,
    example: { ...example, shape },
    classes,
    ...characters,
    ...units,
    fingerprint: await fingerprint(train),
  };
}

/** The data that a run was started with. @throws GM_FILE when they are other ones by now */
export async function dataOf(folder: string, run: Run): Promise<Data> {
  const data = await openData(run.settings);
  checkSameData(folder, run, await fingerprint(data.train));
  return data;
}

function checkSameData(folder: string, { data, settings }: Run, found: string): void {
  if (data.fingerprint === found) return;
  throw wrongFile({
    where: `${folder} on --data ${settings.data}`,
    expected: 'the examples that the run was started with',
    received: 'other ones',
    remedy: 'Put the former files back, or start a new run.',
  });
}

interface Announcement {
  readonly folder: string;
  readonly info: BackendInfo;
  readonly data: Data;
  readonly composition: Composition;
  readonly run: Run;
}

function announce({ folder, info, data, composition, run }: Announcement): void {
  const { kind, loss, batch, learningRate, seed } = run.settings;
  const [[unit, amount]] = Object.entries(run.goal) as [[string, number]];
  sayPairs({
    backend: `${info.name}: ${info.reason}`,
    data: describeData(data),
    training: `${kind}, loss ${loss}, batch ${batch}, learning rate ${learningRate}, seed ${seed}, ${amount} ${unit}`,
    run: folder,
  });
  say();
  sayComposition(composition, run.settings);
  say();
}

interface Conclusion {
  readonly outcome: Outcome;
  readonly composition: Composition;
  readonly training: Training;
  readonly data: Data;
  readonly settings: Settings;
}

const ENDING = { finished: 'Done', interrupted: 'Stopped', 'out of time': 'Time is up' } as const;

async function conclude(folder: string, { outcome, composition, training, data, settings }: Conclusion): Promise<void> {
  const { reason, step, seconds } = outcome;
  const results = await training.withAverages(async () => {
    await showPreview(composition, data, settings.seed);
    return writeResults(folder, composition, data, settings.seed);
  });
  const { checkpoint, metrics } = filesOf(folder);
  say(`\n${ENDING[reason]} after step ${step} and ${duration(seconds)} of training. Results:`);
  sayPairs({ ...results, metrics, checkpoint });
  const next = `gm sample ${folder}, gm evaluate ${folder}`;
  say(`\nNext: ${reason === 'finished' ? next : `gm train --resume ${folder} goes on; ${next}`}`);
  if (reason === 'interrupted') process.exitCode = EXIT.interrupted;
}

async function showPreview({ generator }: Composition, { train }: Data, seed: number): Promise<void> {
  if (!process.stdout.isTTY || generator === undefined || train.example.shape.length !== 3) return;
  const drawn = await drawValues(generator, 10, seed);
  say(`\n${preview(imagesOf(drawn, train.example.range), process.stdout.columns ?? 80)}`);
}
