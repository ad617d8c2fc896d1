import * as discriminators from '@gm/discriminators';
import * as generators from '@gm/generators';
import * as latent from '@gm/latent';
import * as losses from '@gm/losses';
import * as metrics from '@gm/metrics';
import * as networks from '@gm/networks';
import * as ops from '@gm/ops';
import * as trainers from '@gm/trainers';
import { describe, expect, it } from 'vitest';
import { type Group, titleOf } from '../src/case.js';
import { cases } from '../src/cases/index.js';

const packages: readonly [name: string, exported: object, ...groups: Group[]][] = [
  ['networks', networks, 'layers'],
  ['ops', ops, 'operations'],
  ['losses', losses, 'losses'],
  ['latent', latent, 'latents'],
  ['generators', generators, 'generators'],
  ['discriminators', discriminators, 'discriminators'],
  ['metrics', metrics, 'metrics'],
  ['trainers', trainers, 'optimizers', 'recipes'],
];

/** Functions without a case of their own, and why. */
const exceptions: Readonly<Record<string, string>> = {
  'networks/network': 'what every layer is made with',
  'networks/recurrentNetwork': 'what lstm and gru are made with',
  'networks/loadWeights': 'tried with saveWeights',
  'networks/weightsOf': 'gives variables as they are; read of every recipe',
  'networks/countParameters': 'counts shapes',
  'networks/decodeSafetensors': 'turns bytes into plain arrays',
  'networks/encodeSafetensors': 'turns plain arrays into bytes',
  'networks/conditionOf': 'looks at specs',
  'networks/conditionBy': 'conditioned, or nothing',
  'latent/fitGaussianMixture': 'fits plain arrays',
  'losses/checkLabels': 'looks at plain arrays',
  'generators/distributionOf': 'turns plain numbers into plain numbers',
  'generators/sampleSymbols': 'draws by plain numbers from the logits of recurrentGenerator',
  'metrics/measured': 'of plain numbers and objects',
  'metrics/classBalance': 'counts plain arrays',
  'metrics/confusionMatrix': 'counts plain arrays',
  'metrics/calibration': 'counts plain arrays',
  'metrics/checkComparable': 'looks at plain objects',
  'metrics/difference': 'of plain numbers',
  'metrics/frechetDistance': 'of plain arrays; fld has it',
  'metrics/likelihoodBound': 'the mean of iwaeBound over batches',
  'metrics/manifoldMeasures': 'of plain arrays',
  'metrics/lenet': 'lenetParts with the weights of a file',
  'trainers/averagesOf': 'kept of every optimizer case',
  'trainers/descend': 'the step of every optimizer case',
  'trainers/readMetrics': 'reads the losses of every recipe',
  'trainers/trainer': 'the steps of every recipe',
  'trainers/train': 'steps of trainer() and reports of plain numbers; the tests of devices run it',
  'trainers/cosine': 'a plain number, used by the case of adam',
  'trainers/linear': 'a plain number, used by the case of rmsprop',
  'trainers/continueAs': 'copies what optimizers hold, and steps of trainer()',
  'trainers/decodeCheckpoint': 'turns bytes into plain arrays',
  'trainers/encodeCheckpoint': 'reads what trainer() holds; the tests of devices restore it',
  'trainers/restoreCheckpoint': 'writes what trainer() holds; the tests of devices restore it',
};

/** What a case is of: its name up to the comma. */
const subject = (name: string) => name.split(',')[0]!;

describe.each(packages)('@gm/%s', (owner, exported, ...groups) => {
  const functions = Object.entries(exported)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name);

  it.each(functions)('%s has a case, or a reason for none', (name) => {
    const tried = cases.some((one) => groups.includes(one.group) && subject(one.name) === name);
    expect(tried).toBe(!Object.hasOwn(exceptions, `${owner}/${name}`));
  });
});

it('every exception is of a function that there is', () => {
  const all = packages.flatMap(([owner, exported]) => Object.keys(exported).map((name) => `${owner}/${name}`));
  expect(Object.keys(exceptions).filter((name) => !all.includes(name))).toEqual([]);
});

it('every case has a title of its own', () => {
  const titles = cases.map(titleOf);
  expect(new Set(titles).size).toBe(titles.length);
});
