import { writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { wrongFile, wrongOption } from '../complain.js';
import { drawValues, isPlane, samplesPicture } from '../results.js';
import { say } from '../say.js';
import { openRun } from '../session.js';

export interface SampleFlags {
  readonly count: number;
  readonly seed: number;
  readonly out?: string;
  readonly backend?: string;
}

/** `gm sample`: new examples from a run, as a picture. */
export async function sample(folder: string, { count, seed, out, backend }: SampleFlags): Promise<void> {
  const { run, composition, training } = await openRun(folder, backend);
  const { generator } = composition;
  if (generator === undefined) throw cannotSample(folder, run.settings.kind);
  const { example } = run.data;
  const extension = isPlane(example) ? '.svg' : '.png';
  const path = out ?? join(folder, `samples-${seed}${extension}`);
  checkExtension(path, extension);
  const drawn = await training.withAverages(() => drawValues(generator, count, seed));
  writeNew(path, samplesPicture(drawn, example));
  say(`${count} samples of ${folder} after step ${training.steps}: ${path}`);
}

function writeNew(path: string, contents: Uint8Array | string): void {
  try {
    writeFileSync(path, contents, { flag: 'wx' });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
    throw wrongFile({
      where: 'gm sample',
      expected: 'a new file',
      received: `${path}, which exists`,
      remedy: 'Choose another --out or --seed, or remove the file.',
    });
  }
}

function checkExtension(path: string, extension: string): void {
  if (extname(path) === extension) return;
  throw wrongOption({
    where: 'gm sample',
    expected: `--out to end in ${extension}`,
    received: path,
    remedy: `Name a ${extension} file.`,
  });
}

function cannotSample(folder: string, kind: string) {
  return wrongOption({
    where: `gm sample ${folder}`,
    expected: 'a run that generates',
    received: `a ${kind}`,
    remedy: `Measure it with gm evaluate ${folder}.`,
  });
}
