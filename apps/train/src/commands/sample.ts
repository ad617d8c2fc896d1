import { writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { ChoiceOptions } from '@gm/generators';
import { wrongFile, wrongOption } from '../complain.js';
import type { Speaker } from '../composed.js';
import { openData } from '../datasets.js';
import { checkFittable, fittedGenerator } from '../fitted.js';
import { COVERAGE, type Forecaster, forecastAfter } from '../forecast.js';
import { drawValues, type Look, lookOf, rowsOf, samplesFile } from '../results.js';
import { say } from '../say.js';
import type { Series } from '../seriesData.js';
import { dataOf, openRun } from '../session.js';
import { withoutUndefined } from '../settings.js';
import { speak } from '../speech.js';

type Opened = Awaited<ReturnType<typeof openRun>>;

export interface SampleFlags extends ChoiceOptions {
  /** Default 64 examples, or 1,000 characters. */
  readonly count?: number;
  readonly seed: number;
  readonly out?: string;
  readonly backend?: string;
  readonly prompt?: string;
  /** Components of a mixture that codes are drawn from instead of the prior. */
  readonly mixture?: number;
}

/** `gm sample`: new examples from a run, as a picture, a table or text; of a language model or a sequence VAE, text as it is drawn. */
export async function sample(folder: string, flags: SampleFlags): Promise<void> {
  const opened = await openRun(folder, flags.backend);
  if (flags.mixture !== undefined) checkFittable(opened.run.settings);
  if (opened.composition.speaker) return sampleText(opened, opened.composition.speaker, flags);
  checkNoTextFlags(folder, opened.run, flags);
  if (opened.composition.forecaster) return sampleForecast(opened, opened.composition.forecaster, flags);
  return sampleExamples(opened, flags);
}

async function sampleText({ run, training }: Opened, speaker: Speaker, flags: SampleFlags): Promise<void> {
  const { count = 1000, seed, out, prompt, temperature, topK, topP } = flags;
  const choice = withoutUndefined({ prompt, temperature, topK, topP });
  let said = '';
  await training.withAverages(async () => {
    for await (const character of speak(speaker, run.data, { count, seed, ...choice })) {
      said += character;
      if (out === undefined) process.stdout.write(character);
    }
  });
  if (out === undefined) return say();
  checkExtension(out, '.txt');
  writeNew(out, `${said}\n`);
  say(`${count} characters: ${out}`);
}

async function sampleExamples(opened: Opened, flags: SampleFlags) {
  const { folder, run, composition, training } = opened;
  const { count = 64, seed, out, mixture } = flags;
  if (composition.generator === undefined) throw cannotSample(folder, run.settings.kind);
  const look = lookOf(run.data);
  const path = out ?? join(folder, `samples-${seed}${EXTENSIONS[look][0]}`);
  checkExtension(path, ...EXTENSIONS[look]);
  const drawn = await training.withAverages(async () => {
    const generator = mixture ? await fitted(opened, mixture, seed) : composition.generator!;
    return drawValues(generator, count, seed);
  });
  const isTable = extname(path) === '.csv';
  const contents = isTable ? tableOf(rowsOf(drawn, run.data.units)) : samplesFile(drawn, run.data);
  if (look === 'text' && out === undefined) {
    process.stdout.write(contents);
    return;
  }
  writeNew(path, contents);
  say(`${count} samples of ${folder} after step ${training.steps}: ${path}`);
}

async function fitted({ folder, run, composition }: Opened, components: number, seed: number) {
  const { train } = await dataOf(folder, run);
  return fittedGenerator(composition.autoencoder!, train, { components, seed, binarize: run.settings.binarize });
}

/** Of the file that samples are written to; the first is taken where nothing is said. */
const EXTENSIONS: Readonly<Record<Look, readonly [string, ...string[]]>> = {
  images: ['.png'],
  points: ['.svg', '.csv'],
  series: ['.svg', '.csv'],
  text: ['.txt'],
};

/** A line for each sample. */
function tableOf(rows: readonly (readonly number[])[]): string {
  return rows.map((row) => `${row.join(',')}\n`).join('');
}

/** What comes after the end of the series, as CSV. */
async function sampleForecast({ run, training }: Opened, forecaster: Forecaster, { out }: SampleFlags): Promise<void> {
  if (out !== undefined) checkExtension(out, '.csv');
  const series = (await openData(run.settings)).series!;
  const past = lastOf(series, forecaster.network.input.shape[0]!);
  const { median, low, high } = await training.withAverages(() => forecastAfter(forecaster, past, series));
  const percent = 100 * COVERAGE;
  const lines = median.map((value, index) => [index + 1, value, low[index], high[index]].join(','));
  const text = [`step,median,low of ${percent} %,high of ${percent} %`, ...lines].join('\n');
  if (out === undefined) return say(text);
  writeNew(out, `${text}\n`);
  say(`${median.length} steps after the end of the series: ${out}`);
}

function lastOf({ training, test }: Series, count: number): Float32Array {
  const all = new Float32Array(training.values.length + test.values.length);
  all.set(training.values);
  all.set(test.values, training.values.length);
  return all.slice(all.length - count);
}

function writeNew(path: string, contents: Uint8Array | string): void {
  try {
    writeFileSync(path, contents, { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw wrongFile({
      where: 'gm sample',
      expected: 'a new file',
      received: `${path}, which exists`,
      remedy: 'Choose another --out or --seed, or remove the file.',
    });
  }
}

function checkExtension(path: string, ...extensions: readonly string[]): void {
  if (extensions.includes(extname(path))) return;
  const either = extensions.join(' or ');
  throw wrongOption({
    where: 'gm sample',
    expected: `--out to end in ${either}`,
    received: path,
    remedy: `Name a ${either} file.`,
  });
}

function checkNoTextFlags(folder: string, { settings }: Opened['run'], flags: SampleFlags): void {
  const given = (['prompt', 'temperature', 'topK', 'topP'] as const).find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  throw wrongOption({
    where: `gm sample ${folder}`,
    expected: '--prompt, --temperature, --top-k and --top-p for a language-model or a sequence-vae only',
    received: `a ${settings.kind}`,
    remedy: 'Leave them out.',
  });
}

function cannotSample(folder: string, kind: string) {
  return wrongOption({
    where: `gm sample ${folder}`,
    expected: 'a run that generates',
    received: `a ${kind}`,
    remedy: `Measure it with gm evaluate ${folder}.`,
  });
}
