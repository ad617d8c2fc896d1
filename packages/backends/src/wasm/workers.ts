import { builtin, inNode } from '../platform.js';

/** A helping thread: a Node worker thread or a Web Worker. */
interface Helper {
  readonly ready: Promise<void>;
  /** Resolves when it works no more. The kernels' stop() has to be called before. */
  end(): Promise<void>;
}

export interface Job {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Address of the block through which threads talk. */
  readonly control: number;
  /** How many threads there are. */
  readonly count: number;
  /** Address of the memory of this thread alone. */
  readonly own: number;
}

/**
 * What a helping thread runs: our kernels in the shared memory, waiting for work. As text, since a worker of a file of its own needs a path
 * that each bundler writes differently.
 */
const PROGRAM = `
const serve = (post) => async ({ module, memory, control, count, own }) => {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  exports.start(control, count, own);
  exports.prepare();
  post('ready');
  exports.help();
  post('ended');
};
if (typeof self === 'undefined' || typeof process === 'object') {
  const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
  serve((message) => parentPort.postMessage(message))(workerData);
} else {
  const run = serve((message) => self.postMessage(message));
  self.onmessage = ({ data }) => run(data);
}`;

/** Whether there can be helping threads at all. */
export const canShare = (): boolean =>
  typeof SharedArrayBuffer === 'function' &&
  (inNode ||
    ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true && typeof Worker === 'function'));

/** Whether this thread may sleep until others are done; a page would freeze, and is not allowed to. */
export const maySleep = (): boolean => inNode || !('document' in globalThis);

/** Starts a helping thread. It ends with the process, or when the kernels' stop() is called. */
export function startHelper(job: Job): Helper {
  return inNode ? nodeHelper(job) : webHelper(job);
}

function nodeHelper(job: Job): Helper {
  const { Worker } = builtin('node:worker_threads');
  // Without the arguments of this process, which may name loaders, or another kind of module.
  const worker = new Worker(PROGRAM, { eval: true, workerData: job, name: 'gm kernels', execArgv: [] });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => {
      // From now on it does not keep the process alive.
      worker.unref();
      resolve();
    });
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the thread has ended')));
  });
  return { ready, end: async () => void (await worker.terminate()) };
}

function webHelper(job: Job): Helper {
  const url = URL.createObjectURL(new Blob([PROGRAM], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: 'gm kernels' });
  let ended = () => {};
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = ({ data }) => (data === 'ready' ? resolve() : ended());
    worker.onerror = (event) => {
      ended();
      reject(new Error(event.message || 'the page does not allow workers from blob: URLs'));
    };
  }).finally(() => URL.revokeObjectURL(url));
  worker.postMessage(job);
  return { ready, end: () => end.then(() => worker.terminate()) };
}
