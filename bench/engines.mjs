/** Who is measured: each engine with its settings, as a program to start, or as something that is missing with the command that installs it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mnistFile } from './batches.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const torchSteps = here('peers/torch_steps.py');
const slowElsewhere = ['dcgan', 'lstm'];

/** Name, label, threads; what it can do (all by default) and what is so slow that once has to do; `start(workload)` gives a command. */
export function engines() {
  return [
    ...[1, 2].map((threads) => javaScript('ours', `ours, ${threads} thread${threads > 1 ? 's' : ''}`, { threads })),
    javaScript('tfjs', 'stock tfjs', { threads: 1, can: ['vae', 'dcgan', 'lstm'], once: slowElsewhere }),
    javaScript('jax', 'jax-js', { threads: 1, can: ['vae', 'dcgan', 'lstm'], once: slowElsewhere }),
    ...torch(),
  ];
}

export function versions() {
  const { python, version = 'not installed' } = torchFound();
  return {
    node: process.version,
    tfjs: versionOf('@tensorflow/tfjs-core'),
    'jax-js': versionOf('@jax-js/jax'),
    torch: python ? version : 'not installed',
  };
}

function javaScript(engine, label, { threads, ...limits }) {
  const start = (workload) => [process.execPath, [here('measure.mjs'), engine, workload, '--threads', `${threads}`]];
  return { engine, name: `${engine}-${threads}`, label, threads, start, env: bare(), ...limits };
}

/** The file beside the package's entry, since not every package exports its package.json. */
function versionOf(name) {
  const entry = createRequire(import.meta.url).resolve(name);
  const folder = entry.slice(0, entry.lastIndexOf(name) + name.length);
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).version;
}

/** PyTorch with one thread, and with two in each way to share them between its own OpenMP and the BLAS below. */
function torch() {
  const { python, systemBlas } = torchFound();
  const missing = python
    ? undefined
    : 'no python3 with torch. Debian: `apt-get install python3-torch libopenblas0-openmp`, elsewhere `pip install torch`';
  const setting = (name, label, threads, { omp, blas, library, absent = missing, waiting = 'active' }) => ({
    engine: 'torch',
    name,
    label,
    threads,
    missing: absent,
    start: (workload) => [python, [torchSteps, workload, '--mnist', mnistFile, '--threads', `${omp}`]],
    env: bare({
      OMP_NUM_THREADS: `${omp}`,
      MKL_NUM_THREADS: `${blas}`,
      OPENBLAS_NUM_THREADS: `${blas}`,
      OMP_WAIT_POLICY: waiting,
      ...(library && { LD_LIBRARY_PATH: library }),
    }),
  });
  const [openmp, pthread] = systemBlas ? ['openmp', 'pthread'].map(openBlas) : [];
  const all = [
    setting('torch-1', 'torch, 1 thread', 1, { omp: 1, blas: 1, library: openmp }),
    // Where nothing else runs, sleeping between short kernels costs a tenth to a third; where much does, staying awake costs more.
    setting('torch-2', 'torch, 2 threads, waiting awake', 2, { omp: 2, blas: 2, library: openmp }),
    setting('torch-2-asleep', 'torch, 2 threads, waiting asleep', 2, {
      omp: 2,
      blas: 2,
      library: openmp,
      waiting: 'passive',
    }),
  ];
  if (!systemBlas) return all;
  const absent = pthread ? undefined : 'no OpenBLAS with threads of its own: `apt-get install libopenblas0-pthread`';
  const shared = { omp: 1, blas: 2, library: pthread, absent };
  return [...all, setting('torch-blas', 'torch, 1 thread, OpenBLAS with 2', 2, shared)];
}

/** The folder of Debian's OpenBLAS of that kind. */
function openBlas(kind) {
  const folders = ['x86_64', 'aarch64'].map((machine) => `/usr/lib/${machine}-linux-gnu/openblas-${kind}`);
  return folders.find((folder) => existsSync(`${folder}/libblas.so.3`));
}

let found;

function torchFound() {
  found ??= ['python3', '/usr/bin/python3'].map(describe).find(({ python }) => python) ?? {};
  return found;
}

function describe(python) {
  const { status, stdout } = spawnSync(python, [torchSteps, '--describe'], { encoding: 'utf8', env: bare() });
  return status === 0 ? { python, ...JSON.parse(stdout) } : {};
}

/** The environment without what steers the threads and the kernels of others. */
function bare(more = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(G?OMP|OPENBLAS|GOTO|MKL|KMP)_/.test(name));
  return { ...Object.fromEntries(kept), ...more };
}
