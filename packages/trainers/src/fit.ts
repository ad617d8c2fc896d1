import { checkFits, misfit, type Prior, type Spec, spec } from '@gm/core';

/** What a prior's draws are, for composition checks. */
export function priorSpec(prior: Prior): Spec {
  return spec(prior.shape);
}

/**
 * What data must be to suit two doors at once: the narrower of both.
 *
 * @throws GM_FIT when neither lies inside the other
 */
export function dataSpec(name: string, first: Spec, second: Spec): Spec {
  if (misfit(first, second) === undefined) return first;
  if (misfit(second, first) === undefined) return second;
  checkFits(
    { name: `${name}: what the model takes`, spec: first },
    { name: `${name}: what the loss takes`, spec: second },
  );
  return first;
}
