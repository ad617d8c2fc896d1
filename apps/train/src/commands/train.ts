import { wrongOption } from '../complain.js';
import { completeSettings } from '../completeSettings.js';
import { freeRunFolder, type Goal } from '../runFolder.js';
import { resumeRun, startRun } from '../session.js';
import { type Choices, KINDS, type Kind, type Settings } from '../settings.js';

/** What commander hands over for `gm train`. */
export type TrainFlags = Choices & {
  readonly backend?: string;
  readonly out?: string;
  readonly resume?: string;
  readonly epochs?: number;
  readonly steps?: number;
  readonly minutes?: number;
  readonly checkpointEvery?: number;
};

/** `gm train`. */
export async function train(kind: string | undefined, flags: TrainFlags): Promise<void> {
  const { backend, out, resume, epochs, steps, minutes, checkpointEvery = 500, ...choices } = flags;
  const goal = goalOf({ epochs, steps, minutes });
  if (resume !== undefined) {
    checkOnlyLength(kind, { ...choices, ...(out !== undefined && { out }) });
    await resumeRun({ folder: resume, goal, backend, checkpointEvery });
    return;
  }
  const settings = completeSettings(checkKind(kind), choices);
  await startRun({
    settings,
    goal: goal ?? defaultGoal(settings),
    folder: out ?? freeRunFolder(settings.kind),
    backend,
    checkpointEvery,
  });
}

function goalOf(lengths: Readonly<Record<'epochs' | 'steps' | 'minutes', number | undefined>>): Goal | undefined {
  const given = Object.entries(lengths).filter(([, value]) => value !== undefined);
  if (given.length <= 1) return given.length === 0 ? undefined : (Object.fromEntries(given) as Goal);
  throw wrongOption({
    where: 'gm train',
    expected: 'one of --epochs, --steps and --minutes',
    received: given.map(([name]) => `--${name}`).join(' and '),
    remedy: 'Say in one way how long to train.',
  });
}

function defaultGoal({ kind, data }: Settings): Goal {
  if (kind === 'forecast') return { steps: 2000 };
  if (kind === 'language-model') return { epochs: 10 };
  // An epoch of a text or a series has every step in as many pieces as they are long.
  if (/^(toy|series|text):/.test(data)) return { steps: 3000 };
  return { epochs: kind === 'classifier' ? 3 : kind === 'vae' || kind === 'iwae' ? 5 : 10 };
}

function checkKind(kind: string | undefined): Kind {
  const found = KINDS.find((known) => known === kind);
  if (found !== undefined) return found;
  throw wrongOption({
    where: 'gm train',
    expected: `a kind: ${KINDS.join(', ')}`,
    received: kind === undefined ? 'none' : `'${kind}'`,
    remedy: 'Name one of them, gm train vae for instance.',
  });
}

function checkOnlyLength(kind: string | undefined, fixed: Readonly<Record<string, unknown>>): void {
  const given = [...(kind === undefined ? [] : [kind]), ...Object.keys(fixed).map((name) => `--${name}`)];
  if (given.length === 0) return;
  throw wrongOption({
    where: 'gm train --resume',
    expected: 'only --epochs, --steps, --minutes, --backend and --checkpoint-every beside it',
    received: given.join(', '),
    remedy: 'Leave them out: a run keeps what it was started with.',
  });
}
