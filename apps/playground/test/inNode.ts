import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@gm/backends';
import type { Examples } from '@gm/core';
import type { Dataset } from '@gm/data';
import { idxDirectory } from '@gm/data/node';
import { type Composition, mediaOf } from '../src/composition/composition.js';
import { defaultsFor } from '../src/composition/presets.js';
import { TEXT_FILE } from '../src/composition/program.js';
import { reader } from '../src/engine/files.js';
import { compose, type Session } from '../src/engine/session.js';

/** Where data.mjs puts what the page is served with. */
export const DATA = fileURLToPath(new URL('../public/data/', import.meta.url));

/** What the user gives is read as in the page. */
const given = await reader().functionsFor({ data: 'images' });

const functions = {
  idxDirectory: (folder: string, options: never): Promise<Dataset<Examples>> =>
    idxDirectory(`${DATA}${folder}`, options),
  readFileSync: (name: string) =>
    name === TEXT_FILE ? readFileSync(`${DATA}${name}`, 'utf8') : given.readFileSync!(name),
};

/** The engine's own way from a composition to a run, with files read by Node. */
export async function composed(composition: Composition, rateFactor = () => 1): Promise<Session> {
  await useBackend('wasm', { threads: 1 });
  return compose(composition, { functions, rateFactor });
}

export const optionsFor = async () => ({ functions, rateFactor: () => 1 });

/** A system small enough for a test of many. */
export function small(
  system: Composition['system'],
  data: Composition['data'],
  differing: Partial<Composition> = {},
): Composition {
  const composition = defaultsFor(system, data);
  return { ...composition, hidden: mediaOf(composition) === 'plane' ? 16 : 32, batch: 8, ...differing };
}
