/** Sides of the pictures that models here are made for. */
const SIDE = 28;
const LEAST = 16;

/** How many images an IDX file holds. */
export const countOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(4);

/**
 * Image files as one IDX file of bytes [count, 28, 28]: each is fitted into the square, on black.
 *
 * @throws for too few files, or one that is no image, by its name
 */
export async function idxOf(files: readonly File[]): Promise<Uint8Array> {
  if (files.length < LEAST) throw new Error(`At least ${LEAST} images are needed, and these are ${files.length}.`);
  const bytes = new Uint8Array(16 + files.length * SIDE * SIDE);
  const view = new DataView(bytes.buffer);
  for (const [place, value] of [0x0803, files.length, SIDE, SIDE].entries()) view.setUint32(4 * place, value);
  const context = new OffscreenCanvas(SIDE, SIDE).getContext('2d', { willReadFrequently: true })!;
  for (const [index, file] of files.entries()) bytes.set(await greyOf(file, context), 16 + index * SIDE * SIDE);
  return bytes;
}

async function greyOf(file: File, context: OffscreenCanvasRenderingContext2D): Promise<Uint8Array> {
  const picture = await createImageBitmap(file).catch((cause) => {
    throw new Error(`${file.name} is no image that this browser reads. Leave it out.`, { cause });
  });
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
