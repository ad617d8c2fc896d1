import { EXIT } from './complain.js';

export interface Interruption {
  /** Aborted by the first Ctrl-C (or a polite kill). */
  readonly signal: AbortSignal;
  /** Gives Ctrl-C its usual meaning back. */
  release(): void;
}

/** Ctrl-C once asks for a clean end, twice ends at once. */
export function interruption(announce: (text: string) => void): Interruption {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    announce('\nStopping: saving a checkpoint. Ctrl-C again ends at once.\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
