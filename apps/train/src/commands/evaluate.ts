import { accuracyOf, boundsOf } from '../evaluation.js';
import { wrongOption } from '../complain.js';
import { type Data, openData } from '../datasets.js';
import { judgeFor, judgeSamples } from '../judge.js';
import { say, sayPairs } from '../say.js';
import { openRun } from '../session.js';

export interface EvaluateFlags {
  readonly judge?: string;
  readonly count: number;
  readonly importance: number;
  readonly examples: number;
  readonly seed: number;
  readonly backend?: string;
  readonly json?: boolean;
}

type Results = Record<string, number | string | readonly number[]>;

/** `gm evaluate`: numbers on test data, or a judge's opinion of samples. */
export async function evaluate(folder: string, flags: EvaluateFlags): Promise<void> {
  const opened = await openRun(folder, flags.backend);
  const { run, composition, training } = opened;
  const data = await openData(run.settings);
  const { autoencoder, classifier, generator } = composition;
  const results = await training.withAverages(async (): Promise<Results> => {
    if (classifier) return { accuracy: await accuracyOf(classifier, testOf(data)) };
    if (autoencoder) return boundsOf(autoencoder, testOf(data), flags);
    return judgeSamples(generator!, run, await judgeFor(run, data, flags), flags);
  });
  show(folder, { run: folder, kind: run.settings.kind, step: training.steps, ...results }, flags.json ?? false);
}
