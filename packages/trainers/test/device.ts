/** A backend whose device can be made to fail, as WebGPU's does: on plain JavaScript, so that where and when is exact. */
import { attachDevice, type GmError, gmError } from '@gm/core';
import {
  type DataId,
  engine,
  type KernelBackend,
  registerBackend,
  removeBackend,
  setBackend,
} from '@tensorflow/tfjs-core';

/** Lost: reading rejects and says nothing. Refused: a command was, and all it should have written reads as zeros. */
export type Fault = 'lost' | 'refused';

export interface FailingDevice {
  /** From now on; what is known of it comes as a task, as events do. */
  fail(fault: Fault): void;
  /** So that the trainers see it at once, in the middle of a step. */
  failAloud(): void;
  readonly failure: GmError | undefined;
}

/** Puts a new backend under the name cpu in use. What the former one held can be read no more once that has failed. */
export async function newDevice(): Promise<FailingDevice> {
  const Backend = engine().backend.constructor as new () => KernelBackend;
  const backend = new Backend();
  if (engine().backendName === 'cpu') removeBackend('cpu');
  registerBackend('cpu', () => backend);
  await setBackend('cpu');
  return watched(backend);
}

function watched(backend: KernelBackend): FailingDevice {
  let fault: Fault | undefined;
  let failure: GmError | undefined;
  const { read, readSync } = backend as unknown as Record<'read' | 'readSync', (id: DataId) => never>;
  const notice = () => {
    if (fault) failure ??= deviceError(fault);
  };
  const device = {
    get failure() {
      return failure;
    },
    async settle() {
      await new Promise((resolve) => setImmediate(resolve));
      notice();
    },
  };
  Object.assign(backend, {
    async read(id: DataId) {
      if (fault === 'lost') throw new DOMException('', 'AbortError');
      const values = read.call(backend, id) as Float32Array;
      return fault === 'refused' ? new Float32Array((await values).length) : values;
    },
    readSync(id: DataId) {
      if (failure) throw new Error('OffscreenCanvas is not defined');
      return readSync.call(backend, id);
    },
  });
  attachDevice(backend, device);
  return {
    ...device,
    fail(kind) {
      fault ??= kind;
      setImmediate(notice);
    },
    failAloud() {
      fault ??= 'lost';
      notice();
    },
    get failure() {
      return failure;
    },
  };
}

function deviceError(fault: Fault): GmError {
  return gmError('GM_DEVICE', {
    where: 'webgpu',
    expected: 'a device that works',
    received: fault,
    remedy: 'Call useBackend() again.',
  });
}
