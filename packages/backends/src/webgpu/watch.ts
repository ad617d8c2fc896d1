import { attachDevice, type GmError, gmError } from '@gm/core';
import type { WebGpuBackend } from './stock.js';

/** GPUBufferUsage.COPY_SRC */
const COPY_SRC = 4;

/**
 * Watches the device of a WebGPU backend. A lost device raises nothing by itself for many steps, and a command that is refused
 * leaves zeros in everything of its batch; both become the `failure` of the attached device, and an error of the next read.
 */
export function watch(backend: WebGpuBackend): void {
  const { device } = backend;
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
  const few = device.createBuffer({ size: 4, usage: COPY_SRC });
  let failure: GmError | undefined;
  device.lost.then(({ reason, message }) => {
    failure ??= failed(`it was lost (${[reason, message].filter(Boolean).join(': ')})`);
  });
  device.addEventListener('uncapturederror', ({ error }) => {
    failure ??= failed(`it refused a command (${error.message.split('\n')[0]})`, error);
  });
  attachDevice(backend, {
    get failure() {
      return failure;
    },
    tensorBytes: Math.min(maxStorageBufferBindingSize!, maxBufferSize!),
    settle: () => settle(backend, few),
  });
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    try {
      const values = await read(dataId);
      if (failure === undefined) return values;
    } catch (error) {
      await turn(); // what is thrown by a lost device comes before the news of the loss
      if (failure === undefined) throw error;
    }
    throw failure;
  };
}

function failed(what: string, cause?: Error): GmError {
  return gmError('GM_DEVICE', {
    where: 'webgpu',
    expected: 'a device that does what it is told',
    received: what,
    remedy:
      "What is on it is gone. Call useBackend('webgpu') for a new device and restore the last checkpoint; train() does both " +
      'with the option recover.',
    cause,
  });
}

/**
 * Sends what is waiting to be sent, and waits until it is done or has failed. It reads a few bytes: without that, Dawn in Node keeps
 * what it has done, and ends the process after some ten thousand commands.
 */
async function settle(backend: WebGpuBackend, few: object): Promise<void> {
  try {
    await backend.getBufferData(few);
  } catch {
    // The device is lost: `failure` tells.
  }
  await turn();
}

/** Lets other tasks run, those that bring news of the device among them. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve));
