import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What `npm run native` leaves here; apart from the packages of parity, lest every 'auto' should choose it. */
const folder = fileURLToPath(new URL('../.native', import.meta.url));

/** Steps to where useBackend('node') finds the binding that `npm run native` has built; stays where there is none. */
export function stepToNative(): void {
  if (existsSync(folder)) process.chdir(folder);
}
