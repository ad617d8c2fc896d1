import { dispose, memory } from '@tensorflow/tfjs-core';

/**
 * Passes when `work` leaves as many tensors as it found, once its result is disposed: a tensor, or any nesting of lists and
 * records that holds some (a posterior, metrics, gradients). Holds on the throwing path too: `work`'s own error is passed on, and
 * a leak beside it is reported with that error as the cause.
 *
 * @param work  sync or async
 * @throws Error saying how many tensors were left behind, or freed that were not its own
 * @example await expectNoLeak(() => prior.sample(5, seeded(1)))
 * @example await expectNoLeak(() => expectError(() => network.apply(wrong), 'GM_SHAPE'))  // refuses without a trace
 */
export async function expectNoLeak(work: () => unknown): Promise<void> {
  const before = memory().numTensors;
  try {
    dispose((await work()) as never);
  } catch (error) {
    checkCount(before, error);
    throw error;
  }
  checkCount(before);
}

function checkCount(before: number, cause?: unknown): void {
  const left = memory().numTensors - before;
  if (left === 0) return;
  const what =
    left > 0
      ? `${left} more. Wrap the work in tidy(), or dispose what it makes`
      : `${-left} fewer. Leave arguments alone: they are borrowed, and a result must not be one of them`;
  throw new Error(`expectNoLeak: expected ${before} tensors as before, received ${what}.`, { cause });
}
