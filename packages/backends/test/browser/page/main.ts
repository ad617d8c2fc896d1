import { describeBackend, useBackend } from '@gm/backends';
import { equal, tensor1d } from '@tensorflow/tfjs-core';
import { wasmPaths } from 'wasm-paths';
import { trainConvolutions } from './train.js';

/** What the test reads. */
declare global {
  var result: Promise<object>;
}

async function run(): Promise<object> {
  const { reason } = await useBackend('wasm', { threads: 2, wasmPaths });
  const losses = await trainConvolutions();
  equal(tensor1d(['no numbers']), tensor1d(['no numbers'])); // of which tfjs's module complains
  return { reason, report: await describeBackend(), losses };
}

globalThis.result = run().catch((error) => ({ error: String(error?.stack ?? error) }));
