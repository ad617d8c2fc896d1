/**
 * Work shared among threads. A kernel cuts its work into tasks whose cut does not depend on the number of threads, so that the
 * results do not either. Whoever calls works too, and the call returns when every task is done.
 *
 * The control block, in memory that all threads share:
 *   0 tasks not yet taken   4 tasks done   8 call number   12 threads asleep   16 stop   20 kernel   24 the caller waits   32 arguments
 */
import { perform } from './tasks';

const LEFT: usize = 0;
const DONE: usize = 4;
const CALL: usize = 8;
const ASLEEP: usize = 12;
const STOP: usize = 16;
const KERNEL: usize = 20;
const WAITING: usize = 24;
const ARGUMENTS: usize = 32;

/** How often a thread looks again before it sleeps: about a tenth of a millisecond. */
const PATIENCE: i32 = 20000;
/** How long the caller sleeps at most before it looks again, in nanoseconds. */
const NAP: i64 = 1000000;

let control: usize = 0;
let threads: i32 = 1;
let sleepy: bool = false;
/** Memory of this thread alone. */
let own: usize = 0;

/** Each thread calls it once: where the control block is, how many threads there are, and OWN_BYTES (layout.ts) for this one alone. */
export function start(block: usize, count: i32, scratch: usize): void {
  control = block;
  threads = count;
  own = scratch;
}

/** How many threads take part from now on, at most as many as were started. */
export function setThreads(count: i32): void {
  threads = count;
}

/** Whether the caller may sleep while others finish its call; the main thread of a page may not. */
export function setSleepy(may: bool): void {
  sleepy = may;
}

// @ts-expect-error: decorator
@inline
export function scratch(): usize {
  return own;
}

/** Arguments of the call under way, in slots of four bytes. */
// @ts-expect-error: decorator
@inline
export function argument(slot: usize): usize {
  return load<u32>(control + ARGUMENTS + (slot << 2));
}

// @ts-expect-error: decorator
@inline
export function numberArgument(slot: usize): f32 {
  return load<f32>(control + ARGUMENTS + (slot << 2));
}

// @ts-expect-error: decorator
@inline
export function setArgument(slot: usize, value: usize): void {
  store<u32>(control + ARGUMENTS + (slot << 2), value as u32);
}

// @ts-expect-error: decorator
@inline
export function setNumberArgument(slot: usize, value: f32): void {
  store<f32>(control + ARGUMENTS + (slot << 2), value);
}

/** Performs tasks 0 … tasks − 1 of a kernel, whose arguments have been set. */
export function run(kernel: i32, tasks: i32): void {
  if (threads == 1 || tasks < 2) {
    for (let task = 0; task < tasks; task++) perform(kernel, task);
    return;
  }
  store<i32>(control + KERNEL, kernel);
  atomic.store<i32>(control + DONE, 0);
  atomic.store<i32>(control + LEFT, tasks);
  atomic.add<i32>(control + CALL, 1);
  if (atomic.load<i32>(control + ASLEEP) > 0) atomic.notify(control + CALL, tasks - 1);
  takeTasks();
  awaitTasks(tasks);
}

/** Others may still be at work. On a busy machine they may have lost their processor, perhaps to us: give it up after a while. */
function awaitTasks(tasks: i32): void {
  let patience = PATIENCE;
  let done = atomic.load<i32>(control + DONE);
  while (done < tasks) {
    if (patience > 0 || !sleepy) {
      patience--;
    } else {
      atomic.store<i32>(control + WAITING, 1);
      atomic.wait<i32>(control + DONE, done, NAP);
      atomic.store<i32>(control + WAITING, 0);
    }
    done = atomic.load<i32>(control + DONE);
  }
}

/** The life of a helping thread. It ends when `stop` was called. */
export function help(): void {
  while (atomic.load<i32>(control + STOP) == 0) {
    takeTasks();
    let patience = PATIENCE;
    while (patience > 0 && atomic.load<i32>(control + LEFT) == 0) patience--;
    if (patience > 0) continue;
    const call = atomic.load<i32>(control + CALL);
    atomic.add<i32>(control + ASLEEP, 1);
    if (atomic.load<i32>(control + LEFT) == 0 && atomic.load<i32>(control + STOP) == 0) {
      atomic.wait<i32>(control + CALL, call, -1);
    }
    atomic.sub<i32>(control + ASLEEP, 1);
  }
}

/** Lets all helping threads end. */
export function stop(): void {
  atomic.store<i32>(control + STOP, 1);
  atomic.add<i32>(control + CALL, 1);
  atomic.notify(control + CALL);
}

/** Takes tasks while there are any. A task that was taken keeps its call from ending, so kernel and arguments stay. */
function takeTasks(): void {
  let left = atomic.load<i32>(control + LEFT);
  while (left > 0) {
    const seen = atomic.cmpxchg<i32>(control + LEFT, left, left - 1);
    if (seen == left) {
      perform(load<i32>(control + KERNEL), left - 1);
      atomic.add<i32>(control + DONE, 1);
      if (atomic.load<i32>(control + WAITING) != 0) atomic.notify(control + DONE);
      left = atomic.load<i32>(control + LEFT);
    } else {
      left = seen;
    }
  }
}
