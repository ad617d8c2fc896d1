import { engine } from '@tensorflow/tfjs-core';
import type { GmError } from './errors.js';

/** What is known of the device that a backend computes on, beside what tfjs asks of a backend. */
export interface Device {
  /** Why nothing it gives can be trusted any more: it is lost, or it refused a command. A GM_DEVICE error. */
  readonly failure: GmError | undefined;
  /** The largest tensor it computes with, in bytes. */
  readonly tensorBytes?: number;
  /** Resolves once every command so far has been done or has failed, and `failure` says so. */
  settle(): Promise<void>;
}

/** A symbol of the whole program: several copies of this package see the same devices. */
const DEVICE = Symbol.for('gm.device');

/**
 * Says what a tfjs backend computes on, so that training stops when that fails.
 *
 * @example attachDevice(engine().backend, { failure: undefined, settle: () => queue.onSubmittedWorkDone() })
 */
export function attachDevice(backend: object, device: Device): void {
  Object.defineProperty(backend, DEVICE, { value: device, configurable: true });
}

/** What is attached to a backend. */
export function deviceOf(backend: object | null | undefined): Device | undefined {
  return (backend as { readonly [DEVICE]?: Device } | null | undefined)?.[DEVICE];
}

/** The device of the backend in use, where one is attached. */
export function deviceInUse(): Device | undefined {
  return deviceOf(engine().backend);
}
