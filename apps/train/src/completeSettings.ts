import * as v from 'valibot';
import { wrongOption } from './complain.js';
import { COMMON, KIND_OPTIONS, recurrentOptions } from './kinds.js';
import {
  type Choices,
  KINDS,
  type Kind,
  type Settings,
  settingsSchema,
  sourceOf,
  withoutUndefined,
} from './settings.js';

/** The choices of `kind` on `data`, completed. */
export function completeSettings(kind: Kind, choices: Choices): Settings {
  const { losses, images } = KIND_OPTIONS[kind];
  const special = specialOf(kind, choices.data ?? COMMON.data);
  const loss = choices.loss ?? special.loss ?? losses[0]!;
  const defaults = { kind, decay: undefined, ...COMMON, ...images, ...recurrentOf(kind, choices), ...special };
  checkBelonging(kind, [...Object.keys(defaults), 'loss'], choices);
  checkLoss(kind, losses, loss);
  if (choices.binarize) checkBits(loss);
  checkPriorOptions(choices);
  const settings = v.safeParse(settingsSchema, withoutUndefined({ ...defaults, ...choices, loss }));
  if (settings.success) return settings.output;
  throw invalid(settings.issues[0]);
}

/** What differs on such data. */
function specialOf(kind: Kind, data: string): Choices {
  const { points, series, text } = KIND_OPTIONS[kind];
  const special: Readonly<Record<string, Choices | undefined>> = { toy: points, series, text };
  return special[sourceOf({ data })] ?? {};
}

/** What differs with recurrent parts, which go through images row after row. */
function recurrentOf(kind: Kind, choices: Choices): Choices {
  return ROLES.some((role) => choices[role] === 'recurrent') ? recurrentOptions(kind) : {};
}

const ROLES = ['discriminator', 'generator', 'encoder'] as const;

function checkBelonging(kind: Kind, known: readonly string[], choices: Choices): void {
  const stranger = Object.keys(choices).find((name) => !known.includes(name));
  if (stranger === undefined) return;
  const { series = {}, text = {} } = KIND_OPTIONS[kind];
  const owners = KINDS.filter((other) => stranger in KIND_OPTIONS[other].images);
  const sources = [...(stranger in series ? ['series:<csv>'] : []), ...(stranger in text ? ['text:<file>'] : [])];
  const elsewhere = sources.map((source) => `, or take --data ${source}`).join('');
  const role = ROLES.find((name) => known.includes(name));
  const reader = stranger === 'cell' && role ? `, or say --${role} recurrent` : '';
  throw wrongOption({
    where: `gm train ${kind}`,
    expected: `only options that a ${kind} has`,
    received: `--${kebab(stranger)} ${choices[stranger as keyof Choices]}`,
    remedy: `Leave it out, or train one of ${owners.join(', ')}${elsewhere}${reader}.`,
  });
}

function checkLoss(kind: Kind, losses: readonly Settings['loss'][], loss: Settings['loss']): void {
  if (losses.includes(loss)) return;
  const owner = KINDS.find((other) => KIND_OPTIONS[other].losses.includes(loss));
  throw wrongOption({
    where: `gm train ${kind}`,
    expected: `--loss to be one of ${losses.join(', ')}`,
    received: `'${loss}'`,
    remedy: `Choose one of them, or train a ${owner}.`,
  });
}

/** Options of one prior are no options of another. */
function checkPriorOptions({ prior = 'normal', ...choices }: Choices): void {
  for (const [option, owners] of Object.entries(PRIORS_WITH)) {
    if (choices[option as keyof typeof PRIORS_WITH] === undefined || owners.includes(prior)) continue;
    throw wrongOption({
      where: `--${option}`,
      expected: `--prior ${owners.join(' or ')} beside it`,
      received: `--prior ${prior}`,
      remedy: `Leave it out, or say --prior ${owners[0]}.`,
    });
  }
}

const PRIORS_WITH: Readonly<Record<'components' | 'categories', readonly Settings['prior'][]>> = {
  components: ['mixture', 'vamp'],
  categories: ['categorical'],
};

function checkBits(loss: Settings['loss']): void {
  if (loss === 'bernoulli') return;
  throw wrongOption({
    where: '--binarize',
    expected: '--loss bernoulli, which is for zeros and ones',
    received: `--loss ${loss}`,
    remedy: 'Leave out one of the two.',
  });
}

function invalid(issue: v.BaseIssue<unknown>) {
  return wrongOption({
    where: `--${kebab(v.getDotPath(issue) ?? 'option')}`,
    expected: issue.expected ?? 'a valid value',
    received: issue.received,
    remedy: 'Give such a value; gm train --help lists the options.',
  });
}

/** learningRate as it is written on the command line: learning-rate. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
