/// <reference path="./wasmPaths.d.ts" />
import { wasmPaths } from 'wasm-paths';
import { complain, type Result, run, type Task } from './run.js';

/** What a test calls. */
declare global {
  function runHere(task: Task): Promise<Result>;
  function runInWorker(task: Task): Promise<Result>;
  function complainOfStrings(): void;
}

/** From now on the page does what tests ask for. */
export function answer(startWorker: () => Worker): void {
  globalThis.runHere = (task) => run(complete(task));
  globalThis.runInWorker = (task) => inWorker(startWorker(), complete(task));
  globalThis.complainOfStrings = complain;
}

function inWorker(worker: Worker, task: Task): Promise<Result> {
  return new Promise<Result>((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve({ crash: message || 'the worker does not start' });
    worker.postMessage(task);
  }).finally(() => worker.terminate());
}

/** With what this bundler knows of tfjs's files. */
const complete = (task: Task): Task => ({ ...task, options: { wasmPaths, ...task.options } });
