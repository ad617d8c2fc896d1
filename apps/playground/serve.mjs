/** Serves what was built, with the headers that threads of WebAssembly need. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { preview } from 'vite';

const usage = 'npm run playground -- [--port 4173] [--open]';

try {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '4173' }, open: { type: 'boolean' } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port has to be 0 to 65535, and is ${values.port}.`);
  process.chdir(dirname(fileURLToPath(import.meta.url)));
  const server = await preview({ preview: { port, open: values.open ?? false } });
  console.log('The playground is here until you press Ctrl-C:');
  server.printUrls();
} catch (error) {
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
