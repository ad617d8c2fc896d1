import { useEffect, useRef, useState } from 'preact/hooks';
import type { Composition } from '../composition/composition.js';
import { composition, failure, playing, started, step } from './state.js';

/** Milliseconds between two looks while training, at least. */
const LEAST = 330;
/** Looks take at most one part in so many of the time. */
const SHARE = 5;

/**
 * What the worker sees now: again and again while it trains, and once after every change while it does not. There is never more than one
 * question under way.
 */
export function useLook<Result>(
  ask: () => Promise<Result | undefined>,
  depending: readonly unknown[] = [],
): Result | undefined {
  const [result, setResult] = useState<{ readonly of: Composition; readonly found: Result | undefined }>();
  const state = useRef({ busy: false, again: false, mounted: true, took: 0, ask });
  state.current.ask = ask;
  const look = async () => {
    const own = state.current;
    own.again = true;
    if (own.busy) return;
    own.busy = true;
    while (own.again && own.mounted) {
      own.again = false;
      const begun = performance.now();
      try {
        const of = composition.value;
        const found = await own.ask();
        if (own.mounted) setResult({ of, found });
      } catch (error) {
        failure.value = (error as Error).message;
      }
      own.took = performance.now() - begun;
    }
    own.busy = false;
  };
  useEffect(() => {
    state.current.mounted = true;
    return () => {
      state.current.mounted = false;
    };
  }, []);
  const ready = started.value;
  const resting = playing.value ? -1 : step.value;
  useEffect(() => {
    if (ready) void look();
  }, [ready, resting, ...depending]);
  useEffect(() => {
    if (!playing.value) return undefined;
    let timer: ReturnType<typeof setTimeout>;
    const next = () => {
      timer = setTimeout(
        async () => {
          await look();
          next();
        },
        Math.max(LEAST, SHARE * state.current.took),
      );
    };
    next();
    return () => clearTimeout(timer);
  }, [playing.value]);
  // What an earlier composition gave is not shown under a new one.
  return result?.of === composition.value ? result.found : undefined;
}
