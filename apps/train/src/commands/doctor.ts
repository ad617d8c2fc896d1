import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, release, totalmem, type } from 'node:os';
import { type BackendName, backendNames } from '@gm/backends';
import { toyNames } from '@gm/data';
import { version_core } from '@tensorflow/tfjs-core';
import { EXIT } from '../complain.js';
import { mnistFolder } from '../datasets.js';
import { type Trial, tryBackend } from '../doctor/trial.js';
import { say, sayPairs, sayTable } from '../say.js';

interface DoctorOptions {
  readonly json?: boolean;
  /** Time limit for a backend. */
  readonly seconds: number;
}
type Tried = Trial & { readonly name: BackendName };

/** `gm doctor`: what this machine can do, found by doing it, and what stands in the way. */
export async function doctor({ json = false, seconds }: DoctorOptions): Promise<void> {
  const machine = describeMachine();
  if (!json) sayPairs(machine);
  const backends: Tried[] = [];
  // One after the other: they would slow each other down.
  for (const name of backendNames) backends.push({ name, ...(await tryBackend(name, seconds)) });
  const auto = await tryBackend('auto', seconds);
  process.exitCode = backends.some(({ outcome }) => outcome === 'works') ? EXIT.done : EXIT.input;
  if (json) process.stdout.write(`${JSON.stringify({ ...machine, auto, backends }, undefined, 2)}\n`);
  else sayBackends(backends, auto);
}

function describeMachine(): Record<string, string> {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  const memory = [totalmem(), freemem()].map((bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`);
  return {
    gm: `${version} with TensorFlow.js ${version_core}`,
    node: `${process.version} on ${process.platform} ${process.arch} (${type()} ${release()})`,
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`,
    memory: `${memory[0]}, ${memory[1]} free`,
    mnist: describeMnist(),
    toys: toyNames.join(', '),
  };
}

function describeMnist(): string {
  try {
    const folder = mnistFolder();
    if (existsSync(folder)) return folder;
  } catch {
    // not installed
  }
  return 'missing; npm run build installs it';
}

function sayBackends(backends: readonly Tried[], auto: Trial): void {
  say();
  sayTable(
    ['backend', 'state', 'runs on'],
    backends.map((tried) => [tried.name, stateOf(tried), placeOf(tried)]),
  );
  say();
  for (const tried of backends) for (const note of notesOn(tried)) say(`${tried.name}: ${note}`);
  say(`auto: ${auto.outcome === 'works' ? `${auto.report.name}. ${auto.reason}` : adviceFor(auto, backends)}`);
}

function adviceFor(auto: Exclude<Trial, { outcome: 'works' }>, backends: readonly Tried[]): string {
  const working = backends.find(({ outcome }) => outcome === 'works');
  return `${troubleOf(auto)}${working ? ` Name one that works: --backend ${working.name}.` : ''}`;
}

function stateOf(tried: Trial): string {
  switch (tried.outcome) {
    case 'works':
      return `works (${tried.seconds.toFixed(1)} s to start)`;
    case 'wrong':
      return 'gives wrong numbers';
    case 'fails':
      return 'does not work';
    case 'absent':
      return tried.report.installed ? 'cannot start' : 'not installed';
  }
}

function placeOf(tried: Trial): string {
  if (!('report' in tried)) return '';
  const { device, simd, fused, threads, tensorBytes } = tried.report;
  return [
    device,
    simd && (fused ? 'relaxed SIMD' : 'SIMD'),
    threads !== undefined && `${threads} thread${threads === 1 ? '' : 's'}`,
    tensorBytes !== undefined && `tensors up to ${Math.floor(tensorBytes / 2 ** 20)} MiB`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** What a table has no room for. */
function notesOn(tried: Tried): string[] {
  const notes = tried.outcome === 'works' ? [] : [troubleOf(tried)];
  if (!('report' in tried)) return notes;
  const { software, limit, cannotTrain = [] } = tried.report;
  if (software) notes.push('its adapter is software: for tests; auto does not choose it.');
  if (limit) notes.push(`${limit}.`);
  for (const { part, kernels } of cannotTrain) notes.push(`it cannot train ${part}: it lacks ${kernels.join(', ')}.`);
  return notes;
}

function troubleOf(tried: Exclude<Trial, { outcome: 'works' }>): string {
  if (tried.outcome !== 'absent') return `${tried.error}.`;
  const { why, mend } = tried.report;
  return `${why}. ${mend}`;
}
