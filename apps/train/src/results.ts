import { writeFileSync } from 'node:fs';
import { type Examples, type Generator, type Range, seeded } from '@gm/core';
import { alphabetOf, type Dataset } from '@gm/data';
import type { Tensor } from '@tensorflow/tfjs-core';
import { forecastSvg, lossesSvg, panelsSvg, scatterSvg } from './chart.js';
import type { Composition } from './composed.js';
import type { Data } from './datasets.js';
import { type Forecaster, forecastAfter } from './forecast.js';
import { gridPng, type Images, pairsPng } from './picture.js';
import { filesOf, type Run, readMetricsLines, readRun } from './runFolder.js';
import type { Series } from './seriesData.js';
import { speak } from './speech.js';
import { textsOf } from './textData.js';

const COLUMNS = 10;
const CHARACTERS = 1000;

/** How examples are shown: points in the plane as a scatter picture, series as lines, text as such. */
export type Look = 'points' | 'series' | 'images' | 'text';

/** What has to be known of examples to show them. */
export type Shown = Pick<Run['data'], 'example' | 'characters' | 'units'>;

export function lookOf({ example, characters }: Shown): Look {
  if (characters !== undefined) return 'text';
  const { length } = example.shape;
  if (length > 2) return 'images';
  return length === 2 ? 'series' : 'points';
}

/** How many are shown. */
const SHOWN: Readonly<Record<Look, number>> = { images: COLUMNS * COLUMNS, points: 500, series: 8, text: 20 };

/** What numbers have to be multiplied by and what added to be in the units of the data. */
export type Units = Pick<Series['training'], 'mean' | 'scale'>;

/** Writes all pictures of a run, or what it says; their paths by what they show. */
export async function writeResults(
  folder: string,
  composition: Composition,
  data: Data,
  seed: number,
): Promise<Record<string, string>> {
  const files = filesOf(folder);
  const written: Record<string, string> = {};
  const shown = readRun(folder).data;
  const look = lookOf(shown);
  if (composition.generator) {
    written.samples = {
      images: files.samples,
      points: files.samplesChart,
      series: files.samplesChart,
      text: files.text,
    }[look];
    const drawn = await drawValues(composition.generator, SHOWN[look], seed);
    const real = look === 'points' || look === 'series' ? { data: await examples(data.train, SHOWN[look]) } : {};
    writeFileSync(written.samples, samplesFile(drawn, shown, real));
  }
  if (composition.reconstruct && look !== 'points') {
    written.reconstructions = look === 'images' ? files.reconstructions : files.reconstructionsChart;
    writeFileSync(written.reconstructions, await reconstructionsPicture(composition, data));
  }
  if (composition.speaker) {
    written.samples = files.text;
    let said = '';
    const plan = { count: CHARACTERS, seed };
    for await (const character of speak(composition.speaker, shown, plan)) said += character;
    writeFileSync(files.text, `${said}\n`);
  }
  if (composition.forecaster && data.series) {
    written.forecast = files.forecast;
    writeFileSync(files.forecast, await forecastPicture(composition.forecaster, data.series));
  }
  written.losses = files.losses;
  writeFileSync(files.losses, lossesPicture(folder));
  return written;
}

/** Numbers of a tensor with its shape, off the backend. */
export interface Values {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** Draws `count` examples by a seed of their own. */
export async function drawValues(generator: Generator, count: number, seed: number): Promise<Values> {
  return readValues(generator.sample(count, seeded(seed).split('samples')));
}

/**
 * A PNG grid of images, an SVG scatter of points, an SVG with a panel for each series, or lines of text; with real points and series
 * beside them where they are given.
 */
export function samplesFile(
  drawn: Values,
  shown: Shown,
  real: Readonly<Record<string, Values>> = {},
): Uint8Array | string {
  const look = lookOf(shown);
  const { example, characters = [], units } = shown;
  if (look === 'text')
    return textsOf(drawn, alphabetOf(characters))
      .map((text) => `${text}\n`)
      .join('');
  if (look === 'images') return gridPng(imagesOf(drawn, example.range), { columns: COLUMNS });
  const sets = Object.entries({ ...real, samples: drawn });
  if (look === 'points') return scatterSvg(Object.fromEntries(sets.map(([name, set]) => [name, rowsOf(set)])));
  return panelsSvg(sets.flatMap(([name, set]) => rowsOf(set, units).map((row) => ({ [name]: row }))));
}

async function reconstructionsPicture({ reconstruct }: Composition, data: Data): Promise<Uint8Array | string> {
  const { example } = data.train;
  const isSeries = data.series !== undefined;
  const { x } = some(data.test ?? data.train, isSeries ? SHOWN.series : 5 * COLUMNS);
  const reconstructed = reconstruct!(x);
  const [above, below] = [await readValues(x), await readValues(reconstructed)];
  if (!isSeries) return pairsPng(imagesOf(above, example.range), imagesOf(below, example.range), { columns: COLUMNS });
  const { training: units } = data.series!;
  const again = rowsOf(below, units);
  return panelsSvg(rowsOf(above, units).map((row, index) => ({ data: row, reconstruction: again[index]! })));
}

/** The last forecast of the test part, with what came. */
async function forecastPicture(forecaster: Forecaster, series: Series): Promise<string> {
  const { values, mean, scale } = series.test;
  const { input, output } = forecaster.network;
  const from = values.length - output.shape[0]!;
  const seen = values.slice(from - input.shape[0]!, from);
  const inUnits = (some: Float32Array) => Array.from(some, (value) => mean + scale * value);
  const forecast = await forecastAfter(forecaster, seen, series);
  return forecastSvg({ past: inUnits(seen), truth: inUnits(values.slice(from)), forecast });
}

function lossesPicture(folder: string): string {
  const lines = readMetricsLines(folder);
  const plain = ['step', 'epoch', 'seconds', 'examplesPerSecond'];
  const names = [...new Set(lines.flatMap((line) => Object.keys(line)))].filter((name) => !plain.includes(name));
  return lossesSvg(
    lines,
    names.filter((name) => !name.endsWith('/gradientNorm')),
  );
}

/** Images in [0, 1] from numbers of any bounded range. */
export function imagesOf({ values, shape }: Values, range: Range): Images {
  const [low, high] = typeof range === 'string' ? [0, 1] : range;
  const [count, height, width, channels = 1] = shape as [number, number, number, number?];
  return { values: values.map((value) => (value - low) / (high - low)), count, height, width, channels };
}

/** The numbers of each example, of a series in its units. */
export function rowsOf({ values, shape }: Values, { mean, scale }: Units = { mean: 0, scale: 1 }): number[][] {
  const [count, size] = shape as [number, number];
  const row = (index: number) => Array.from(values.subarray(index * size, (index + 1) * size));
  return Array.from({ length: count }, (_, index) => row(index).map((value) => mean + scale * value));
}

async function examples(dataset: Dataset, count: number): Promise<Values> {
  return readValues(some(dataset, count).x);
}

/** The first ones; stretches of a series, which overlap, from places all over it. */
function some(dataset: Dataset, count: number): Examples {
  const shown = Math.min(count, dataset.count);
  const apart = dataset.example.shape.length === 2 ? Math.floor(dataset.count / shown) : 1;
  return dataset.at(Uint32Array.from({ length: shown }, (_, index) => index * apart));
}

/** Takes the numbers and frees the tensor. */
async function readValues(tensor: Tensor): Promise<Values> {
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return { values, shape: tensor.shape };
}
