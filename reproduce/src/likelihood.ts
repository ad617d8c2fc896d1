import { join } from 'node:path';
import { type Examples, type LabelledExamples, seeded } from '@gm/core';
import { binarize, type Dataset } from '@gm/data';
import { iwaeBound, type LatentVariableModel } from '@gm/metrics';
import { dispose } from '@tensorflow/tfjs-core';
import { readKept, writeKept } from './kept.js';
import { type Sitting, Stopped } from './row.js';

/** Examples measured at once. */
const ROWS = 20;

/** A mean over examples with its standard error, in nats. */
export interface Nats {
  readonly mean: number;
  readonly standardError: number;
}

/**
 * −L_K of a whole test split, binarised once by a seed: an upper bound on −log p(x) that nears it as K grows.
 *
 * @see Burda, Grosse & Salakhutdinov (2016), Importance weighted autoencoders, section 5, arXiv:1509.00519
 */
export async function negativeBound(
  model: Pick<LatentVariableModel, 'encoder' | 'decoder' | 'prior' | 'likelihood'>,
  test: Dataset<LabelledExamples>,
  { samples, name }: { samples: number; name: string },
  { folder, signal, say }: Sitting,
): Promise<Nats> {
  const path = join(folder, `${name}.L${samples}.json`);
  const values = readKept<number[]>(path, () => []);
  let said = performance.now();
  while (values.length < test.count) {
    if (signal.aborted) throw new Stopped();
    const from = values.length;
    const rows = Array.from({ length: Math.min(ROWS, test.count - from) }, (_, index) => from + index);
    const random = seeded(`${name} ${from}`);
    const { x, ...rest } = test.at(rows) as Examples;
    const binary = binarize.apply(x, seeded('test').split(from));
    const bound = iwaeBound({ ...model, x: binary, samples, random });
    values.push(...(await bound.data()));
    dispose([x, binary, bound, ...Object.values(rest)] as never);
    if (performance.now() - said < 20_000 && values.length < test.count) continue;
    writeKept(path, values);
    say(`${name}: −L_${samples} ${natsOf(values).mean.toFixed(2)} after ${values.length} of ${test.count} examples`);
    said = performance.now();
  }
  return natsOf(values);
}

/** Of −value. */
function natsOf(values: readonly number[]): Nats {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean: -mean, standardError: Math.sqrt(squares / (values.length - 1) / values.length) };
}
