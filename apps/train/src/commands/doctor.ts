import { existsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { type BackendReport, describeBackends, useBackend } from '@gm/backends';
import { toyNames } from '@gm/data';
import { mnistFolder } from '../datasets.js';
import { say, sayPairs, sayTable } from '../say.js';

/** `gm doctor`: what this machine can do, and what stands in the way. */
export async function doctor(): Promise<void> {
  const { name, reason } = await useBackend();
  const reports = await describeBackends();
  sayPairs({
    node: `${process.version} on ${process.platform} ${process.arch}`,
    machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    mnist: describeMnist(),
    toys: toyNames.join(', '),
    backend: `${name}: ${reason}`,
  });
  say();
  sayTable(['backend', 'state', 'runs on'], reports.map(rowOf));
  for (const { name, why, mend } of reports) if (why !== undefined) say(`\n${name}: ${why}. ${mend}`);
  for (const { name, cannotTrain = [] } of reports)
    for (const { part, kernels } of cannotTrain) say(`\n${name} cannot train ${part}: it lacks ${kernels.join(', ')}.`);
}

function rowOf({ name, current, startable, installed, device, simd, threads }: BackendReport): string[] {
  const state = current ? 'in use' : startable ? 'ready' : installed ? 'cannot start' : 'not installed';
  const abilities = [simd && 'SIMD', threads !== undefined && `${threads} thread${threads === 1 ? '' : 's'}`];
  return [name, state, [device, ...abilities].filter(Boolean).join(', ')];
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
