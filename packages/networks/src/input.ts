import { gmError, type Spec, showSpec } from '@gm/core';

/**
 * Passes when a layer can work on `input`: float32, with that many axes beside the batch axis.
 *
 * @throws GM_FIT
 */
export function checkInput(where: string, input: Spec, axes: readonly string[], remedy: string): void {
  checkFloat(where, input);
  if (input.shape.length === axes.length) return;
  throw gmError('GM_FIT', {
    where,
    expected: `an input of shape [${axes.join(', ')}]`,
    received: showSpec(input),
    remedy,
  });
}

/** Passes when `input` holds float32 numbers. @throws GM_FIT */
export function checkFloat(where: string, input: Spec): void {
  if (input.dtype === 'float32') return;
  throw gmError('GM_FIT', {
    where,
    expected: 'an input of type float32',
    received: showSpec(input),
    remedy: 'Cast to float32 first.',
  });
}
