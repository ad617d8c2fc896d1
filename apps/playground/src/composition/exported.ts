import { type Composition, mediaOf } from './composition.js';
import { LIBRARY } from './library.js';
import { calledIn, printProgram } from './print.js';
import { programOf } from './program.js';

/** Read files in Node, and have their own place in the page. */
const FILES: Readonly<Record<string, string>> = { idxDirectory: '@gm/data/node', readFileSync: 'node:fs' };

/**
 * The composition as a program for Node: it trains what the page trains, number for number on the same backend, goes on from the page's
 * checkpoint where one is named, and saves one that the page takes back.
 */
export function exportedProgram(composition: Composition): string {
  const program = programOf(composition);
  const called = calledIn(program);
  return `${headOf(composition)}
${importsOf(called)}

await useBackend();
${printProgram(program)}

const [from, steps = '1000'] = process.argv.slice(2); // node program.ts [checkpoint] [steps]
if (from) restoreCheckpoint(run, await loadCheckpoint(from));
const save = (bytes: Uint8Array) => saveCheckpoint('checkpoint.safetensors', bytes);
for await (const event of train(run, source, { steps: run.steps + Number(steps), checkpoint: { save } })) {
  if (event.type === 'report') console.log(event.step, event.metrics);
}
`;
}

function headOf(composition: Composition): string {
  const packages = Object.keys(LIBRARY).concat('@gm/backends').sort().join(' ');
  const files = {
    text: '// Put text.txt of the playground (data/text.txt) beside it.\n',
    image: `// Put the playground's data/${composition.data} beside it; any folder of IDX files will do.\n`,
    plane: '',
  };
  return `// npm install ${packages} @tensorflow/tfjs-core\n${files[mediaOf(composition)]}`;
}

function importsOf(called: readonly string[]): string {
  const imports = new Map<string, string[]>([
    ['@gm/backends', ['useBackend']],
    ['@gm/trainers', ['restoreCheckpoint', 'train']],
    ['@gm/trainers/node', ['loadCheckpoint', 'saveCheckpoint']],
  ]);
  const need = (from: string, what: string) => imports.set(from, [...(imports.get(from) ?? []), what]);
  for (const name of called) {
    const from = FILES[name] ?? Object.entries(LIBRARY).find(([, functions]) => name in functions)?.[0];
    if (from !== undefined) need(from, name);
  }
  const names = (list: readonly string[]) => [...list].sort().join(', ');
  return [...imports]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, list]) => `import { ${names(list)} } from '${from}';`)
    .join('\n');
}
