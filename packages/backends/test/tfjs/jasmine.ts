import { engine } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** One published test: its file and name, and what runs it in a scope of its own with what its suites do around it. */
export interface Spec {
  readonly file: string;
  readonly name: string;
  run(): Promise<void>;
}

type Step = (done?: Done) => unknown;
type Done = (() => void) & { fail(reason?: unknown): void };

interface Suite {
  readonly name: string;
  readonly before: Step[];
  readonly after: Step[];
}

/** What a test file learns of where it runs: tfjs's TestEnv. */
const wasm = { name: 'wasm', backendName: 'wasm', isDataSync: true };

/** Where a suite applies; of tfjs's own there are more, which its tests of operations do not use. */
const places = {
  ALL_ENVS: { applies: true },
  NODE_ENVS: { applies: true },
  SYNC_BACKEND_ENVS: { applies: true },
  BROWSER_ENVS: { applies: false },
};

/**
 * The words of Jasmine, and of tfjs's jasmine_util, that its tests are written in. What they declare for a backend is added to `specs`;
 * `gmStart` says which file is read next.
 */
export function jasmine(specs: Spec[]) {
  let file = '';
  const open: Suite[] = [];
  const describe = (name: string, declare: (environment: typeof wasm) => void) => {
    open.push({ name, before: [], after: [] });
    declare(wasm);
    open.pop();
  };
  const it = (title: string, body: Step) => {
    const suites = [...open];
    const name = [...suites.map((suite) => suite.name.trim()), title.trim()].join(' > ');
    specs.push({ file, name, run: () => inScope(suites, body) });
  };
  const before = (step: Step) => void open.at(-1)!.before.push(step);
  const after = (step: Step) => void open.at(-1)!.after.unshift(step);
  return {
    // Outside describeWithFlags stand tests of plain functions, which need no backend.
    describe: (name: string, declare: typeof describe) =>
      open.length > 0 ? describe(name, declare as never) : undefined,
    it,
    beforeEach: before,
    afterEach: after,
    // What these files do before all may as well be done before each.
    beforeAll: before,
    afterAll: after,
    expect: (actual?: unknown) => Object.assign(expect(actual), { nothing: () => {} }),
    expectAsync: (promise: Promise<unknown>) => ({ toBeRejectedWithError: () => expect(promise).rejects.toThrow() }),
    jasmine: {},
    gmStart: (started: string) => {
      file = started;
    },
    gmFlags: {
      ...places,
      describeWithFlags: (name: string, { applies }: { applies: boolean }, declare: () => void) =>
        applies && describe(name, declare),
    },
  };
}

async function inScope(suites: readonly Suite[], body: Step): Promise<void> {
  // tfjs's own runner starts a fresh engine for each suite; some tests count on that.
  Object.assign(engine().state, { numTensors: 0, numDataBuffers: 0, numBytes: 0 });
  engine().startScope();
  try {
    for (const step of suites.flatMap(({ before }) => before)) await perform(step);
    await perform(body);
  } finally {
    for (const step of suites.toReversed().flatMap(({ after }) => after)) await perform(step);
    engine().endScope();
    engine().disposeVariables();
  }
}

/** A step that takes an argument says by calling it that it is done. */
async function perform(step: Step): Promise<void> {
  if (step.length === 0) return void (await step());
  await new Promise<void>((resolve, reject) => {
    step(Object.assign(() => resolve(), { fail: (reason: unknown) => reject(new Error(`it calls fail(${reason})`)) }));
  });
}
