import '@tensorflow/tfjs-backend-webgpu';
import { useBackend } from '@gm/backends';
import { env } from '@tensorflow/tfjs-core';
import { kinds, type Results, titleOf } from '../../case.js';
import { cases } from '../../cases/index.js';
import { computed } from '../../run.js';

/** What the engine outside calls. */
declare global {
  /** What the page runs on. */
  var ready: Promise<string>;
  var measure: (title: string, steps: number) => Promise<Results>;
}

async function start(): Promise<string> {
  const { device = 'WebGPU' } = await useBackend('webgpu', { software: true });
  env().set('WEBGPU_CPU_FORWARD', false);
  return device;
}

globalThis.ready = start();

globalThis.measure = async (title, steps) => {
  const tried = cases.find((candidate) => titleOf(candidate) === title);
  if (!tried) throw new Error(`the page has no case '${title}'`);
  const results = await computed(tried, { steps });
  return Object.fromEntries(kinds.filter((kind) => results[kind]).map((kind) => [kind, plain(results[kind]!)]));
};

/** As arrays, which leave the page with NaN and infinities in them. */
const plain = (numbers: NonNullable<Results['forward']>) =>
  Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, Array.from(values)]));
