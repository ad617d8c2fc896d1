export type Queue = <Result>(work: () => Promise<Result> | Result) => Promise<Result>;

/** Runs one piece of work after the other: a look never falls into the middle of a step. */
export function queue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

/** Gives the page's messages a turn, at once; a timer would wait for four milliseconds. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
