import type { Composition } from '../composition/composition.js';
import { tellsProbability } from '../composition/objectives.js';
import { hasSlot } from '../composition/slots.js';
import type { Curves } from './record.js';

/** Before that there is nothing to be said. */
const LEAST = 100;
/** The share of a curve that counts as its last part. */
const TAIL = 0.25;

interface Condition {
  readonly starting: boolean;
  /** Whether there is a run. */
  readonly composed: boolean;
  readonly failed: boolean;
  readonly step: number;
}

/** What there is to say of a run about which there are no warnings. */
export function withoutWarnings({ starting, composed, failed, step }: Condition): string {
  if (failed) return 'Something has failed: the message above says what.';
  if (starting) return 'Composing …';
  if (!composed) return 'Nothing is composed yet.';
  if (step < LEAST) return `It is too early to say: from step ${LEAST} on.`;
  return 'Nothing looks unwell.';
}

/** What looks unwell about a run, and what may help, in words. */
export function warningsOf(record: Curves, composition: Composition): readonly string[] {
  return RULES.flatMap((rule) => rule(record, composition) ?? []);
}

type Rule = (record: Curves, composition: Composition) => string | undefined;

const RULES: readonly Rule[] = [
  function discriminatorWins(record, composition) {
    const opinions = opinionsOf(record, composition);
    if (!opinions || !(opinions.real > 0.95 && opinions.generated < 0.05)) return undefined;
    // Where features are matched, the generator does not learn from what is taken for real.
    if (composition.system === 'semi-supervised') return undefined;
    return `The discriminator tells real from ${generatedIn(composition)} without fail, and its rival has little to learn from. ${againstWinning(composition)}`;
  },
  function discriminatorLost(record, composition) {
    const opinions = opinionsOf(record, composition);
    if (!opinions || opinions.generated < opinions.real + 0.1) return undefined;
    const help = hasSlot(composition, 'discriminatorSteps')
      ? 'Give it more steps, or more width.'
      : 'Give it more width.';
    return `The discriminator takes ${generatedIn(composition)} for more real than real ones. ${help}`;
  },
  function silentCodes(record, { system }) {
    const divergence = late(find(record, 'divergence'));
    if (system !== 'vae' || divergence === undefined || divergence > 0.05) return undefined;
    return 'The codes say nothing about the examples (posterior collapse). Lower β, or train on: it often passes.';
  },
  function risingLoss(record, { system }) {
    if (system === 'gan' || system === 'vae-gan' || system === 'semi-supervised') return undefined; // adversaries' losses rise and fall
    const curve = find(record, 'loss');
    const [before, after] = [late(curve, 2 * TAIL, TAIL), late(curve)];
    if (before === undefined || after === undefined || after < before + 0.2 * Math.abs(before) + 1e-3) return undefined;
    return 'The loss rises. Lower the learning rate.';
  },
  function explodingGradient(record) {
    const worst = gradients(record).find(([, curve]) => {
      const [all, now] = [late(curve, 1, 0), curve.values.at(-1)];
      return all !== undefined && now !== undefined && now > 1e3 && now > 10 * all;
    });
    return worst && `The gradient of ${playerOf(worst[0])} grows out of bounds. Lower the learning rate.`;
  },
  function vanishingGradient(record) {
    const worst = gradients(record).find(([, curve]) => (late(curve) ?? 1) < 1e-6);
    return worst && `The gradient of ${playerOf(worst[0])} has all but vanished: it no longer learns.`;
  },
  function chance(record, { system }) {
    if (system !== 'classifier') return undefined;
    const [accuracy, loss] = [late(find(record, 'accuracy')), find(record, 'loss')];
    const [first, now] = [loss?.values[0], late(loss)];
    if (accuracy === undefined || first === undefined || now === undefined || accuracy > 0.3 || now < 0.9 * first)
      return undefined;
    return 'The classifier does not get ahead of guessing. Try a learning rate ten times as large, or a tenth.';
  },
];

/** What a discriminator has lately taken for real, as probabilities; none of a critic, whose scores have no limits. */
function opinionsOf(record: Curves, composition: Composition) {
  if (!tellsProbability(composition)) return undefined;
  const [real, generated] = [late(record['discriminator/real']), late(record['discriminator/generated'])];
  return real === undefined || generated === undefined ? undefined : { real, generated };
}

const generatedIn = ({ system }: Composition) =>
  system === 'adversarial-autoencoder' ? 'codes of the encoder' : 'generated examples';

/** Only what that system has. */
function againstWinning(composition: Composition): string {
  if (hasSlot(composition, 'penalty') && composition.penalty === 'none') return 'Take a penalty.';
  if (hasSlot(composition, 'discriminatorSteps') && composition.discriminatorSteps > 1) return 'Give it fewer steps.';
  return 'Lower the rate of the discriminator, or take another adversarial loss.';
}

type Curve = Curves[string];

/** The mean over the last part of a curve, or the part between two shares counted from its end; none while it is short. */
function late(curve: Curve | undefined, from = TAIL, to = 0): number | undefined {
  if (curve === undefined || (curve.steps.at(-1) ?? 0) < LEAST || curve.values.length < 20) return undefined;
  const { length } = curve.values;
  const part = curve.values.slice(Math.floor(length * (1 - from)), Math.ceil(length * (1 - to)));
  return part.reduce((a, b) => a + b, 0) / part.length;
}

/** The first metric of that name, whoever's. */
function find(record: Curves, metric: string): Curve | undefined {
  const name = Object.keys(record).find((one) => one.endsWith(`/${metric}`));
  return name === undefined ? undefined : record[name];
}

const gradients = (record: Curves) => Object.entries(record).filter(([name]) => name.endsWith('/gradientNorm'));
const playerOf = (name: string) => `the ${name.split('/')[0]}`;
