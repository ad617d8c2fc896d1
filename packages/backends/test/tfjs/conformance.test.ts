import '@tensorflow/tfjs-backend-wasm';
import { engine, findBackendFactory, memory, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { registerGradients } from '../../src/gradients/register.js';
import { useBackend } from '../../src/use.js';
import { publishedSpecs } from './bundle.js';
import { type Excuse, excuses } from './excused.js';
import type { Spec } from './jasmine.js';

/** How a test ended: what it said when it failed, and how much more it held when it was over. */
interface Outcome {
  readonly failure?: string;
  readonly tensors: number;
  readonly buffers: number;
}

const specs = await publishedSpecs();
const stock = new Map<Spec, Outcome>();
const ours = new Map<Spec, Outcome>();
const met = new Set<Excuse>();

async function outcomeOf({ run }: Spec): Promise<Outcome> {
  const before = engine().backend.numDataIds();
  let failure: string | undefined;
  try {
    await run();
  } catch (error) {
    failure = String(error instanceof Error ? error.message : error);
  }
  const [tensors, buffers] = [memory().numTensors, engine().backend.numDataIds() - before];
  return { ...(failure !== undefined && { failure }), tensors, buffers };
}

/** tfjs-core's own tests expect nothing that a stock backend does not, so they are run on tfjs's own kernels first. */
beforeAll(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {}); // what tfjs's module prints when it fails
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  registerGradients();
  await setBackend('wasm');
  for (const spec of specs) stock.set(spec, await outcomeOf(spec));
  const factory = findBackendFactory('wasm');
  removeBackend('wasm');
  registerBackend('wasm', factory);
  expect(await useBackend('wasm', { threads: 2 })).toMatchObject({ threads: 2 });
});

describe('the tests that tfjs-core ships pass on our kernels with two threads:', () => {
  it.each([...new Set(specs.map(({ file }) => file))])('%s', async (file) => {
    const complaints: string[] = [];
    for (const spec of specs.filter((candidate) => candidate.file === file)) {
      const outcome = await outcomeOf(spec);
      ours.set(spec, outcome);
      const complaint = complaintOf(spec, outcome, stock.get(spec)!);
      if (complaint) complaints.push(`${spec.name}: ${complaint}`);
    }
    expect(complaints).toEqual([]);
  });

  it('more than 3,200 of them, all but those that are excused, each for a reason that still holds', () => {
    const passed = specs.filter((spec) => ours.get(spec)!.failure === undefined);
    const lacking = specs.filter((spec) => missingKernel(ours.get(spec)!) !== undefined);
    const excused = specs.length - passed.length - lacking.length;
    const gained = passed.filter((spec) => stock.get(spec)!.failure !== undefined).length;
    console.info(
      `${passed.length} of ${specs.length} published tests pass, ${gained} more than with tfjs's kernels; ` +
        `${lacking.length} need kernels that tfjs has not got for wasm, ${excused} are excused:`,
    );
    for (const { why } of excuses) console.info(`  ${why}`);
    expect(passed.length).toBeGreaterThan(3200);
    expect(excuses.filter((excuse) => !met.has(excuse)).map(({ why }) => why)).toEqual([]);
  });
});

/** What is wrong with how a test ended, or undefined when nothing is. */
function complaintOf(spec: Spec, outcome: Outcome, onStock: Outcome): string | undefined {
  if (outcome.failure === undefined) {
    // Kernels of ours may share what tfjs's copy.
    const left = outcome.tensors > onStock.tensors || outcome.buffers > onStock.buffers;
    return left && onStock.failure === undefined
      ? `leaves ${JSON.stringify(outcome)}, tfjs ${JSON.stringify(onStock)}`
      : undefined;
  }
  if (onStock.failure !== undefined && missingKernel(outcome) !== undefined) return undefined;
  const excuse = excuses.find(({ specs }) => specs.some((pattern) => fits(pattern, spec.name)));
  if (!excuse)
    return `${outcome.failure.slice(0, 500)}${onStock.failure === undefined ? ' (passes with tfjs’s kernels)' : ''}`;
  met.add(excuse);
  return onStock.failure !== undefined || excuse.onStock
    ? undefined
    : `is excused, but passes with tfjs's kernels: ${excuse.why}`;
}

/** The kernel for want of which a test failed. Ours are never that: they are registered. */
const missingKernel = ({ failure }: Outcome) => failure?.match(/Kernel \\?'(\w+)\\?' not r/)?.[1];

const fits = (pattern: string, name: string) =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
