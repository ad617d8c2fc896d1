import { isGmError, type SeededRandom, seeded } from '@gm/core';
import { describe, expect, it } from 'vitest';
import { gzipped, imageFile, labelFile, thrownBy } from '../test/idxBytes.js';
import { idxDataset, idxImages } from './idxDataset.js';

const MUTATIONS = 10_000;

/** The file with one to three accidents: a changed byte, a cut, bytes put in, taken out or doubled. */
function mutated(file: Uint8Array, random: SeededRandom): Uint8Array {
  let bytes = file;
  const below = (limit: number) => Math.floor(random.uniforms(1)[0]! * limit);
  for (let accident = below(3); accident >= 0; accident--) {
    const at = below(Math.max(1, Math.min(bytes.length, below(2) === 0 ? 20 : bytes.length)));
    const length = 1 + below(16);
    const accidents = [
      () => bytes.map((byte, index) => (index === at ? byte ^ (1 << below(8)) : byte)),
      () => bytes.map((byte, index) => (index === at ? below(256) : byte)),
      () => bytes.slice(0, at),
      () => Uint8Array.of(...bytes.slice(0, at), ...bytes.slice(at + length)),
      () => Uint8Array.of(...bytes.slice(0, at), ...random.words(length), ...bytes.slice(at)),
      () => Uint8Array.of(...bytes, ...bytes.slice(at)),
    ];
    bytes = accidents[below(accidents.length)]!();
  }
  return bytes;
}

/** Either a typed refusal, or a set that keeps all its promises. */
function verdict(images: Uint8Array, labels: Uint8Array): 'refused' | 'kept' {
  let dataset: ReturnType<typeof idxDataset> | undefined;
  const error = thrownBy(() => {
    dataset = idxDataset({ images, labels });
  });
  if (error !== undefined) {
    expect(isGmError(error, 'GM_FILE') || isGmError(error, 'GM_LABEL'), String(error)).toBe(true);
    expect((error as Error).message).toMatch(/^readIdx (images|labels).*: expected .+, received .+\. .+\.$/);
    return 'refused';
  }
  const { count, example, labels: read } = dataset!;
  if (images[0] !== 0x1f) expect(images.length).toBe(16 + count * example.shape[0]! * example.shape[1]!);
  expect(labels.length).toBe(8 + count);
  expect(read!.every((label) => label < 10)).toBe(true);
  return 'kept';
}

describe('20,000 mutated files', () => {
  // A changed pixel, or a changed label that is still a class, makes another legal file: IDX has no checksum, so such are kept.
  it('of the plain kind are refused with a typed error, or are legal files', () => {
    const random = seeded('plain');
    const counts = { refused: 0, kept: 0 };
    for (let index = 0; index < MUTATIONS; index++) {
      const [images, labels] = [imageFile(20), labelFile(20)];
      const inImages = index % 2 === 0;
      counts[verdict(inImages ? mutated(images, random) : images, inImages ? labels : mutated(labels, random))] += 1;
    }
    expect(counts.refused).toBeGreaterThan(MUTATIONS / 2);
    expect(counts.kept).toBeGreaterThan(0);
  });

  it('of the packed kind are refused with a typed error, or hold exactly what was packed', () => {
    const random = seeded('packed');
    const images = gzipped(imageFile(20));
    const labels = labelFile(20);
    const original = idxImages(imageFile(20));
    for (let index = 0; index < MUTATIONS; index++) {
      const file = mutated(images, random);
      // Time stamp, operating system and the like may change without harm; the data may not.
      if (verdict(file, labels) === 'kept') expect(idxImages(file)).toEqual(original);
    }
  });
});
