import type { ErrorCode, Spec } from '@gm/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/**
 * Refuses a tensor that is no batch of `input`. An error of gm is any `Error` with a `code`, so this needs nothing of gm at run time.
 *
 * @throws GM_SHAPE
 */
export function checkBatch(where: string, x: Tensor, { shape }: Spec): void {
  if (x.shape.slice(1).join() === shape.join() && x.rank === shape.length + 1) return;
  const code: ErrorCode = 'GM_SHAPE';
  const message = `${where}: expected [batch, ${shape.join(', ')}], received [${x.shape.join(', ')}]. Mend the part before it.`;
  throw Object.assign(new Error(message), { code });
}
