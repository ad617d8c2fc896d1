import { type Dataset, idxDataset } from '@gm/data';
import type { Composition } from '../composition/composition.js';
import type { Functions } from '../composition/evaluate.js';
import { TEXT_FILE } from '../composition/program.js';
import { idxFile, SIDE } from '../idxFile.js';
import type { Files } from './protocol.js';

interface DirectoryOptions {
  readonly split: 'train' | 'test';
  readonly range: readonly [number, number];
}

/** What a program reads from files in Node, from the site and from the user here. */
export interface Reader {
  /** For programs of that composition: what they read in one go is fetched before. */
  functionsFor(composition: Pick<Composition, 'data'>): Promise<Functions>;
  idxDirectory(folder: string, options: DirectoryOptions): Promise<Dataset>;
  give(given: Files & { readonly site: string }): void;
}

/** Too few to train on, enough to see what fits: an IDX file of 16 black images. */
const blank = () => idxFile(Array.from({ length: 16 }, () => new Uint8Array(SIDE * SIDE)));

export function reader(): Reader {
  let site = '';
  const sets = new Map<string, Dataset>();
  let text: string | undefined;
  let images: Uint8Array | undefined;

  const idxDirectory: Reader['idxDirectory'] = async (_, { split, range }) => {
    const key = `${split} ${range}`;
    const known = sets.get(key);
    if (known) return known;
    const set = await digits(site, split, range);
    sets.set(key, set);
    return set;
  };
  const readFileSync = (name: string) => (name === TEXT_FILE ? text : (images ?? blank()));
  return {
    idxDirectory,
    async functionsFor({ data }) {
      if (data === 'text') text ??= await (await fetched(new URL('data/text.txt', site))).text();
      return { idxDirectory, readFileSync };
    },
    give(given) {
      ({ site, images } = given);
    },
  };
}

async function digits(
  site: string,
  split: DirectoryOptions['split'],
  range: readonly [number, number],
): Promise<Dataset> {
  const prefix = split === 'train' ? 'train' : 't10k';
  const [images, labels] = await Promise.all(
    ['images-idx3', 'labels-idx1'].map(async (kind) => {
      const answer = await fetched(new URL(`data/digits/${prefix}-${kind}-ubyte.gz`, site));
      return new Uint8Array(await answer.arrayBuffer());
    }),
  );
  return idxDataset({ images: images!, labels: labels!, range });
}

/** @throws where the site does not answer, with what to do */
async function fetched(url: URL): Promise<Response> {
  const answer = await fetch(url).catch((cause) => {
    throw new Error(`${url} cannot be loaded: connect to the network once, then the page works without.`, { cause });
  });
  if (answer.ok) return answer;
  throw new Error(`${url}: the server answers ${answer.status}. Build the page again, or load it anew.`);
}
