import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gzipped, imageFile, labelFile } from '../test/idxBytes.js';
import { idxDirectory, idxFiles } from './node.js';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'gm-data-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const put = (name: string, bytes: Uint8Array) => writeFile(join(directory, name), bytes);

describe('idxDirectory', () => {
  it.each([
    ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
    ['train-images.idx3-ubyte', 'train-labels.idx1-ubyte'],
    ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'],
    ['train-images.idx3-ubyte.gz', 'train-labels-idx1-ubyte'],
  ])('finds %s and %s', async (images, labels) => {
    const packed = (name: string, bytes: Uint8Array) => (name.endsWith('.gz') ? gzipped(bytes) : bytes);
    await put(images, packed(images, imageFile(7)));
    await put(labels, packed(labels, labelFile(7)));
    expect(await idxDirectory(directory, { split: 'train' })).toMatchObject({ count: 7, classes: 10 });
  });

  it('reads the test split, its classes and range', async () => {
    await put('t10k-images-idx3-ubyte', imageFile(3));
    await put('t10k-labels-idx1-ubyte', labelFile(3));
    const dataset = await idxDirectory(directory, { split: 'test', classes: 3, range: [-1, 1] });
    expect(dataset).toMatchObject({ count: 3, classes: 3, example: { range: [-1, 1] } });
  });

  it('says what it looked for and what there is', async () => {
    await expect(idxDirectory(directory, { split: 'train' })).rejects.toThrow(
      `idxDirectory: expected one of train-images-idx3-ubyte, train-images.idx3-ubyte, train-images-idx3-ubyte.gz, train-images.idx3-ubyte.gz in ${directory}, received an empty directory. Put the files of the data set there, or name another directory.`,
    );
    for (let index = 0; index < 10; index++) await put(`file-${index}`, new Uint8Array());
    await expect(idxDirectory(directory, { split: 'train' })).rejects.toThrow(
      'received file-0, file-1, file-2, file-3, file-4, file-5, file-6, file-7, ….',
    );
  });

  it('refuses a directory that is not there, and one that is a file', async () => {
    await expect(idxDirectory(join(directory, 'no'), { split: 'test' })).rejects.toThrow(
      /^idxDirectory: expected a directory that can be read, received .*no \(ENOENT.*\)\. Check the path and its permissions\.$/,
    );
    await put('file', new Uint8Array());
    await expect(idxDirectory(join(directory, 'file'), { split: 'test' })).rejects.toMatchObject({ code: 'GM_FILE' });
  });

  it('refuses a split that is none', async () => {
    await expect(idxDirectory(directory, { split: 'validation' as 'test' })).rejects.toThrow(
      "idxDirectory: expected split to be one of train, test, received 'validation'.",
    );
  });
});

describe('idxFiles', () => {
  it('names the file that is not what it should be', async () => {
    await put('pictures', imageFile(3).subarray(0, 30));
    await put('classes', labelFile(3));
    await expect(idxFiles(join(directory, 'pictures'), join(directory, 'classes'))).rejects.toThrow(
      'readIdx pictures at byte 30: expected 52 bytes',
    );
  });

  it('refuses a file that cannot be read', async () => {
    await expect(idxFiles(join(directory, 'a'), join(directory, 'b'))).rejects.toThrow(
      /^idxFiles: expected a file that can be read, received .*ENOENT/,
    );
    await expect(idxFiles(directory, directory)).rejects.toThrow(/EISDIR/);
  });
});
