import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type SeededRandom, seeded } from '../../random.js';
import { showShape } from '../../spec.js';

/** `describe` and `it` of any test runner: vitest, node:test, mocha, jest. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

/** Makes a fresh part for each test; everything random in it has to come from `random`, so that a seed makes it again. */
export type Factory<Part> = (random: SeededRandom) => Part | Promise<Part>;

/** Whatever holds tensors of its own and lets them go. */
export interface Disposable {
  dispose?(): void;
}

/** Hands a part of seed 1 to `work` and disposes it afterwards. */
export async function withPart<Part extends Disposable>(
  factory: Factory<Part>,
  work: (part: Part) => Promise<void>,
): Promise<void> {
  const part = await factory(seeded(1));
  try {
    await work(part);
  } finally {
    part.dispose?.();
  }
}

/** Throws `<where>: expected <expected>, received <received>. <remedy>` unless `condition` holds. */
export function check(condition: boolean, where: string, expected: string, received: string, remedy: string): void {
  if (!condition) throw new Error(`${where}: expected ${expected}, received ${received}. ${remedy}`);
}

export function checkShape(where: string, what: string, tensor: Tensor, wanted: readonly number[]): void {
  const [came, expected] = [showShape(tensor.shape), showShape(wanted)];
  check(came === expected, where, `${what} of shape ${expected}`, came, 'The first axis is the batch.');
}

/** Reads a tensor and frees it. */
export async function take(tensor: Tensor): Promise<Float32Array> {
  const values = await tensor.data();
  tensor.dispose();
  return Float32Array.from(values);
}

/** Evaluates, reads and frees; of intermediate tensors nothing is left. */
export async function evaluate(work: () => Tensor): Promise<Float32Array> {
  return take(tidy(work));
}

export function checkFinite(where: string, what: string, values: ArrayLike<number>): void {
  const index = Array.from(values).findIndex((value) => !Number.isFinite(value));
  check(index < 0, where, `finite ${what}`, `${values[index]} at [${index}]`, 'Look for log 0, 0 / 0 or an overflow.');
}

/** Runs `work` and frees `tensors`, whatever happens. */
export async function freeing(tensors: readonly Tensor[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    dispose([...tensors]);
  }
}
