/** A Node program that computes in its main thread, then in two worker threads at once, and prints what came out. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { type Result, run, type Task } from '../browser/page/run.js';

/** How the workers end: by themselves, by an error of the program, or by terminate() in the middle of training. */
export type Ending = 'alone' | 'error' | 'terminate';
export interface Printed {
  readonly here: Result;
  readonly workers: readonly Worked[];
}
interface Worked {
  readonly result?: Result;
  readonly error?: string;
  readonly exit: number;
}
interface Order {
  readonly task: Task;
  readonly ending: Ending;
}

if (isMainThread) await main(JSON.parse(process.argv[2]!));
else await work(workerData);

async function main(order: Order): Promise<void> {
  const here = await run(order.task);
  const workers = await Promise.all([order, order].map(inWorker));
  process.stdout.write(JSON.stringify({ here, workers } satisfies Printed));
}

function inWorker(order: Order): Promise<Worked> {
  const worker = new Worker(new URL(import.meta.url), { workerData: order });
  const worked: { result?: Result; error?: string } = {};
  worker.on('message', (result) => {
    worked.result = result;
    if (order.ending === 'terminate') setTimeout(() => worker.terminate(), 50);
  });
  worker.on('error', ({ message }) => {
    worked.error = message;
  });
  return new Promise((resolve) => {
    worker.on('exit', (exit) => resolve({ ...worked, exit }));
  });
}

async function work({ task, ending }: Order): Promise<void> {
  parentPort!.postMessage(await run(task));
  if (ending === 'error') throw new Error('of the program');
  while (ending === 'terminate') await run(task);
}
