import { deviceOf, gmError, showShape } from '@gm/core';
import { engine, util } from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from './stock.js';

/**
 * Refuses what tfjs's WebGPU backend does wrongly without a word: it gives zeros for tensors larger than a binding of the device,
 * and for synchronous reads on adapters that compute on the processor (in Node it lacks what they need).
 */
export function guard(backend: WebGpuBackend, { readsBack }: { readonly readsBack: boolean }): void {
  const upload = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (dataId) => {
    checkSize(backend, dataId);
    upload(dataId);
  };
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    checkRead(backend, dataId, readsBack);
    return readSync(dataId);
  };
}

function checkSize(backend: WebGpuBackend, dataId: object): void {
  const { resource, shape, dtype } = backend.tensorMap.get(dataId)!;
  if (resource) return;
  const bytes = 4 * util.sizeFromShape(shape); // also int32 and bool
  const limit = deviceOf(backend)!.tensorBytes!;
  if (bytes <= limit) return;
  // What a program was about to write is no tensor yet, so nobody else would free it.
  if (!engine().state.tensorInfo.has(dataId)) backend.disposeData(dataId);
  throw gmError('GM_MEMORY', {
    where: 'webgpu',
    expected: `tensors of at most ${limit} bytes, which is what this device binds`,
    received: `${dtype} ${showShape(shape)} of ${bytes} bytes`,
    remedy: "Take smaller batches or layers, or another backend: await useBackend('wasm').",
  });
}

function checkRead(backend: WebGpuBackend, dataId: object, readsBack: boolean): void {
  const { failure } = deviceOf(backend)!;
  if (failure) throw failure;
  const { values, dtype } = backend.tensorMap.get(dataId)!;
  if (values != null || dtype === 'string' || dtype === 'complex64' || readsBack) return;
  throw gmError('GM_BACKEND', {
    where: 'dataSync',
    expected: 'data(), which waits for the device',
    received: 'a synchronous read from webgpu',
    remedy:
      'Write await tensor.data(). If the tensor was about to be used on another backend, read it first, or keep it in a ' +
      'variable: useBackend() takes variables along.',
  });
}
