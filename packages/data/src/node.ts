import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checkChoice, gmError, type LabelledExamples } from '@gm/core';
import type { Dataset } from './dataset.js';
import { idxDataset } from './idxDataset.js';

export interface IdxFilesOptions {
  /** How many classes there are. Default 10. */
  readonly classes?: number;
  /** What black (0) and white (255) become. Default [0, 1]. */
  readonly range?: readonly [low: number, high: number];
}

/**
 * A set from two IDX files, packed by gzip or not.
 *
 * @throws GM_FILE when a file cannot be read or is not what it should be, GM_LABEL for a label out of range
 * @example await idxFiles('letters-images-idx3-ubyte.gz', 'letters-labels-idx1-ubyte.gz', { classes: 27 })
 */
export async function idxFiles(
  images: string,
  labels: string,
  options: IdxFilesOptions = {},
): Promise<Dataset<LabelledExamples>> {
  const names = { images: basename(images), labels: basename(labels) };
  const [imageBytes, labelBytes] = await Promise.all([readBytes(images), readBytes(labels)]);
  return idxDataset({ images: imageBytes, labels: labelBytes, names, ...options });
}

export interface IdxDirectoryOptions extends IdxFilesOptions {
  readonly split: 'train' | 'test';
}

/** How MNIST and Fashion-MNIST call the files of a split. */
const PREFIX = { train: 'train', test: 't10k' };

/**
 * A split of MNIST, Fashion-MNIST or whatever calls its files like them: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`,
 * or `t10k-…` for the test split; also with a dot, as `train-images.idx3-ubyte`, and with `.gz`. The plain file is preferred.
 *
 * @throws GM_FILE saying what was looked for and what is there; GM_FILE, GM_LABEL as `idxFiles`
 * @example await idxDirectory('data/mnist', { split: 'train' })
 */
export async function idxDirectory(
  directory: string,
  { split, ...options }: IdxDirectoryOptions,
): Promise<Dataset<LabelledExamples>> {
  const prefix = PREFIX[checkChoice('idxDirectory', 'split', split, ['train', 'test'])];
  const present = await listFiles(directory);
  const find = (what: string) => findFile(directory, present, variants(`${prefix}-${what}`));
  return idxFiles(find('images-idx3-ubyte'), find('labels-idx1-ubyte'), options);
}

function variants(name: string): string[] {
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`];
}

function findFile(directory: string, present: readonly string[], wanted: readonly string[]): string {
  const found = wanted.find((name) => present.includes(name));
  if (found !== undefined) return join(directory, found);
  throw gmError('GM_FILE', {
    where: 'idxDirectory',
    expected: `one of ${wanted.join(', ')} in ${directory}`,
    received:
      present.length === 0
        ? 'an empty directory'
        : `${present.slice(0, 8).join(', ')}${present.length > 8 ? ', …' : ''}`,
    remedy: 'Put the files of the data set there, or name another directory.',
  });
}

async function listFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch((cause) => {
    throw unreadable('idxDirectory', 'a directory that can be read', directory, cause);
  });
  return names.sort();
}

async function readBytes(path: string): Promise<Uint8Array> {
  const file = await readFile(path).catch((cause) => {
    throw unreadable('idxFiles', 'a file that can be read', path, cause);
  });
  return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
}

function unreadable(where: string, expected: string, path: string, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return gmError('GM_FILE', {
    where,
    expected,
    received: `${path} (${reason})`,
    remedy: 'Check the path and its permissions.',
    cause,
  });
}
