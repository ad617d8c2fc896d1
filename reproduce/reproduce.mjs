/** `npm run reproduce`: the program in src/main.ts, which Vite loads. */
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

process.chdir(fileURLToPath(new URL('.', import.meta.url)));

const { module } = await runnerImport(fileURLToPath(new URL('./src/main.ts', import.meta.url)));
await module.main(process.argv.slice(2));
