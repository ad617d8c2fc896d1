import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Range, showShape } from '@gm/core';
import type { FeatureNetwork } from '@gm/discriminators';
import { classBalance, topProbability } from '@gm/metrics';
import { add, argMax, dispose, mul, softmax, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { wrongOption } from './complain.js';
import { completeSettings } from './completeSettings.js';
import { openData, testOf } from './datasets.js';
import { skillOf } from './evaluation.js';
import { filesOf, type Run } from './runFolder.js';
import { say } from './say.js';
import { openRun, resumeRun, startRun } from './session.js';

/** What a classifier sees in samples. */
export interface Opinion {
  /** The run folder of the classifier. */
  readonly judge: string;
  /** Of the classifier on the test split of its own data. */
  readonly judgeAccuracy: number;
  /** Its mean probability of the class it would choose, on that test split: what samples can be compared with. */
  readonly realConfidence: number;
  readonly samples: number;
  /** Mean probability of the class it would choose. */
  readonly confidence: number;
  /** How many samples it puts into each class. */
  readonly classCounts: readonly number[];
  /** Entropy of the classes in nats, 0 … log classes. */
  readonly classEntropy: number;
}

/**
 * The folder of the judge that was asked for; without one, of that for the run's data, trained and kept the first time. None when its
 * training was stopped: it goes on the next time.
 */
export async function judgeFor(run: Run, folder: string | undefined): Promise<string | undefined> {
  if (folder !== undefined) return folder;
  const kept = join('runs', `judge-${run.settings.data.replace(/[^a-zA-Z0-9]+/g, '-')}`);
  return existsSync(filesOf(kept).run) || (await trainJudge(kept, run)) ? kept : undefined;
}

/**
 * Has samples judged.
 *
 * @param samples  [count, …example] in the range of the run that drew them; borrowed
 * @throws GM_OPTION when the judge is no classifier of such examples
 */
export async function judgeSamples(folder: string, samples: Tensor, judged: Run): Promise<Opinion> {
  const { run, composition, training } = await openRun(folder, judged.backend);
  const { classifier } = composition;
  if (classifier === undefined) throw notAJudge(folder, 'a classifier', `a ${run.settings.kind}`);
  const [own, other] = [showShape(run.data.example.shape), showShape(judged.data.example.shape)];
  if (own !== other) throw notAJudge(folder, `a classifier of examples ${other}`, `one of ${own}`);
  const test = testOf(await openData(run.settings));
  return training.withAverages(async () => {
    const { accuracy: judgeAccuracy, confidence: realConfidence } = await skillOf(classifier, test);
    const opinion = await opinionOf(classifier, samples, {
      from: judged.data.example.range,
      to: run.data.example.range,
    });
    return { judge: folder, judgeAccuracy, realConfidence, ...opinion };
  });
}

async function opinionOf(network: FeatureNetwork, samples: Tensor, ranges: { from: Range; to: Range }) {
  const [certainty, chosen, classes] = tidy(() => {
    const probabilities = softmax(network.logits(rescaled(samples, ranges)) as Tensor2D);
    return [topProbability(probabilities), argMax(probabilities, 1), probabilities.shape[1]] as const;
  });
  const [certainties, labels] = await Promise.all([certainty.data(), chosen.data()]);
  dispose([certainty, chosen]);
  const { counts, entropy } = classBalance(labels, classes);
  const confidence = Array.from(certainties).reduce((sum, value) => sum + value) / labels.length;
  return { samples: labels.length, confidence, classCounts: counts, classEntropy: entropy };
}

function rescaled(x: Tensor, { from, to }: { from: Range; to: Range }): Tensor {
  if (typeof from === 'string' || typeof to === 'string') return x;
  const scale = (to[1] - to[0]) / (from[1] - from[0]);
  return add(mul(x, scale), to[0] - from[0] * scale);
}

/** @returns whether it came to its end */
async function trainJudge(folder: string, { settings, backend, data }: Run): Promise<boolean> {
  const unfinished = `${folder}-unfinished`;
  const checkpointEvery = 500;
  say(`Training a judge for ${settings.data} into ${folder}; it is kept for the next time.\n`);
  const { reason } = existsSync(filesOf(unfinished).run)
    ? await resumeRun({ folder: unfinished, goal: undefined, backend, checkpointEvery })
    : await startRun({
        settings: completeSettings('classifier', {
          data: settings.data,
          average: 0.999,
          batch: Math.min(128, data.count),
        }),
        goal: settings.data.startsWith('toy:') ? { steps: 2000 } : { epochs: 3 },
        folder: unfinished,
        backend,
        checkpointEvery,
      });
  if (reason !== 'finished') return false;
  renameSync(unfinished, folder);
  say(`\nThe judge is finished: ${folder}.\n`);
  return true;
}

function notAJudge(folder: string, expected: string, received: string) {
  return wrongOption({
    where: `--judge ${folder}`,
    expected,
    received,
    remedy: 'Name the run of a classifier that was trained on such data.',
  });
}
