import { type TrainEvent, train } from '@gm/trainers';
import { breathe, type Queue } from './inTurn.js';
import type { Progress, Said } from './protocol.js';
import type { Session } from './session.js';

/** Milliseconds between two words to the page. */
const SAY_EVERY = 100;
/** Milliseconds of training between two turns for the page's questions. */
const BREATHE_EVERY = 12;

export interface TrainingOptions {
  readonly inTurn: Queue;
  readonly say: Said;
  fail(message: string): void;
  /** Makes a lost device usable again; none where devices are not lost. */
  readonly recover?: () => Promise<unknown>;
}

/** A session under way: plays, pauses, and tells how it goes. */
export function training(session: Session, { inTurn, say, fail, recover }: TrainingOptions) {
  const { run, source } = session;
  let events: AsyncGenerator<TrainEvent, void> | undefined;
  let [playing, speed, over] = [false, 0, false];
  let rows: Progress['rows'][number][] = [];
  let said = 0;
  const pace = meter();

  const tell = () => {
    said = performance.now();
    const stepsPerSecond = pace.perSecond();
    const examplesPerSecond = stepsPerSecond * source.batchSize;
    const epoch = run.steps / source.batchesPerEpoch;
    const told = say({ step: run.steps, epoch, rows, stepsPerSecond, examplesPerSecond, playing });
    rows = [];
    return told;
  };

  const begin = () =>
    train(run, source, {
      steps: Number.MAX_SAFE_INTEGER,
      reportEvery: 1,
      ...(recover && { recover, checkpoint: { every: 200, save: () => undefined } }),
    });

  /** Up to the next report. */
  const step = async () => {
    if (over) return;
    events ??= begin();
    for (;;) {
      const { value, done } = await events.next();
      if (done || value === undefined) return;
      if (value.type !== 'report') continue;
      rows.push({ step: value.step, metrics: value.metrics });
      pace.mark();
      return;
    }
  };

  const guarded = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      [playing, events] = [false, undefined];
      tell();
      fail((error as Error).message);
    }
  };

  const loop = async () => {
    let [breathed, due] = [performance.now(), performance.now()];
    while (playing && !over) {
      await inTurn(step);
      const now = performance.now();
      if (now - said > SAY_EVERY) tell();
      due = speed === 0 ? now : Math.max(due + 1000 / speed, now - 100);
      if (due > now) await new Promise((resolve) => setTimeout(resolve, due - now));
      else if (now - breathed > BREATHE_EVERY) await breathe();
      else continue;
      breathed = performance.now();
    }
    await tell();
  };

  let looping: Promise<void> = Promise.resolve();
  return {
    play(): void {
      if (playing || over) return;
      playing = true;
      pace.start();
      looping = guarded(loop);
    },
    async pause(): Promise<void> {
      playing = false;
      await looping;
    },
    async stepOnce(): Promise<void> {
      playing = false;
      await looping;
      pace.start();
      await guarded(() => inTurn(step));
      await tell();
    },
    tell,
    setSpeed(stepsPerSecond: number): void {
      speed = stepsPerSecond;
    },
    async end(): Promise<void> {
      [playing, over] = [false, true];
      await looping;
      await events?.return();
    },
  };
}

export type Training = ReturnType<typeof training>;

/** Steps a second over the last two seconds. */
function meter() {
  let times: number[] = [];
  return {
    start: () => {
      times = [performance.now()];
    },
    mark: () => {
      const now = performance.now();
      times.push(now);
      while (times.length > 2 && times[0]! < now - 2000) times.shift();
    },
    perSecond: () => {
      const elapsed = (times.at(-1) ?? 0) - (times[0] ?? 0);
      return elapsed > 0 ? (1000 * (times.length - 1)) / elapsed : 0;
    },
  };
}
