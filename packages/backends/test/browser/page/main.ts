import { wasmPaths } from 'wasm-paths';
import { complain, type Result, run, type Task } from './run.js';

/** What the test calls. */
declare global {
  function runHere(task: Task): Promise<Result>;
  function runInWorker(task: Task): Promise<Result>;
  function complainOfStrings(): void;
}

globalThis.runHere = (task) => run(complete(task));
globalThis.complainOfStrings = complain;

globalThis.runInWorker = (task) => {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
  return new Promise<Result>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve({ crash: message || 'the worker does not start' });
    worker.postMessage(complete(task));
  }).finally(() => worker.terminate());
};

/** With what this bundler knows of tfjs's files. */
const complete = (task: Task): Task => ({ ...task, options: { wasmPaths, ...task.options } });
