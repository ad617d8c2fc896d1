import { ask } from './Dialog.js';
import { step } from './state.js';

/** From so many steps on, a run is not thrown away unasked. */
const DEAR = 200;

/** Whether the run may be thrown away; the user is asked where it is a long one. */
export async function mayEnd(): Promise<boolean> {
  return step.value <= DEAR || ask(`Start anew? The run of ${step.value.toLocaleString('en')} steps is lost.`);
}
