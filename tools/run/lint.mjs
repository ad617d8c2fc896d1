/** Every check that reads the sources without running them. All run, even when one has failed. */
import { join } from 'node:path';
import { node } from './programs.mjs';
import { root } from './workspace.mjs';

const checks = [
  {
    name: 'biome: lint, format, import cycles',
    script: 'node_modules/@biomejs/biome/bin/biome',
    args: ['check', '--error-on-warnings', '.'],
  },
  { name: 'knip: unused files, exports, dependencies', script: 'node_modules/knip/bin/knip.js', args: [] },
  { name: 'arrows: who may import whom', script: 'tools/lint/arrows.mjs', args: [] },
];

export async function lint() {
  const failed = [];
  for (const { name, script, args } of checks) {
    console.log(`\n— ${name}`);
    if ((await node(join(root, script), args)) !== 0) failed.push(name);
  }
  console.log(failed.length ? `\nlint failed: ${failed.join('; ')}` : '\nlint passed');
  return failed.length ? 1 : 0;
}

export const format = (args) =>
  node(join(root, 'node_modules/@biomejs/biome/bin/biome'), ['check', '--write', ...(args.length ? args : ['.'])]);
