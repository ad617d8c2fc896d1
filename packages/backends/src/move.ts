import { deviceOf, gmError } from '@gm/core';
import { engine, type KernelBackend, type Variable } from '@tensorflow/tfjs-core';

/**
 * Brings every variable of the program to the backend in use, all or none. Those on a device that has failed, or on a backend that was
 * removed, stay there: a checkpoint replaces them.
 *
 * @throws GM_MEMORY when one is too large for the device
 */
export async function moveVariables(): Promise<void> {
  const target = engine().backend;
  const variables = Object.values(engine().registeredVariables).filter((variable) => isElsewhere(variable, target));
  checkSizes(variables, target);
  // tfjs moves data with a synchronous read, which finds what an asynchronous one has left in JavaScript.
  await Promise.all(variables.map((variable) => variable.data()));
  for (const { dataId } of variables) if (homeOf(dataId) !== target) engine().moveData(target, dataId);
}

function isElsewhere({ dataId }: Variable, target: KernelBackend): boolean {
  const home = homeOf(dataId);
  return home !== target && gives(home);
}

/** Whether it still gives what it holds: it has not failed, and was not removed. */
function gives(home: KernelBackend): boolean {
  return !deviceOf(home)?.failure && Object.values(engine().registry).includes(home);
}

const homeOf = (dataId: object): KernelBackend => engine().state.tensorInfo.get(dataId)!.backend;

function checkSizes(variables: readonly Variable[], target: KernelBackend): void {
  const limit = deviceOf(target)?.tensorBytes ?? Number.POSITIVE_INFINITY;
  const tooLarge = variables.find(({ size }) => 4 * size > limit);
  if (tooLarge === undefined) return;
  throw gmError('GM_MEMORY', {
    where: 'useBackend',
    expected: `variables of at most ${limit} bytes, which is what the device binds`,
    received: `one of ${4 * tooLarge.size} bytes`,
    remedy: "Take a smaller layer, or another backend: await useBackend('wasm').",
  });
}
