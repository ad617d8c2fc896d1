import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const tool = fileURLToPath(new URL('../../tools/native-binding.mjs', import.meta.url));
const installed = fileURLToPath(new URL('../.native/node_modules/@tensorflow/tfjs-node', import.meta.url));

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'native-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const cache = () => join(home, 'cache');
/** Runs the tool on a package; without an index, pip looks into a folder. */
function build(args: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], {
    encoding: 'utf8',
    cwd: home,
    env: { ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: join(home, 'wheels'), ...env },
  });
  return { status, words: stdout + stderr };
}

/** What the tool reads of a package, which is enough until something is compiled. */
function fakePackage(): string {
  const folder = join(home, 'package');
  mkdirSync(join(folder, 'binding'), { recursive: true });
  const binary = {
    module_name: 'tfjs_binding',
    module_path: './lib/napi-v{napi_build_version}',
    napi_versions: [3, 8],
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'tfjs-node', version: '4.22.0', binary }));
  writeFileSync(join(folder, 'binding.gyp'), '{}');
  return folder;
}

/** A wheel of a few bytes that pip accepts. */
function fakeWheel(files: Readonly<Record<string, string>>): string {
  mkdirSync(join(home, 'wheels'), { recursive: true });
  const path = join(home, 'wheels', 'tensorflow_cpu-2.21.0-py3-none-any.whl');
  const info = 'tensorflow_cpu-2.21.0.dist-info';
  const all = {
    ...files,
    [`${info}/METADATA`]: 'Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n',
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
  };
  const program = `import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as archive:
    for name, text in json.loads(sys.argv[2]).items(): archive.writestr(name, text)`;
  expect(spawnSync('python3', ['-c', program, path, JSON.stringify(all)]).status).toBe(0);
  return path;
}

/** A Python that answers when it is asked for its version, and fails with these words when it is to fetch something. */
function fakePython(words: string): string {
  const path = join(home, 'python');
  writeFileSync(path, `#!/bin/sh\ncase "$*" in *--version) exit 0;; esac\necho '${words}'\nexit 1\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Nothing that a later run would trust. */
const kept = () => readdirSync(join(cache(), 'native')).filter((entry) => entry !== 'half');
const halves = () => readdirSync(join(cache(), 'native', 'half'));

const able = ['python3 -m pip', 'g++', 'make'].every(
  (program) => spawnSync(`${program} --version`, { shell: true }).status === 0,
);
const linux = process.platform === 'linux';

describe.skipIf(!linux || !able)(`building a binding${able ? '' : ' (needs python3 with pip, g++ and make)'}`, () => {
  it.each<[string, () => { args: string[]; env?: Record<string, string> }, string[]]>([
    [
      'a package that is not there',
      () => ({ args: ['--package', 'nowhere'] }),
      ['no package at nowhere', 'npm install --ignore-scripts'],
    ],
    [
      'a package without a binding',
      () => {
        writeFileSync(join(home, 'package.json'), '{"name":"other","version":"1.0.0"}');
        return { args: ['--package', '.'] };
      },
      ['other 1.0.0, which has no binding'],
    ],
    ['an unknown option', () => ({ args: ['--packages', 'x'] }), ["Unknown option '--packages'", 'Usage:']],
    [
      'a name that is none',
      () => ({ args: ['--package', fakePackage(), '--wheel', 'tensorflow>2'] }),
      ["named like tensorflow or tensorflow==2.21.0, not 'tensorflow>2'"],
    ],
    [
      'no Python and no compiler',
      () => ({ args: ['--package', fakePackage(), '--python', 'python0'], env: { CXX: 'no-compiler' } }),
      ['python0 (3.10 or newer) is not installed', 'apt-get install python3 python3-pip', 'apt-get install g++'],
    ],
    [
      'an index that does not answer',
      () => ({
        args: ['--package', fakePackage()],
        env: { PIP_NO_INDEX: '', PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_FIND_LINKS: '' },
      }),
      ['The Python index could not be reached', 'python3 -m pip config list'],
    ],
    [
      'a release that the index has not',
      () => ({ args: ['--package', fakePackage(), '--wheel', 'tensorflow-cpu==0.1'] }),
      ['no tensorflow-cpu==0.1 for this Python', '--wheel tensorflow==<version>'],
    ],
    [
      'a wheel without the library',
      () => {
        fakeWheel({ 'tensorflow/include/tsl/a.h': '' });
        return { args: ['--package', fakePackage()] };
      },
      ['carries no libtensorflow_cc.so.2', 'Take a newer release'],
    ],
    [
      'a damaged wheel',
      () => {
        const path = fakeWheel({ 'tensorflow/libtensorflow_cc.so.2': 'the library itself' });
        writeFileSync(path, Buffer.from(readFileSync(path).toString('latin1').replace('itself', 'itseLf'), 'latin1'));
        return { args: ['--package', fakePackage()] };
      },
      ['Bad CRC-32'],
    ],
    [
      'a full disk',
      () => ({
        args: ['--package', fakePackage(), '--python', fakePython('OSError: [Errno 28] No space left on device')],
      }),
      ['is full: some 2.5 GB are needed', '--cache <folder>'],
    ],
  ])('says what is to be done about %s', (_, prepare, messages) => {
    const { args, env } = prepare();
    const { status, words } = build([...args, '--cache', cache()], env);
    expect(status).toBe(1);
    for (const message of messages) expect(words).toContain(message);
    expect(words).not.toContain('    at ');
    if (existsSync(cache())) expect([kept(), halves()]).toEqual([[], []]);
    expect(existsSync(join(home, 'package', 'lib'))).toBe(false);
  });

  it('removes what a killed run has left, and what it left is never used', () => {
    const left = join(cache(), 'native', 'half', '999999999');
    mkdirSync(left, { recursive: true });
    expect(build(['--package', fakePackage(), '--wheel', 'tensorflow-cpu==0.1', '--cache', cache()]).status).toBe(1);
    expect(halves()).toEqual([]);
  });
});

const ready = existsSync(installed);
describe.skipIf(!ready)(`a real binding${ready ? '' : ' (not built; build it: npm run native)'}`, () => {
  it('comes out of a run that follows killed ones', async () => {
    const folder = join(home, 'package');
    for (const part of ['package.json', 'binding', 'binding.gyp'])
      cpSync(join(installed, part), join(folder, part), { recursive: true });
    for (const moment of [100, 1500, 6000]) {
      const child = spawn(process.execPath, [tool, '--package', folder], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const timer = setTimeout(() => child.kill('SIGKILL'), moment);
      await ended;
      clearTimeout(timer);
      const binding = join(folder, 'lib', 'napi-v8', 'tfjs_binding.node');
      // A fast machine may have finished; what is there is whole then.
      if (existsSync(binding)) expect(spawnSync(process.execPath, ['-e', `require('${binding}')`]).status).toBe(0);
    }
    const [first, again] = [build(['--package', folder]), build(['--package', folder])];
    expect(again.words).not.toContain('Building the binding');
    for (const { status, words } of [first, again]) {
      expect(status).toBe(0);
      expect(words).toMatch(/TensorFlow \d+\.\d+\.\d+, which/);
    }
  });
});
