import { expectError } from '@gm/core/testing';
import { attention, groupNormalization, layerNormalization, lstm } from '@gm/ops';
import {
  add,
  conv2d,
  depthwiseConv2d,
  engine,
  exp,
  fill,
  findBackendFactory,
  fused,
  gather,
  grads,
  logSoftmax,
  losses,
  matMul,
  maxPool,
  mean,
  memory,
  oneHot,
  registerBackend,
  relu,
  removeBackend,
  reshape,
  type Scalar,
  setBackend,
  slice,
  softmax,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tidy,
  train,
  transpose,
  variable,
} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useBackend } from '../src/use.js';
import type { WasmBackend } from '../src/wasm/sidecar.js';
import { sample, tensorOf } from './kernelCase.js';

const MiB = 2 ** 20;
const stock = findBackendFactory('wasm');

const backend = () => engine().backend as unknown as WasmBackend;
const bytes = () => backend().wasm!.asm.memory.buffer.byteLength;
const held = () => ({ tensors: memory().numTensors, buffers: engine().backend.numDataIds(), bytes: bytes() });

beforeEach(async () => {
  await useBackend('wasm', { threads: 2 });
});
afterEach(() => removeBackend('wasm'));

describe('memory of wasm', () => {
  it('does not grow over 5,000 steps of training', { timeout: 180_000 }, async () => {
    const [x, labels] = [tensorOf(sample([4, 8, 8, 2])) as Tensor4D, oneHot([0, 1, 2, 1], 3) as Tensor2D];
    const filter = variable(tensorOf(sample([3, 3, 2, 4])) as Tensor4D);
    const weights = variable(tensorOf(sample([64, 3])) as Tensor2D);
    const optimizer = train.adam(0.001);
    const loss = () => {
      const hidden = maxPool(relu(conv2d(x, filter as unknown as Tensor4D, 1, 'same')), 2, 2, 'same');
      return losses.softmaxCrossEntropy(labels, matMul(reshape(hidden, [4, 64]), weights)) as Scalar;
    };
    const run = (steps: number) => {
      for (let step = 0; step < steps; step++) optimizer.minimize(loss);
    };
    run(50);
    const before = held();
    run(5000);
    expect(held()).toEqual(before);
    expect((await tidy(loss).data())[0]).toBeLessThan(1);
  });

  it('is used again for what kernels need on their way', () => {
    const largest = () => tidy(() => void matMul(tensorOf(sample([700, 700])), tensorOf(sample([700, 700]))));
    largest();
    const before = bytes();
    for (let size = 500; size < 700; size += 10) {
      tidy(() => void matMul(tensorOf(sample([size, size])), tensorOf(sample([size, size])), true));
    }
    for (let round = 0; round < 5; round++) largest();
    expect(bytes()).toBe(before);
  });

  it.each([
    ['shared', 2],
    ['of one thread', 1],
  ])('that is %s may grow in the middle of kernels', async (_, threads) => {
    if (threads === 1) await startedBefore();
    expect(backend().wasm!.asm.memory.buffer instanceof SharedArrayBuffer).toBe(threads === 2);
    const x = tensorOf(sample([512, 1024])) as Tensor2D;
    const product = () => matMul(x, x, false, true);
    const [first, square] = [await exp(x).data(), await product().data()];
    const before = bytes();
    const kept = Array.from({ length: 60 }, () => [exp(x), product()] as const);
    expect(bytes()).toBeGreaterThan(before + 100 * MiB);
    for (const [power, again] of kept) {
      expectSame(await power.data(), first);
      expectSame(await again.data(), square);
    }
    for (const tensor of kept.flat()) tensor.dispose();
  });

  it.each<[string, () => Tensor]>([
    ['4 GiB at once', () => fill([2 ** 10, 2 ** 10, 2 ** 10], 1)],
    ['8 GiB and some, which leave few bytes of an address', () => fill([2 ** 15 + 1, 2 ** 16], 1)],
    ['a product of nearly 4 GiB', () => matMul(fill([2 ** 16 - 1, 1], 1), fill([1, 2 ** 14 - 1], 1))],
  ])('refuses %s with a code, and everything stays usable', async (_, ask) => {
    const x = tensorOf(sample([50, 50])) as Tensor2D;
    const before = [memory().numTensors, engine().backend.numDataIds()];
    await expectError(() => tidy(ask), 'GM_MEMORY', 'MiB more', 'dispose of tensors');
    expect([memory().numTensors, engine().backend.numDataIds()]).toEqual(before);
    expect(await tidy(() => sum(matMul(x, x))).data()).toHaveLength(1);
  });

  it('when full refuses what kernels need on their way, and is whole when something was freed', async () => {
    const [x, filter] = [tensorOf(sample([8, 32, 32, 16])), tensorOf(sample([3, 3, 16, 16]))] as [Tensor4D, Tensor4D];
    const ask = () => tidy(() => conv2d(x, filter, 1, 'same').dataSync());
    const expected = ask();
    const full = occupy(Number.POSITIVE_INFINITY);
    const before = [memory().numTensors, engine().backend.numDataIds()];
    await expectError(() => ask() as never, 'GM_MEMORY');
    expect([memory().numTensors, engine().backend.numDataIds()]).toEqual(before);
    release(full);
    expect(ask()).toEqual(expected);
  });

  it('beyond 2 GiB is computed with as well as before it', async () => {
    const low = await everything();
    // Twice, because what kernels share on their way moves up in between, and leaves a hole.
    const occupied = occupy(2 ** 31);
    await everything();
    occupied.push(...occupy(2 ** 31));
    const place = backend().makeOutput([1000], 'float32');
    expect(backend().dataIdMap.get(place.dataId).memoryOffset).toBeGreaterThan(2 ** 31);
    const high = await everything();
    release([...occupied, place]);
    expect(high).toEqual(low);
  });
});

/** Vitest takes a second for a million numbers. */
function expectSame(actual: ArrayBufferView, expected: ArrayBufferView): void {
  const [a, b] = [actual, expected].map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  expect(Buffer.compare(a!, b!)).toBe(0);
}

/** A backend that the program has started by itself. */
async function startedBefore(): Promise<void> {
  removeBackend('wasm');
  registerBackend('wasm', stock, 2);
  await setBackend('wasm');
  await useBackend('wasm', { threads: 1 });
}

type Piece = ReturnType<WasmBackend['makeOutput']>;

/** Takes memory without writing to it, in ever smaller pieces, until addresses are above `limit` or there is none. */
function occupy(limit: number): Piece[] {
  const pieces: Piece[] = [];
  for (let size = 64 * MiB; size >= 64; size /= 4) {
    try {
      for (let place = 0; place < limit; ) {
        const piece = backend().makeOutput([size], 'float32');
        pieces.push(piece);
        place = backend().dataIdMap.get(piece.dataId).memoryOffset;
      }
    } catch {
      // smaller ones may still fit
    }
  }
  return pieces;
}

function release(pieces: readonly Piece[]): void {
  for (const { dataId } of pieces) backend().disposeData(dataId);
}

/** [40, 70] as [1, 2, 20, 70]: heads of attention. */
const slices = (x: Tensor) => reshape(x, [1, 2, 20, 70]);

/** An LSTM of 10 units over 20 steps, its weights cut out of w. */
function recurrent(x: Tensor, w: Tensor): Tensor {
  const numbers = reshape(w, [2800]);
  const weights = {
    kernel: reshape(numbers, [70, 40]),
    recurrentKernel: reshape(slice(numbers, 0, 400), [10, 40]),
    bias: slice(numbers, 400, 40),
  };
  return lstm(reshape(x, [2, 20, 70]), weights).outputs;
}

/** What the kernels make of fixed numbers, gradients included. */
async function everything(): Promise<Float32Array[]> {
  const [image, filter, table] = [sample([2, 12, 12, 8]), sample([3, 3, 8, 8], 2), sample([40, 70], 3)].map(tensorOf);
  const of = (f: (x: Tensor, w: Tensor) => Tensor, x: Tensor, w: Tensor) => [
    f(x, w),
    ...grads((x, w) => mean(f(x!, w!)))([x, w]),
  ];
  const results = tidy(() => [
    ...of((a, b) => matMul(a, b, false, true), table!, table!),
    ...of((a, b) => fused.matMul({ a, b, transposeA: true, activation: 'relu' }), table!, table!),
    ...of((x, w) => maxPool(conv2d(x as Tensor4D, w as Tensor4D, 2, 'same'), 2, 2, 'same'), image!, filter!),
    ...of((x, w) => depthwiseConv2d(x as Tensor4D, w as Tensor4D, 1, 'valid'), image!, filter!),
    ...of((x, w) => add(logSoftmax(gather(softmax(exp(x)), tensor1d([3, 1, 3], 'int32'))), sum(w)), table!, table!),
    ...of((x, w) => attention(slices(x), slices(w), slices(x), { causal: true }), table!, table!),
    ...of((x, w) => recurrent(slices(x), w), table!, table!),
    ...of((x, w) => layerNormalization(x, reshape(sum(w, 0), [70]), reshape(mean(w, 0), [70])), table!, table!),
    ...of((x, w) => groupNormalization(x, sum(w, [0, 1, 2]), mean(w, [0, 1, 2]), { groups: 2 }), image!, filter!),
    transpose(image!, [3, 1, 0, 2]),
    sum(image!, [1, 2]),
  ]);
  const numbers = await Promise.all(results.map(async (result) => (await result.data()) as Float32Array));
  for (const tensor of [...results, image, filter, table]) tensor!.dispose();
  return numbers;
}
