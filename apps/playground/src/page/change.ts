import type { Composition } from '../composition/composition.js';
import { attempt, compose } from './actions.js';
import { ask } from './Dialog.js';
import { step } from './state.js';

/** From so many steps on, a run is not thrown away unasked. */
const DEAR = 200;

/** Begins a run of another composition; asks first where one would be lost. @returns whether it did */
export async function change(next: Composition): Promise<boolean> {
  if (step.value > DEAR && !(await ask(`Start anew? The run of ${step.value.toLocaleString('en')} steps is lost.`)))
    return false;
  await attempt(() => compose(next));
  return true;
}
