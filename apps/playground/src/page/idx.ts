import { idxFile, SIDE } from '../idxFile.js';

const LEAST = 16;
/** How many names are said, and how much of each. */
const [NAMED, LONG] = [5, 40];

export interface Gathered {
  /** An IDX file of bytes [count, 28, 28]. */
  readonly images: Uint8Array;
  /** The names of the files that are no images, as far as this browser can tell. */
  readonly leftOut: readonly string[];
}

/**
 * Image files as one IDX file: each is fitted into the square, on black.
 *
 * @throws where too few of them are images, naming those that are none
 */
export async function idxOf(files: readonly File[]): Promise<Gathered> {
  const context = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true })!;
  const [read, leftOut]: [Uint8Array[], string[]] = [[], []];
  for (const file of files) {
    const grey = await greyOf(file, context);
    if (grey) read.push(grey);
    else leftOut.push(file.name);
  }
  if (read.length < LEAST)
    throw new Error(`At least ${LEAST} images are needed, and these are ${read.length}. ${sayLeftOut(leftOut)}`);
  return { images: idxFile(read), leftOut };
}

/** Which files were left out, in words; nothing where none was. */
export function sayLeftOut(names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, NAMED).map((name) => (name.length > LONG ? `${name.slice(0, LONG)}…` : name));
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `Left out, for this browser cannot read them as images: ${shown.join(', ')}${more}.`;
}

async function greyOf(file: File, context: OffscreenCanvasRenderingContext2D): Promise<Uint8Array | undefined> {
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (!picture) return undefined;
  const scale = SIDE / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  context.fillStyle = '#000';
  context.fillRect(0, 0, SIDE, SIDE);
  context.drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
  picture.close();
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  // Rec. 601 luma.
  return Uint8Array.from({ length: SIDE * SIDE }, (_, at) =>
    Math.round(0.299 * data[4 * at]! + 0.587 * data[4 * at + 1]! + 0.114 * data[4 * at + 2]!),
  );
}
