import { Presets, SingleBar } from 'cli-progress';
import { say } from './say.js';

/** How far a run is. */
interface Standing {
  readonly step: number;
  /** Of the whole goal, 0 … 1. */
  readonly done: number;
  /** Until the goal. */
  readonly secondsLeft: number;
  readonly examplesPerSecond: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export interface Progress {
  show(standing: Standing): void;
  stop(): void;
}

/** A bar on a terminal, otherwise a plain line every few seconds. */
export function progress(plainSeconds = 5): Progress {
  return process.stderr.isTTY ? bar() : plain(plainSeconds);
}

function bar(): Progress {
  const format = '{bar} {percentage}% | {left} left | {speed} examples/s | {losses}';
  const view = new SingleBar(
    { format, hideCursor: true, gracefulExit: true, barsize: 24, clearOnComplete: false },
    Presets.shades_classic,
  );
  view.start(1000, 0, { left: '…', speed: '…', losses: '' });
  return {
    show: (standing) => view.isActive && view.update(Math.round(1000 * standing.done), columns(standing)),
    stop: () => view.stop(),
  };
}

function plain(everySeconds: number): Progress {
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(standing) {
      const now = performance.now() / 1000;
      if (now - last < everySeconds && standing.done < 1) return;
      last = now;
      const { left, speed, losses } = columns(standing);
      const percent = `${Math.floor(100 * standing.done)}%`.padStart(4);
      say(`${percent} | step ${standing.step} | ${left} left | ${speed} examples/s | ${losses}`);
    },
    stop() {},
  };
}

function columns({ secondsLeft, examplesPerSecond, metrics }: Standing) {
  const losses = Object.entries(metrics).filter(([name]) => name.endsWith('/loss'));
  return {
    left: duration(secondsLeft),
    speed: Math.round(examplesPerSecond).toLocaleString('en'),
    losses: losses.map(([name, value]) => `${name.slice(0, -'/loss'.length)} ${value.toPrecision(4)}`).join(', '),
  };
}

/** Seconds as a person says them: 45s, 2m05s, 1h10m. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '…';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}m`;
}
