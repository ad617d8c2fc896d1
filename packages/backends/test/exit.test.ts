import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Runs a program that has two threads computing, from the built package; its exit code, or 'hangs'. */
async function exitCode(ending: string, format: 'module' | 'commonjs' = 'module'): Promise<number | 'hangs'> {
  const work = `await useBackend('wasm', { threads: 2 });
    const x = ones([400, 400]);
    await matMul(x, x).data();
    if ((await describeBackend()).threads !== 2) process.exit(9);`;
  const names = ['{ useBackend, describeBackend }', '{ matMul, ones }'];
  const packages = ['@gm/backends', '@tensorflow/tfjs-core'];
  const program =
    format === 'module'
      ? `${names.map((list, index) => `import ${list} from '${packages[index]}';`).join(' ')} ${work} ${ending}`
      : `${names.map((list, index) => `const ${list} = require('${packages[index]}');`).join(' ')}
         (async () => { ${work} ${ending} })();`;
  const child = spawn(process.execPath, [`--input-type=${format}`, '--eval', program], { cwd: here, stdio: 'ignore' });
  return new Promise((resolve) => {
    const patience = setTimeout(() => {
      child.kill('SIGKILL');
      resolve('hangs');
    }, 20_000);
    child.once('exit', (code) => {
      clearTimeout(patience);
      resolve(code ?? 'hangs');
    });
  });
}

describe('a program with threads ends by itself', () => {
  it.each([
    ['when it has nothing left to do', '', 0],
    // tfjs's module throws errors once more, which Node reports as 7.
    ['when it throws', "throw new Error('of the program');", 7],
    ['when a promise is rejected', "await Promise.reject(new Error('of the program'));", 7],
    ['when it calls exit()', 'process.exit(3);', 3],
    ['when it has changed the number of threads', "await useBackend('wasm', { threads: 3 });", 0],
    ['when it has gone over to another backend', "await useBackend('cpu');", 0],
  ])('%s', async (_, ending, code) => {
    expect(await exitCode(ending)).toBe(code);
  });

  it('as CommonJS too', async () => {
    expect(await exitCode('', 'commonjs')).toBe(0);
  });
});
