import { gmError, type Spec, showShape } from '@gm/core';

/** Passes when a decoder can give `output`. @throws GM_DTYPE */
export function checkOutput(where: string, { dtype }: Spec): void {
  if (dtype === 'float32') return;
  throw gmError('GM_DTYPE', {
    where,
    expected: 'output of type float32',
    received: dtype,
    remedy: 'Let the decoder give float32 numbers and round what it gives.',
  });
}

/** Height, width and channels of an image whose sides a decoder can double that often to. @throws GM_DTYPE, GM_SHAPE */
export function imageOf(
  where: string,
  output: Spec,
  doublings: number,
): [height: number, width: number, channels: number] {
  checkOutput(where, output);
  const [height, width, channels, ...more] = output.shape;
  if (height === undefined || width === undefined || channels === undefined || more.length > 0) {
    throw gmError('GM_SHAPE', {
      where,
      expected: 'output of shape [height, width, channels]',
      received: showShape(output.shape),
      remedy: 'Give the shape of one image, with 1 channel for grey.',
    });
  }
  const multiple = 2 ** doublings;
  if (height % multiple === 0 && width % multiple === 0) return [height, width, channels];
  const next = [height, width].map((size) => Math.ceil(size / multiple) * multiple);
  throw gmError('GM_SHAPE', {
    where,
    expected: `output with height and width that are multiples of ${multiple}`,
    received: showShape(output.shape),
    remedy: `Pad the images to ${next.join(' × ')}.`,
  });
}
