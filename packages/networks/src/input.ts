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

/** The size of the last axis. @throws GM_FIT when `input` is not float32 or has no axis */
export function lastAxis(where: string, input: Spec): number {
  checkFloat(where, input);
  const size = input.shape.at(-1);
  if (size !== undefined) return size;
  throw gmError('GM_FIT', {
    where,
    expected: 'an input with at least one axis',
    received: showSpec(input),
    remedy: 'Put reshape([1]) before it.',
  });
}
