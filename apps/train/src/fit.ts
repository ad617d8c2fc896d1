import { type Likelihood, rangeRemedy, showRange } from '@gm/core';
import { wrongOption } from './complain.js';
import { KIND_OPTIONS } from './kinds.js';
import type { Surroundings } from './parts.js';
import { type Settings, sourceOf } from './settings.js';

export function checkLikelihood({ settings, example }: Surroundings, { target }: Likelihood): void {
  const isImage = example.shape.length === 3;
  if (rangeRemedy(example.range, target) === undefined) return;
  throw wrongOption({
    where: `--loss ${settings.loss} on --data ${settings.data}`,
    expected: `numbers in ${showRange(target)}`,
    received: showRange(example.range),
    remedy: isImage ? 'Choose --pixels unit, or --loss gaussian.' : 'Choose --loss gaussian.',
  });
}

const TEXT = 'text:<file>';
const SERIES = 'series:<csv>';
const WANTED: { readonly [Name in Settings['kind']]?: string } = {
  'language-model': TEXT,
  'sequence-vae': TEXT,
  forecast: SERIES,
};

/** Language models and sequence VAEs read text and nothing else, a forecast a series; some others take them too. */
export function checkKindOfData({ kind, data }: Settings): void {
  const wanted = WANTED[kind];
  const sources: Readonly<Record<string, string | undefined>> = { text: TEXT, series: SERIES };
  const found = sources[sourceOf({ data })];
  const { series, text } = KIND_OPTIONS[kind];
  const taken = [...(series ? [SERIES] : []), ...(text ? [TEXT] : [])];
  if (wanted === found || (found !== undefined && taken.includes(found))) return;
  throw wrongOption({
    where: `gm train ${kind}`,
    expected: wanted === undefined ? ['images', 'points', ...taken].join(' or ') : `--data ${wanted}`,
    received: `--data ${data}`,
    remedy:
      wanted === undefined
        ? 'Choose other data, or train a language-model, a sequence-vae or a gan on text, a forecast, a vae or a gan on a series.'
        : `Name ${kind === 'forecast' ? 'a CSV file with a column of numbers' : 'a text file in UTF-8'}.`,
  });
}

/** How many classes the data have. @throws GM_OPTION when they have none */
export function labelled({ kind, data }: Settings, classes: number | undefined): number {
  if (classes !== undefined) return classes;
  throw wrongOption({
    where: `gm train ${kind}`,
    expected: 'data with labels',
    received: `${data}, which has none`,
    remedy:
      'Choose data with labels (mnist, fashion:<dir>, idx:<dir> with label files), or train a vae or gan without --conditional.',
  });
}

/** As many labels of each class. */
export function checkFew({ labels, data }: Settings, classes: number): void {
  if (labels! % classes === 0) return;
  throw wrongOption({
    where: `--labels on --data ${data}`,
    expected: `a multiple of its ${classes} classes, of which each gets as many`,
    received: `${labels}`,
    remedy: `Say --labels ${Math.max(1, Math.round(labels! / classes)) * classes}.`,
  });
}
