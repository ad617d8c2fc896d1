/**
 * Who may import whom, in everything that a package ships (tests may use anything).
 *
 * A package imports only packages above it in the table, so there are no cycles. `data` is open to `trainers` for types only.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from '../run/workspace.mjs';

const arrows = {
  core: [],
  ops: ['core'],
  backends: ['core', 'ops'],
  data: ['core'],
  networks: ['core', 'ops'],
  losses: ['core', 'ops', 'networks'],
  latent: ['core', 'ops', 'networks'],
  generators: ['core', 'networks'],
  discriminators: ['core', 'networks'],
  metrics: ['core', 'networks'],
  trainers: ['core', 'ops', 'networks', 'losses', 'latent', 'generators', 'discriminators'],
};
const typesOnly = { trainers: ['data'] };

/** `import … from '@gm/x'`, `export … from '@gm/x'`, `import('@gm/x')`; the first group tells a type import. */
const statement = /^(?:(?:import|export)(?:\s+(type)\b)?[^'";]*?\sfrom\s+|.*\bimport\(|import\s+)['"]@gm\/([\w-]+)/gm;

const folders = readdirSync(join(root, 'packages'));
const complaints = [...cycles(), ...folders.flatMap(strangers), ...folders.flatMap(imports)];
for (const complaint of complaints) console.error(complaint);
if (complaints.length === 0) console.log(`${folders.length} packages import only what they may`);
process.exitCode = complaints.length ? 1 : 0;

function cycles() {
  const names = Object.keys(arrows);
  return names
    .filter((name, place) => arrows[name].some((other) => names.indexOf(other) >= place))
    .map((name) => `tools/lint/arrows.mjs: ${name} may only import packages above it in the table.`);
}

function strangers(name) {
  return arrows[name]
    ? []
    : [`packages/${name}: not in the table of tools/lint/arrows.mjs. Add it with what it may import.`];
}

function imports(name) {
  const listed = Object.keys(readJson(join(root, 'packages', name, 'package.json')).dependencies ?? {});
  return shipped(name).flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return [...text.matchAll(statement)].flatMap(([, type, other]) => {
      const allowed = [name, ...(arrows[name] ?? []), ...(type ? (typesOnly[name] ?? []) : [])];
      if (!allowed.includes(other))
        return [`${file}: @gm/${name} may not import @gm/${other}${type ? '' : ' (see the table)'}.`];
      const known = other === name || listed.includes(`@gm/${other}`);
      return known ? [] : [`${file}: imports @gm/${other}, which is not among the dependencies of its package.json.`];
    });
  });
}

function shipped(name) {
  return readdirSync(join(root, 'packages', name, 'src'), { recursive: true })
    .map((file) => `packages/${name}/src/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
}
