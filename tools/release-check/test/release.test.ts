import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaintsIn, installIn } from '../src/consumer.js';
import { type Manifest, publishAll } from '../src/publish.js';
import { type Registry, startRegistry } from '../src/registry.js';
import { node } from '../src/run.js';

let temporary: string;
let registry: Registry;
let published: readonly Manifest[];

beforeAll(async () => {
  temporary = realpathSync(mkdtempSync(join(tmpdir(), 'gm-release-')));
  registry = await startRegistry(mkdirIn('registry'));
  published = await publishAll(mkdirIn('repository'), registry.npmrc);
});

afterAll(async () => {
  await registry?.close();
  rmSync(temporary, { recursive: true, force: true });
});

describe('a release by changesets to a registry on loopback', () => {
  it('gives all packages one version, and ranges of it instead of links into the workspace', async () => {
    const folder = await everything();
    const versions = new Set(published.map(({ version }) => version));
    expect([...versions]).toEqual([expect.stringMatching(/^(?!0\.0\.0$)\d+\.\d+\.\d+$/)]);
    const ranges = published.flatMap(({ name }) => {
      const { dependencies = {} } = manifestIn(folder, name);
      return Object.entries(dependencies).filter(([dependency]) => dependency.startsWith('@gm/'));
    });
    expect(ranges.length).toBeGreaterThan(10);
    expect(new Set(ranges.map(([, range]) => range))).toEqual(new Set([`^${[...versions][0]}`]));
  });

  it('puts readme, changelog and licence into every package, and the notice where code of tfjs travels along', async () => {
    const folder = await everything();
    for (const { name } of published) {
      const files = readdirSync(join(folder, 'node_modules', name)).sort();
      const more = { '@gm/backends': ['NOTICE'], '@gm/metrics': ['lenet.safetensors'] }[name] ?? [];
      const all = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', ...more];
      expect(files, name).toEqual(all.sort());
    }
  });

  it('gives every entry point the same names by import and by require', async () => {
    const folder = await everything();
    const entries = published.flatMap(({ name, exports }) =>
      Object.keys(exports)
        .filter((path) => typeof exports[path] !== 'string')
        .map((path) => name + path.slice(1)),
    );
    const imports = entries.map((entry) => `Object.keys(await import('${entry}'))`);
    const requires = entries.map((entry) => `Object.keys(require('${entry}'))`);
    const esm = await node(['--input-type=module', '-e', `console.log(JSON.stringify([${imports}]))`], folder);
    const cjs = await node(['-e', `console.log(JSON.stringify([${requires}]))`], folder);
    expect(sorted(esm)).toEqual(sorted(cjs));
  });
});

describe('npm install @gm/metrics', () => {
  it('brings the LeNet of FLD, to import and to require', async () => {
    const folder = await everything();
    const use = `await useBackend('wasm');
      const network = await readLenet();
      console.log(network.hash, network.apply(zeros([2, 28, 28, 1])).shape.join());`;
    const [backends, metrics, tfjs] = ['@gm/backends', '@gm/metrics/node', '@tensorflow/tfjs-core'];
    const esm = await node(
      [
        '--input-type=module',
        '-e',
        `import { useBackend } from '${backends}'; import { readLenet } from '${metrics}'; import { zeros } from '${tfjs}'; ${use}`,
      ],
      folder,
    );
    const cjs = await node(
      [
        '-e',
        `const { useBackend } = require('${backends}'), { readLenet } = require('${metrics}'), { zeros } = require('${tfjs}');
        (async () => { ${use} })();`,
      ],
      folder,
    );
    expect(esm).toMatch(/^[0-9a-f]{16} 2,10\n$/);
    expect(cjs).toBe(esm);
  });
});

describe('npm install @gm/generators in an empty folder', () => {
  it('trains on plain tfjs tensors from an ES module', async () => {
    const folder = await project('esm');
    expectLearned(await node(['train.mjs'], folder));
  });

  it('trains on plain tfjs tensors from CommonJS', async () => {
    const folder = await project('cjs');
    expectLearned(await node(['train.cjs'], folder));
  });

  it('trains in a page that Vite has built', async () => {
    const folder = await project('page');
    await build({ root: folder, base: './', logLevel: 'warn', configFile: false, build: { modulePreload: false } });
    const assets = join(folder, 'dist', 'assets');
    const bundle = readdirSync(assets).find((file) => file.startsWith('index-') && file.endsWith('.js'));
    expectLearned(await node(['--import', './browser.mjs', join(assets, bundle ?? 'index.js')], folder));
  });

  it.each(['bundler', 'node16'])('has types under moduleResolution %s', async (moduleResolution) => {
    const folder = await project(`types-${moduleResolution}`);
    const module = moduleResolution === 'bundler' ? 'preserve' : 'node16';
    const compilerOptions = { module, moduleResolution, strict: true, noEmit: true, skipLibCheck: true, types: [] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['types.*'] }));
    for (const format of ['mts', 'cts']) copyFileSync(join(folder, 'types.ts'), join(folder, `types.${format}`));
    expect(await node([tsc], folder)).toBe('');
  });
});

describe('npm install @gm/backends in an empty folder', () => {
  it('brings no backend that is optional, and no warning', async () => {
    const folder = mkdirIn('backends');
    expect(await complaintsIn(folder, registry.npmrc, ['@gm/backends', '@tensorflow/tfjs-core'])).toEqual([]);
    expect(readdirSync(join(folder, 'node_modules', '@tensorflow')).sort()).toEqual([
      'tfjs-backend-cpu',
      'tfjs-backend-wasm',
      'tfjs-core',
    ]);
    expect(readdirSync(join(folder, 'node_modules'))).not.toContain('webgpu');
  });
});

const root = new URL('../../../', import.meta.url);
const readmes = ['README.md', ...readdirSync(new URL('packages', root)).map((name) => `packages/${name}/README.md`)];
const partsOf = (path: string) => {
  const readme = readFileSync(new URL(path, root), 'utf8');
  const [, dependencies = ''] = readme.match(/^npm install (@gm.*)$/m) ?? [];
  const [, code = ''] = readme.match(/^```ts\r?\n(.*?)^```/ms) ?? [];
  return { dependencies: dependencies.split(' '), code };
};

describe('the first example of each README', () => {
  it.each(readmes)('%s: installs what it imports', (path) => {
    const { dependencies, code } = partsOf(path);
    const imported = [...code.matchAll(/^import (?:.* from )?'((?:@[^/']+\/)?[^/']+)/gm)].map(([, name]) => name!);
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((name) => !name.startsWith('node:') && !dependencies.includes(name))).toEqual([]);
  });

  it('are TypeScript too, as strict as it gets', async () => {
    const folder = await everything();
    const compilerOptions = {
      module: 'preserve',
      target: 'es2022',
      lib: ['es2022', 'dom'],
      moduleResolution: 'bundler',
      moduleDetection: 'force',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['readme-*.ts'] }));
    for (const path of readmes)
      writeFileSync(join(folder, `readme-${path.replaceAll(/[^a-z]+/gi, '-')}.ts`), partsOf(path).code);
    expect(await node([tsc], folder)).toBe('');
  });
});

describe('the first screen of the root README', () => {
  it('installs and runs as it stands', async () => {
    const { dependencies, code } = partsOf('README.md');
    const folder = await installIn(mkdirIn('readme'), registry.npmrc, dependencies);
    const printed = await node(['--input-type=module', '--eval', code], folder);
    expect(printed.match(/'generator\/loss': \d/g)).toHaveLength(10);
  });
});

const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');

function mkdirIn(name: string) {
  const folder = join(temporary, name);
  mkdirSync(folder);
  return folder;
}

/** A folder with every package; installed once. */
let installed: Promise<string> | undefined;
function everything() {
  installed ??= installIn(mkdirIn('everything'), registry.npmrc, [
    ...published.map(({ name }) => name),
    '@tensorflow/tfjs-core',
  ]);
  return installed;
}

/** A folder of its own with the generators, what the programs in consumers/ use besides, and these programs. */
function project(name: string) {
  const ours = ['@gm/generators', '@gm/latent', '@gm/backends', '@gm/core'];
  return installIn(
    mkdirIn(name),
    registry.npmrc,
    [...ours, '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'],
    true,
  );
}

function expectLearned(printed: string) {
  const { first, last, shape } = JSON.parse(printed);
  expect(last).toBeLessThan(first / 2);
  expect(shape).toEqual([4, 3]);
}

const manifestIn = (folder: string, name: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));

const sorted = (printed: string) =>
  (JSON.parse(printed) as string[][]).map((names) => names.filter((name) => name !== 'default').sort());
