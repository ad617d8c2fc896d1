import { type Device, deviceInUse, isGmError } from '@gm/core';

/** Passes as long as the device in use, where one is known, has not failed. @throws GM_DEVICE */
export function checkDevice(device: Device | undefined = deviceInUse()): void {
  if (device?.failure) throw device.failure;
}

/** What to throw in the place of `error`: once the device has failed, that is the reason for whatever goes wrong. */
export function blame(error: unknown, device: Device | undefined = deviceInUse()): unknown {
  const failure = device?.failure;
  if (failure === undefined || isGmError(error, 'GM_DEVICE')) return error;
  return Object.assign(new Error(failure.message, { cause: error }), { code: failure.code });
}

/** The same, when the device may have failed without having said so yet. */
export async function blameSettled(error: unknown, device: Device | undefined = deviceInUse()): Promise<unknown> {
  await device?.settle().catch(() => undefined);
  return blame(error, device);
}

/**
 * What `read` gives, unless the device in use had failed by then: a lost device rejects with errors that say nothing, and a refused
 * command leaves zeros.
 *
 * @throws GM_DEVICE, with what `read` threw as its cause
 */
export async function trusted<Result>(read: () => Promise<Result>): Promise<Result> {
  const device = deviceInUse();
  checkDevice(device);
  try {
    const result = await read();
    await device?.settle();
    checkDevice(device);
    return result;
  } catch (error) {
    throw await blameSettled(error, device);
  }
}

/** Steps between two waits for the device: its queue does not hold any number of commands. */
const QUEUED = 20;

/**
 * Hears what the device has to say by now, mostly without waiting for it: its events are tasks of the event loop.
 *
 * @throws GM_DEVICE
 */
export async function listen(steps: number): Promise<void> {
  const device = deviceInUse();
  if (device === undefined) return;
  await (steps % QUEUED === 0 ? device.settle() : nextTask());
  checkDevice(device);
}

/** Not by setTimeout, which browsers make wait. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') return void setImmediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
