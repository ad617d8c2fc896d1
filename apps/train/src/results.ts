import { writeFileSync } from 'node:fs';
import { type Generator, type Range, type Spec, seeded } from '@gm/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { forecastSvg, lossesSvg, scatterSvg } from './chart.js';
import type { Composition } from './composed.js';
import type { Data } from './datasets.js';
import { type Forecaster, forecastAfter } from './forecast.js';
import { gridPng, type Images, pairsPng } from './picture.js';
import { filesOf, readMetricsLines, readRun } from './runFolder.js';
import type { Series } from './seriesData.js';
import { speak } from './speech.js';

const COLUMNS = 10;
const POINTS = 500;
const CHARACTERS = 1000;

/** Whether examples are points in the plane, shown as a scatter picture. */
export function isPlane({ shape }: Spec): boolean {
  return shape.length === 1;
}

/** Writes all pictures of a run, or what it says; their paths by what they show. */
export async function writeResults(
  folder: string,
  composition: Composition,
  data: Data,
  seed: number,
): Promise<Record<string, string>> {
  const files = filesOf(folder);
  const written: Record<string, string> = {};
  if (composition.generator) {
    const plane = isPlane(data.train.example);
    written.samples = plane ? files.scatter : files.samples;
    const drawn = await drawValues(composition.generator, plane ? POINTS : COLUMNS * COLUMNS, seed);
    const real = plane ? { data: await examples(data, POINTS) } : {};
    writeFileSync(written.samples, samplesPicture(drawn, data.train.example, real));
  }
  if (composition.reconstruct && !isPlane(data.train.example)) {
    written.reconstructions = files.reconstructions;
    writeFileSync(files.reconstructions, await reconstructionsPicture(composition, data));
  }
  if (composition.speaker) {
    written.samples = files.text;
    let said = '';
    const plan = { count: CHARACTERS, seed };
    for await (const character of speak(composition.speaker, readRun(folder).data, plan)) said += character;
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

/** A PNG grid of images, or an SVG scatter of points, with real points beside the drawn ones where they are given. */
export function samplesPicture(
  drawn: Values,
  example: Spec,
  real: Readonly<Record<string, Values>> = {},
): Uint8Array | string {
  if (!isPlane(example)) return gridPng(imagesOf(drawn, example.range), { columns: COLUMNS });
  const clouds = Object.entries({ ...real, samples: drawn }).map(([name, points]) => [name, pointsOf(points)] as const);
  return scatterSvg(Object.fromEntries(clouds));
}

async function reconstructionsPicture({ reconstruct }: Composition, data: Data): Promise<Uint8Array> {
  const { test, train } = data;
  const { x } = (test ?? train).at(firstIndices(5 * COLUMNS, (test ?? train).count));
  const reconstructed = reconstruct!(x);
  const { range } = train.example;
  const [above, below] = [imagesOf(await readValues(x), range), imagesOf(await readValues(reconstructed), range)];
  return pairsPng(above, below, { columns: COLUMNS });
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

function pointsOf({ values, shape }: Values): number[][] {
  const size = shape[1]!;
  return Array.from({ length: shape[0]! }, (_, row) => Array.from(values.subarray(row * size, row * size + 2)));
}

async function examples({ train }: Data, count: number): Promise<Values> {
  return readValues(train.at(firstIndices(count, train.count)).x);
}

function firstIndices(count: number, available: number): Uint32Array {
  return Uint32Array.from({ length: Math.min(count, available) }, (_, index) => index);
}

/** Takes the numbers and frees the tensor. */
async function readValues(tensor: Tensor): Promise<Values> {
  const values = (await tensor.data()) as Float32Array;
  tensor.dispose();
  return { values, shape: tensor.shape };
}
