import { fc, test } from '@fast-check/vitest';
import { expectError, expectNoLeak, expectSecondGradient } from '@gm/core/testing';
import { gru, lstm } from '@gm/ops';
import { add, concat, grads, mul, slice, square, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { expectKernel, expectNear, type Numbers, sample, tensorOf } from '../../test/kernelCase.js';
import { type Derived, gruReference, lstmReference, type Sizes } from '../../test/recurrentReference.js';
import { useBackend } from '../use.js';

interface Cell {
  /** The kernel gets the operands, and a mask where there is one. */
  readonly run: (operands: readonly Tensor[], mask?: Tensor) => Tensor[];
  readonly reference: (sizes: Sizes, operands: readonly Numbers[], mask?: Numbers) => Derived;
  readonly shapes: (sizes: Sizes) => number[][];
}

const cells: readonly (readonly [string, Cell])[] = [
  [
    'lstm',
    {
      run([x, kernel, recurrentKernel, bias, h, c], mask) {
        const weights = { kernel: kernel!, recurrentKernel: recurrentKernel!, bias: bias! };
        const { outputs, state } = lstm(x!, weights, { state: { h: h!, c: c! }, ...(mask && { mask }) });
        return [outputs, state.h, state.c];
      },
      reference: lstmReference,
      shapes: ({ batch, time, features, units }) => [
        [batch, time, features],
        [features, 4 * units],
        [units, 4 * units],
        [4 * units],
        [batch, units],
        [batch, units],
      ],
    },
  ],
  [
    'gru',
    {
      run([x, kernel, recurrentKernel, bias, recurrentBias, state], mask) {
        const weights = {
          kernel: kernel!,
          recurrentKernel: recurrentKernel!,
          bias: bias!,
          recurrentBias: recurrentBias!,
        };
        const result = gru(x!, weights, { state: state!, ...(mask && { mask }) });
        return [result.outputs, result.state];
      },
      reference: gruReference,
      shapes: ({ batch, time, features, units }) => [
        [batch, time, features],
        [features, 3 * units],
        [units, 3 * units],
        [3 * units],
        [3 * units],
        [batch, units],
      ],
    },
  ],
];

const operandsOf = ({ shapes }: Cell, sizes: Sizes) => shapes(sizes).map((shape, index) => sample(shape, index + 1));

/** Steps that count at random; the first row has none. */
function maskOf({ batch, time }: Sizes): Numbers {
  const { values } = sample([batch, time], 17);
  return { shape: [batch, time], values: Array.from(values, (value, index) => (index < time || value < 0 ? 0 : 1)) };
}

/** A different weight for each number of each result. */
const weightsOf = (values: readonly Numbers[]) => values.map(({ shape }, index) => sample(shape, 30 + index));

/** Gradients of the weighted sum of all results with respect to every operand. */
function gradientsOf(cell: Cell, operands: readonly Tensor[], weights: readonly Tensor[], mask?: Tensor): Tensor[] {
  const loss = (...inputs: Tensor[]) =>
    cell
      .run(inputs, mask)
      .map((result, index) => sum(mul(result, weights[index]!)))
      .reduce((a, b) => add(a, b));
  return grads(loss)([...operands]);
}

async function expectCell(cell: Cell, sizes: Sizes, mask?: Numbers): Promise<void> {
  const operands = operandsOf(cell, sizes);
  const { values, gradients } = cell.reference(sizes, operands, mask);
  const count = operands.length;
  const masks = mask ? [mask] : [];
  await expectKernel(
    (...tensors) => cell.run(tensors.slice(0, count), tensors[count]),
    [...operands, ...masks],
    values,
  );
  const weights = weightsOf(values);
  await expectKernel(
    (...tensors) =>
      gradientsOf(
        cell,
        tensors.slice(0, count),
        tensors.slice(count, count + weights.length),
        tensors[count + weights.length],
      ),
    [...operands, ...weights, ...masks],
    gradients(weights),
    { tolerance: 1e-4 },
  );
}

const size = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(13, 16));
const sizes = fc.record({
  batch: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constantFrom(25, 50)),
  time: fc.integer({ min: 1, max: 6 }),
  features: size,
  units: size,
});

describe.each(cells)('%s on wasm against float64', (name, cell) => {
  test.prop([sizes, fc.boolean()], { numRuns: 25 })(
    'forward and all gradients, with and without a mask',
    async (sizes, masked) => {
      await expectCell(cell, sizes, masked ? maskOf(sizes) : undefined);
    },
  );

  it.each([
    { batch: 1, time: 1, features: 1, units: 1 },
    { batch: 51, time: 2, features: 20, units: 50 },
    { batch: 2, time: 70, features: 3, units: 5 },
  ])('%o', async (sizes) => {
    await expectCell(cell, sizes);
    await expectCell(cell, sizes, maskOf(sizes));
  });

  it('without examples or steps', async () => {
    for (const sizes of [
      { batch: 0, time: 3, features: 2, units: 3 },
      { batch: 2, time: 0, features: 2, units: 3 },
      { batch: 2, time: 3, features: 0, units: 3 },
    ]) {
      const operands = operandsOf(cell, sizes);
      await expectKernel((...tensors) => cell.run(tensors), operands, cell.reference(sizes, operands).values);
    }
  });

  it('gives in two pieces what it gives whole, and its gradients', async () => {
    const sizes = { batch: 3, time: 7, features: 4, units: 5 };
    const operands = operandsOf(cell, sizes);
    const carried = name === 'lstm' ? 2 : 1;
    const inPieces: Cell = {
      ...cell,
      run([x, ...others]) {
        const first = cell.run([slice(x!, [0, 0, 0], [-1, 3, -1]), ...others]);
        const second = cell.run([slice(x!, [0, 3, 0]), ...others.slice(0, -carried), ...first.slice(1)]);
        return [concat([first[0]!, second[0]!], 1), ...second.slice(1)];
      },
    };
    const { values, gradients } = cell.reference(sizes, operands);
    await expectKernel((...tensors) => inPieces.run(tensors), operands, values);
    const weights = weightsOf(values);
    await expectKernel(
      (...tensors) => gradientsOf(inPieces, tensors.slice(0, operands.length), tensors.slice(operands.length)),
      [...operands, ...weights],
      gradients(weights),
      { tolerance: 1e-4 },
    );
  });

  it('keeps NaN in its own row, and lets infinities saturate', async () => {
    const sizes = { batch: 3, time: 2, features: 1, units: 6 };
    const [x, ...others] = operandsOf(cell, sizes);
    const values = Float32Array.from(x!.values);
    values[0] = Number.NaN;
    values[2] = Infinity;
    const operands = [{ ...x!, values }, ...others];
    await expectKernel((...tensors) => cell.run(tensors), operands, cell.reference(sizes, operands).values);
  });

  it('gives a row the same bits whatever the batch', async () => {
    await useBackend('wasm', { threads: 2 });
    const sizes = { batch: 53, time: 3, features: 5, units: 33 };
    const operands = operandsOf(cell, sizes).map(tensorOf);
    const whole = cell.run(operands)[0]!;
    const fewer = operands.map((x) => (x.shape[0] === 53 ? slice(x, [7], [11]) : x));
    const part = cell.run(fewer)[0]!;
    expect(await part.data()).toEqual(await slice(whole, [7, 0, 0], [11, 3, 33]).data());
  });

  it('agrees with what it is composed of on cpu', async () => {
    const sizes = { batch: 4, time: 5, features: 3, units: 7 };
    const operands = operandsOf(cell, sizes);
    const mask = maskOf(sizes);
    await useBackend('cpu');
    const { values, gradients } = cell.reference(sizes, operands, mask);
    const [inputs, dtypeMask] = [operands.map(tensorOf), tensorOf({ ...mask, dtype: 'bool' })];
    const results = cell.run(inputs, dtypeMask);
    for (const [index, result] of results.entries()) expectNear(await result.data(), values[index]!.values, 1e-5);
    const weights = weightsOf(values);
    const found = gradientsOf(cell, inputs, weights.map(tensorOf), dtypeMask);
    const expected = gradients(weights);
    for (const [index, gradient] of found.entries()) expectNear(await gradient.data(), expected[index]!.values, 1e-4);
  });

  it.each(['cpu', 'wasm'] as const)(
    'has second derivatives on %s, through a mask and the last state',
    async (backend) => {
      await useBackend(backend);
      const sizes = { batch: 2, time: 3, features: 2, units: 2 };
      const mask = tensorOf({ shape: [2, 3], values: [1, 1, 0, 0, 1, 1] });
      await expectSecondGradient({
        f: (...operands) =>
          cell
            .run(operands, mask)
            .map((y) => sum(square(y)))
            .reduce((a, b) => add(a, b)),
        inputs: operandsOf(cell, sizes),
      });
      mask.dispose();
    },
  );
});

describe('sequences that do not fit', () => {
  const weights = () => ({ kernel: zeros([2, 12]), recurrentKernel: zeros([3, 12]), bias: zeros([12]) });

  it('are refused by name, and leave nothing behind', async () => {
    await useBackend('wasm');
    const [x, fits] = [zeros([4, 5, 2]), weights()];
    const refused = (work: () => unknown, code: 'GM_SHAPE' | 'GM_DTYPE', message: string) =>
      expectNoLeak(() => expectError(work, code, message));
    const [narrow, short, whole] = [zeros([4, 5]), zeros([4, 4]), zeros([4, 5, 2], 'int32')];
    await refused(
      () => lstm(x, { ...fits, kernel: fits.recurrentKernel }),
      'GM_SHAPE',
      'lstm: expected kernel of shape [features, 4 units] = [2, 12], received [3, 12]. Give kernel that shape',
    );
    await refused(() => lstm(narrow, fits), 'GM_SHAPE', 'lstm: expected x of rank 3, received [4, 5].');
    await refused(
      () => lstm(x, fits, { mask: short }),
      'GM_SHAPE',
      'lstm: expected mask of shape [batch, time] = [4, 5]',
    );
    await refused(
      () => lstm(whole, fits),
      'GM_DTYPE',
      "lstm: expected x of type float32, received int32. Cast x with cast(x, 'float32').",
    );
    await refused(
      () => gru(x, { ...fits, recurrentBias: fits.bias }),
      'GM_SHAPE',
      'gru: expected recurrentKernel of shape',
    );
  });
});
