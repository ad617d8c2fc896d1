/** `npm run parity` and `npm run test:parity`: the program in src/main.ts, which Vite loads. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

// Backends are found from here: those of this package, and those that are installed in the root.
process.chdir(fileURLToPath(new URL('.', import.meta.url)));

const { module } = await runnerImport(fileURLToPath(new URL('./src/main.ts', import.meta.url)));
await module.main(process.argv.slice(2));
