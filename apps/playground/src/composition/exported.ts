import type { Composition } from './composition.js';
import { LIBRARY } from './library.js';
import { calledIn, printProgram } from './print.js';
import { IMAGES_FILE, programOf, TEXT_FILE } from './program.js';

/** Read files in Node, and have their own place in the page. */
const FILES: Readonly<Record<string, string>> = { idxDirectory: '@gm/data/node', readFileSync: 'node:fs' };

/**
 * The composition as a program for Node: it trains what the page trains, number for number on the same backend while the page's learning rate
 * stays where it is, goes on from the page's checkpoint where one is named, and saves one that the page takes back.
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

/** What has to lie beside the program, and where it comes from. */
const BESIDE: Readonly<Partial<Record<Composition['data'], readonly string[]>>> = {
  digits: [
    "It reads the folder digits beside it: the page's own is apps/playground/public/data/digits of that clone.",
    'Any folder of IDX files that are called like those of MNIST will do.',
  ],
  images: [`It reads ${IMAGES_FILE} beside it: "Download as IDX", below your images on the page, saves that file.`],
  text: [`It reads ${TEXT_FILE} beside it: the page's own is apps/playground/public/data/${TEXT_FILE} of that clone.`],
};

function headOf({ data }: Composition): string {
  const packages = Object.keys(LIBRARY).concat('@gm/backends').sort().join(' ');
  const lines = [
    `It needs ${packages} @tensorflow/tfjs-core.`,
    'These @gm packages are not on npm yet: until they are, put the program into a folder of apps in a clone of their repository,',
    'as the README.md at its root says.',
    ...(BESIDE[data] ?? []),
    'It has the learning rates that the page has now, from its first step on. A run whose rates were changed on its way',
    'has had others before, and ends with other numbers.',
  ];
  return lines.map((line) => `// ${line}\n`).join('');
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
