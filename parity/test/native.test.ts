import { execFileSync } from 'node:child_process';
import { describeBackend, describeBackends, useBackend } from '@gm/backends';
import { type Layer, seeded, spec } from '@gm/core';
import { convClassifier, dcganDiscriminator, discriminator } from '@gm/discriminators';
import { convDecoder, dcganGenerator } from '@gm/generators';
import { convEncoder, standardNormal } from '@gm/latent';
import { dense, gru, lstm, sequential } from '@gm/networks';
import {
  adam,
  classifier,
  decodeCheckpoint,
  encodeCheckpoint,
  type GameTrainer,
  gan,
  readMetrics,
  restoreCheckpoint,
  trainer,
  vae,
} from '@gm/trainers';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { stepToNative } from '../src/native.js';

stepToNative();
const tensorFlow = (await describeBackends()).find(({ name }) => name === 'node')!;
const title = tensorFlow.startable
  ? 'TensorFlow in Node'
  : `TensorFlow in Node (${tensorFlow.why}; build it: npm run native)`;

const BATCH = 16;
const image = spec([8, 8, 1], [0, 1]);
const random = () => seeded('weights');

/** Images that are bright on the left (0) or on the right (1). */
function halves(step: number) {
  const noise = seeded('halves').split(step);
  const labels = Array.from(noise.words(BATCH), (word) => word % 2);
  const values = noise.uniforms(BATCH * 64);
  const bright = (row: number, column: number) => column < 4 === (labels[row] === 0);
  const x = labels.flatMap((_, row) =>
    Array.from({ length: 64 }, (_, place) => (bright(row, place % 8) ? 0.8 : 0.1) + 0.1 * values[row * 64 + place]!),
  );
  return { x: tf.tensor(x, [BATCH, 8, 8, 1]), labels: tf.tensor(labels, [BATCH], 'int32') };
}

/** The same, read column by column. */
function columns(step: number) {
  const { x, labels } = halves(step);
  const turned = tf.tidy(() => tf.transpose(tf.reshape(x, [BATCH, 8, 8]), [0, 2, 1]));
  x.dispose();
  return { x: turned, labels };
}

type Batch = { x: tf.Tensor; labels: tf.Tensor };
interface Learner {
  readonly run: GameTrainer<Batch>;
  batch(step: number): Batch;
}

const reads = (layer: Layer) =>
  discriminator({ body: sequential(spec([8, 8], [0, 1]), layer), head: dense({ units: 2, random: random() }) });

const learners: Record<string, () => Learner> = {
  vae: () => ({
    run: trainer(
      vae({
        encoder: convEncoder({ input: image, channels: [4, 8], latent: 2, random: random() }),
        decoder: convDecoder({ latent: 2, output: spec([8, 8, 1], 'logits'), channels: [8, 4], random: random() }),
        prior: standardNormal(2),
        optimizer: adam({ learningRate: 1e-2 }),
      }),
      { seed: 1 },
    ) as never,
    batch: halves,
  }),
  gan: () => ({
    run: trainer(
      gan({
        generator: dcganGenerator({ latent: 2, output: image, channels: 4, random: random() }),
        discriminator: dcganDiscriminator({ input: image, channels: 4, random: random() }),
        prior: standardNormal(2),
      }),
      { seed: 1 },
    ) as never,
    batch: halves,
  }),
  'a convolutional classifier': () => ({
    run: trainer(
      classifier({
        network: convClassifier({
          input: image,
          classes: 2,
          channels: [4, 8],
          hidden: 8,
          kernelSize: 3,
          random: random(),
        }),
      }),
      { seed: 1, clipNorm: 1, averageDecay: 0.9 },
    ) as never,
    batch: halves,
  }),
  'a classifier with an LSTM': () => ({
    run: trainer(classifier({ network: reads(lstm({ units: 6, random: random() })) }), { seed: 1 }) as never,
    batch: columns,
  }),
  'a classifier with a GRU': () => ({
    run: trainer(classifier({ network: reads(gru({ units: 6, random: random() })) }), { seed: 1 }) as never,
    batch: columns,
  }),
};

/** So many steps; the losses of each. */
async function steps({ run, batch }: Learner, count: number): Promise<Record<string, number>[]> {
  const losses: Record<string, number>[] = [];
  for (let step = 0; step < count; step++) {
    const examples = batch(run.steps);
    losses.push(await readMetrics(run.step(examples)));
    tf.dispose(examples as never);
  }
  return losses;
}

function disposeAll({ run }: Learner): void {
  run.dispose();
  for (const network of Object.values(run.networks)) network.dispose();
}

const average = (values: readonly number[]) => values.reduce((total, value) => total + value, 0) / values.length;

/** As a program of its own, with the built packages, in the folder of the binding. */
const program = (text: string) =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', text], {
    encoding: 'utf8',
    timeout: 60_000,
  });

describe.skipIf(!tensorFlow.startable)(title, () => {
  it('says what it runs on, as TensorFlow itself tells', async () => {
    const { name, tfjsName, reason, device } = await useBackend('node');
    const { binding } = tf.engine().backend as unknown as { binding: { TF_Version: string } };
    expect({ name, tfjsName }).toEqual({ name: 'node', tfjsName: 'tensorflow' });
    expect(device).toContain(`TensorFlow ${binding.TF_Version} on `);
    expect(reason).toBe(`asked for; node with ${device}`);
    expect(await describeBackend()).toMatchObject({ name: 'node', device, cannotTrain: [] });
  });

  it('leaves no room for the other package, and says so', async () => {
    await useBackend('node');
    const other = (await describeBackends()).find(({ name }) => name === 'node-gpu')!;
    expect(other).toMatchObject({ current: false, startable: false });
    expect(other.why).toContain('one TensorFlow to a process');
  });

  it.each(['node', 'wasm', 'cpu'] as const)('keeps second derivatives right once it is loaded: %s', async (backend) => {
    await useBackend('node');
    await useBackend(backend);
    const x = tf.tensor1d([0.3, -0.5]);
    const slope = tf.grad((x) => tf.tanh(x));
    const bend = await tf
      .grad((x) => slope(x))(x)
      .data();
    for (const [index, value] of [0.3, -0.5].entries())
      expect(bend[index]).toBeCloseTo(-2 * Math.tanh(value) * (1 - Math.tanh(value) ** 2), 5);
    x.dispose();
  });

  it('does not change what auto chooses among', async () => {
    await useBackend('node');
    const { name } = await useBackend();
    expect(['node-gpu', 'webgpu', 'node']).toContain(name);
  });

  describe('windows', () => {
    type Op = (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.Tensor;
    type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];
    const draw = (shape: readonly number[], seed: string) =>
      tf.tensor(seeded(seed).normals(tf.util.sizeFromShape([...shape])), shape as [number, number, number, number]);
    const ops: Record<string, (pad: Pad, stride: number) => Op> = {
      conv2d: (pad, stride) => (x, f) => tf.conv2d(x, f, stride, pad),
      'conv2d, dilated': (pad) => (x, f) => tf.conv2d(x, f, 1, pad, 'NHWC', 2),
      'fused conv2d': (pad, stride) => (x, f) =>
        tf.fused.conv2d({ x, filter: f, strides: stride, pad, activation: 'relu' }),
      depthwise: (pad, stride) => (x, f) => tf.depthwiseConv2d(x, f, stride, pad),
      'depthwise, dilated': (pad) => (x, f) => tf.depthwiseConv2d(x, f, 1, pad, 'NHWC', 2),
      'fused depthwise, dilated': (pad) => (x, f) =>
        tf.fused.depthwiseConv2d({ x, filter: f, strides: 1, pad: pad as never, dilations: 2, activation: 'relu' }),
      maxPool: (pad, stride) => (x) => tf.maxPool(x, [3, 2], stride, pad as never),
      avgPool: (pad, stride) => (x) => tf.avgPool(x, [3, 2], stride, pad as never),
    };
    const pads: Pad[] = [
      'same',
      'valid',
      1,
      [
        [0, 0],
        [0, 2],
        [1, 0],
        [0, 0],
      ],
    ];

    /** The value, the gradients, and the gradients of their squares. */
    async function numbers(op: Op, backend: 'cpu' | 'node'): Promise<number[]> {
      await useBackend(backend);
      const inputs = [draw([2, 7, 6, 2], 'x'), draw([3, 3, 2, 3], 'filter')];
      const used = op.length === 1 ? inputs.slice(0, 1) : inputs;
      const before = tf.memory().numTensors;
      const results = tf.tidy(() => {
        const f = (...args: tf.Tensor[]) => tf.sum(tf.square(op(...(args as [tf.Tensor4D, tf.Tensor4D]))));
        const squares = (...args: tf.Tensor[]) =>
          tf.addN(
            tf
              .grads(f)(args)
              .map((g) => tf.sum(tf.square(g))),
          );
        return [op(...(inputs as [tf.Tensor4D, tf.Tensor4D])), ...tf.grads(f)(used), ...tf.grads(squares)(used)];
      });
      const values = await Promise.all(results.map(async (result) => Array.from(await result.data())));
      tf.dispose(results);
      expect(tf.memory().numTensors).toBe(before);
      tf.dispose(inputs);
      return values.flat();
    }

    const cases = Object.keys(ops).flatMap((name) =>
      pads.flatMap((pad) =>
        [1, 2, 3]
          .filter((stride) => stride === 1 || !name.includes('dilated'))
          .map((stride) => [name, pad, stride] as const),
      ),
    );

    it.each(cases)('%s, padding %j, stride %i: as on cpu, up to second derivatives', async (name, pad, stride) => {
      const op = ops[name]!(pad, stride);
      const [wanted, got] = [await numbers(op, 'cpu'), await numbers(op, 'node')];
      const scale = Math.max(...wanted.map(Math.abs));
      expect(got).toHaveLength(wanted.length);
      expect(Math.max(...got.map((value, index) => Math.abs(value - wanted[index]!))) / scale).toBeLessThan(1e-5);
    });
  });

  it.each(Object.keys(learners))('trains %s: finite, falling, nothing left over', async (name) => {
    await useBackend('node');
    const learner = learners[name]!();
    await steps(learner, 1);
    const before = tf.memory().numTensors;
    const losses = await steps(learner, 60);
    expect(tf.memory().numTensors).toBe(before);
    for (const metrics of losses) for (const value of Object.values(metrics)) expect(value).toSatisfy(Number.isFinite);
    const key = Object.keys(losses[0]!).find((key) => key.endsWith('/loss'))!;
    const values = losses.map((metrics) => metrics[key]!);
    if (name !== 'gan') expect(average(values.slice(-10))).toBeLessThan(0.95 * average(values.slice(0, 10)));
    disposeAll(learner);
  });

  it('repeats a run bit for bit', async () => {
    await useBackend('node');
    const bytes = async () => {
      const learner = learners.vae!();
      await steps(learner, 10);
      const written = await encodeCheckpoint(learner.run);
      disposeAll(learner);
      return written;
    };
    expect(await bytes()).toEqual(await bytes());
  });

  it('takes a network over from cpu and gives it back', async () => {
    await useBackend('cpu');
    const network = convClassifier({ input: image, classes: 2, channels: [4, 8], kernelSize: 3, random: random() });
    const logits = async () => {
      const { x, labels } = halves(0);
      const result = network.logits(x);
      const values = Array.from(await result.data());
      tf.dispose([x, labels, result]);
      return values;
    };
    const wanted = await logits();
    await useBackend('node');
    const there = await logits();
    await useBackend('cpu');
    expect(await logits()).toEqual(wanted);
    for (const [index, value] of wanted.entries()) expect(there[index]).toBeCloseTo(value, 5);
    network.dispose();
  });

  it('hands a run on to wasm by a checkpoint, bit for bit, and takes it back', async () => {
    await useBackend('node');
    const here = learners.vae!();
    await steps(here, 10);
    const bytes = await encodeCheckpoint(here.run);
    const [next] = await steps(here, 1);
    disposeAll(here);
    for (const backend of ['wasm', 'node'] as const) {
      await useBackend(backend);
      const there = learners.vae!();
      restoreCheckpoint(there.run, await decodeCheckpoint(bytes));
      expect(await encodeCheckpoint(there.run)).toEqual(bytes);
      const [metrics] = await steps(there, 1);
      for (const [key, value] of Object.entries(next!)) expect(metrics![key]).toBeCloseTo(value, 3);
      disposeAll(there);
    }
  });

  it('starts again after a program has removed it', async () => {
    await useBackend('node');
    await useBackend('cpu');
    tf.removeBackend('tensorflow');
    await useBackend('node');
    expect(Array.from(await tf.square(tf.tensor1d([3])).data())).toEqual([9]);
  });

  const start = `import { useBackend } from '@gm/backends'; import { add, grad, tanh, tensor1d } from '@tensorflow/tfjs-core';`;

  it('lets the process end by itself, and prints nothing of its own', () => {
    const text = `${start} await useBackend('cpu'); await useBackend('node');
      const slope = grad((x) => tanh(x)); console.log((await grad((x) => slope(x))(tensor1d([0.3])).data())[0].toFixed(4));`;
    expect(program(text)).toBe('-0.5332\n');
  });

  it('starts where util.isNullOrUndefined() and util.isArray() are gone, as in Node 23 and later', () => {
    const text = `import util from 'node:util'; delete util.isNullOrUndefined; delete util.isArray; ${start}
      await useBackend('node'); console.log((await add(tensor1d([1]), tensor1d([2])).data())[0]);`;
    expect(program(text)).toBe('3\n');
  });
});
