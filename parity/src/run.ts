import { memory } from '@tensorflow/tfjs-core';
import type { Case, CaseOptions, Results } from './case.js';

/**
 * Computes a case on the backend in use.
 *
 * @throws Error when the case leaves tensors behind
 */
export async function computed(tried: Case, options: CaseOptions): Promise<Results> {
  const before = memory().numTensors;
  const results = await tried.run(options);
  const left = memory().numTensors - before;
  if (left !== 0) throw new Error(`${tried.group}: ${tried.name} leaves ${left} tensors behind`);
  return results;
}
