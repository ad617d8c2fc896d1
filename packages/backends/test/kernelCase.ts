import { engine, getBackend, memory, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { useBackend } from '../src/use.js';
import { sidecarOf } from '../src/wasm/sidecar.js';

/** Numbers with a shape, as every input of a case. */
export interface Numbers {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** Numbers in [−1, 1], exact in float32, that a shape and a seed fix. */
export function sample(shape: readonly number[], seed = 1): Numbers {
  let state = seed * 2654435761;
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 2246822519) + 374761393) | 0;
    return (state >>> 8) / 2 ** 23 - 1;
  };
  return { shape, values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next) };
}

export const tensorOf = ({ shape, values, dtype = 'float32' }: Numbers): Tensor =>
  tensor(values as Float32Array, [...shape], dtype);

export interface CaseOptions {
  /** The largest error allowed, as a share of the largest expected number (at least 1). Default 1e-5. */
  readonly tolerance?: number;
}

/**
 * Runs f on wasm with one thread and with two, which have to agree to the last bit and to leave nothing behind, and compares with
 * numbers computed in float64. NaN and infinities have to stand where they are expected.
 */
export async function expectKernel(
  f: (...inputs: Tensor[]) => Tensor | Tensor[],
  inputs: readonly Numbers[],
  expected: readonly Numbers[],
  { tolerance = 1e-5 }: CaseOptions = {},
): Promise<void> {
  const results: { shape: number[]; values: Float32Array }[][] = [];
  for (const threads of [1, 2]) results.push(await run(f, inputs, threads));
  const [one, two] = results as [(typeof results)[0], (typeof results)[0]];
  expect(one.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => [...shape]));
  for (const [index, { values }] of expected.entries()) {
    expect(two[index]!.values, 'the same bits with two threads').toEqual(one[index]!.values);
    expectNear(one[index]!.values, values, tolerance);
  }
}

async function run(f: (...inputs: Tensor[]) => Tensor | Tensor[], inputs: readonly Numbers[], threads: number) {
  // Two threads are started once; which take part is a switch.
  if (getBackend() !== 'wasm' || sidecarOf(engine().backend).threads !== 2) await useBackend('wasm', { threads: 2 });
  const { kernels } = sidecarOf(engine().backend);
  kernels.setThreads!(threads);
  try {
    const tensors = inputs.map(tensorOf);
    const before = [memory().numTensors, engine().backend.numDataIds()];
    const result = tidy(() => f(...tensors));
    const outputs = Array.isArray(result) ? result : [result];
    const read = await Promise.all(
      outputs.map(async (output) => ({ shape: output.shape, values: (await output.data()) as Float32Array })),
    );
    for (const output of outputs) output.dispose();
    expect([memory().numTensors, engine().backend.numDataIds()], 'nothing left behind').toEqual(before);
    for (const input of tensors) input.dispose();
    return read;
  } finally {
    kernels.setThreads!(2);
  }
}

export function expectNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  const finite = Array.from(expected).filter(Number.isFinite);
  const scale = finite.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  for (let index = 0; index < expected.length; index++) {
    const [got, wanted] = [actual[index]!, expected[index]!];
    const same = Number.isFinite(wanted) ? Math.abs(got - wanted) <= tolerance * scale : Object.is(got, wanted);
    if (!same) expect.fail(`at ${index}: expected ${wanted}, received ${got} (scale ${scale})`);
  }
}
