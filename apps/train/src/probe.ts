/** A program of its own, which gm doctor runs: starts one backend, computes with it, and sends what came of it. */
import { type BackendName, type BackendReport, describeBackend, describeBackends, useBackend } from '@gm/backends';
import { env, grad, matMul, square, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Report, Trial } from './doctor/trial.js';

async function attempt(name: BackendName | 'auto'): Promise<Trial> {
  const [strict, lenient] = name === 'auto' ? [] : [await describe(name, false), await describe(name, true)];
  if (lenient?.startable === false) return { outcome: 'absent', report: lenient };
  const software = lenient !== undefined && !strict!.startable;
  const began = performance.now();
  const { reason, tfjsName } = await useBackend(name, { software });
  const seconds = (performance.now() - began) / 1000;
  const report: Report = { ...withoutCurrent((await describeBackend())!), ...(software && { software }) };
  // Small tensors would be computed in JavaScript.
  if (tfjsName === 'webgpu') env().set('WEBGPU_CPU_FORWARD', false);
  const error = await wrong();
  return error === undefined ? { outcome: 'works', seconds, reason, report } : { outcome: 'wrong', error, report };
}

async function describe(name: BackendName, software: boolean): Promise<Report> {
  return withoutCurrent((await describeBackends({ software }, [name]))[0]!);
}

/** What is in use here is nobody's concern. */
const withoutCurrent = ({ current, ...report }: BackendReport): Report => report;

const [ROWS, INNER, COLUMNS] = [96, 80, 64];
const TOLERANCE = 1e-4;

/** Multiplies two matrices A and B, and takes the gradient 2 A B Bᵀ of Σ (A B)²: what is wrong with them, against plain JavaScript. */
async function wrong(): Promise<string | undefined> {
  const [a, b] = [waves(ROWS * INNER, 0.7), waves(INNER * COLUMNS, 0.3)];
  const product = multiply(a, b, [ROWS, INNER, COLUMNS]);
  const gradient = multiply(product, transposed(b), [ROWS, COLUMNS, INNER]).map((value) => 2 * value);
  const [y, dA] = tidy(() => {
    const [matrix, other] = [tensor(a, [ROWS, INNER]), tensor(b, [INNER, COLUMNS])];
    return [matMul(matrix, other), grad((x) => sum(square(matMul(x, other))))(matrix)] as const;
  });
  return (await apart('a matrix product', y, product)) ?? (await apart('its gradient', dA, gradient));
}

async function apart(what: string, actual: Tensor, expected: Float64Array): Promise<string | undefined> {
  const values = await actual.data();
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const error = expected.reduce((most, value, place) => Math.max(most, Math.abs(value - values[place]!)), 0) / largest;
  if (error <= TOLERANCE) return undefined; // of NaN it is not
  return `${what} is off by ${error.toExponential(1)} of its largest number`;
}

const waves = (count: number, frequency: number) =>
  Float32Array.from({ length: count }, (_, place) => Math.sin(frequency * place));

function multiply(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [rows, inner, columns]: readonly [number, number, number],
) {
  return Float64Array.from({ length: rows * columns }, (_, place) => {
    const [row, column] = [Math.floor(place / columns), place % columns];
    let total = 0;
    for (let k = 0; k < inner; k++) total += a[row * inner + k]! * b[k * columns + column]!;
    return total;
  });
}

const transposed = (b: ArrayLike<number>) =>
  Float64Array.from(
    { length: INNER * COLUMNS },
    (_, place) => b[(place % INNER) * COLUMNS + Math.floor(place / INNER)]!,
  );

const trial = await attempt(process.argv[2] as BackendName | 'auto').catch(
  (error): Trial => ({ outcome: 'fails', error: error instanceof Error ? error.message : String(error) }),
);
process.send!(trial, () => process.exit());
