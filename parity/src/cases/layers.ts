import { type ApplyOptions, type Layer, type Network, seeded, spec } from '@gm/core';
import {
  batchNorm,
  conditioned,
  conv2d,
  conv2dTranspose,
  copyWeights,
  dense,
  dropout,
  elu,
  embedding,
  flatten,
  fromLayersModel,
  frozen,
  gaussianNoise,
  gelu,
  globalAverage,
  glorotUniform,
  groupNorm,
  gru,
  gumbelSoftmax,
  heNormal,
  type Initializer,
  layerNorm,
  leakyRelu,
  loadWeights,
  lstm,
  normalInit,
  ones,
  orthogonal,
  parallel,
  perStep,
  projection,
  relu,
  rescale,
  reshape,
  residual,
  saveWeights,
  selfAttention,
  selu,
  sequenceReader,
  sequential,
  sigmoid,
  softmax,
  softplus,
  spectralNorm,
  standardizeOutputs,
  swish,
  tanh,
  weightNorm,
  zeros,
} from '@gm/networks';
import { add, clone, mul, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, sequential as stacked } from '@tensorflow/tfjs-layers';
import type { Case } from '../case.js';
import { type Drawn, differentiated } from '../differentiate.js';
import { draw, drawWhole, read } from '../numbers.js';

interface Tried {
  /** Of one example. */
  readonly input: readonly number[];
  readonly batch?: number;
  readonly training?: boolean;
  /** Default true; false for what has no second derivative, or only zeros. */
  readonly second?: boolean;
}

/** A layer behind an input of that shape: what it gives, the gradients of the input and of each parameter, its buffers after it. */
function layer(name: string, make: () => Layer, tried: Tried): Case {
  return network(name, () => make()(spec(tried.input)), tried);
}

export function network(name: string, make: () => Network, tried: Tried, group: Case['group'] = 'layers'): Case {
  const { input, batch = 3, training = false, second = true } = tried;
  return {
    group,
    name,
    async run() {
      const made = make();
      shake(made);
      const x: Drawn = { shape: [batch, ...input], low: -2, high: 2 };
      const classes = made.condition && Number(made.condition.range[1]) + 1;
      const told = () => (classes ? { condition: drawWhole([batch], classes) } : {});
      const options = (): ApplyOptions => ({ training, random: seeded('apply'), ...told() });
      const f = ({ x }: { readonly x?: Tensor }) => tidy(() => made.apply(x!, options()));
      try {
        const { forward, ...rest } = await differentiated({ f, inputs: { x }, parameters: made.parameters, second });
        return { forward: { ...forward, ...(await buffersOf(made)) }, ...rest };
      } finally {
        made.dispose();
      }
    },
  };
}

/** Moves parameters away from the zeros and ones that many start at. */
export function shake({ parameters }: Pick<Network, 'parameters'>): void {
  for (const [name, parameter] of Object.entries(parameters)) {
    tidy(() => parameter.assign(add(parameter, mul(0.3, draw(parameter.shape, { seed: name })))));
  }
}

const buffersOf = ({ buffers = {} }: Network) =>
  read(Object.fromEntries(Object.entries(buffers).map(([name, buffer]) => [`buffers/${name}`, clone(buffer)])));

const random = () => seeded('weights');
const activations = { elu, gelu, leakyRelu, relu, selu, sigmoid, softmax, softplus, swish, tanh };
const row = { input: [7] };
const image = { input: [5, 4, 3], batch: 2 };
const sequence = { input: [4, 6], batch: 2 };
const three = { filters: 4, kernelSize: 3 } as const;

/** First values, and what moves them between networks. */
function initializer(name: string, first: Initializer): Case {
  const context = () => ({ fanIn: 6, fanOut: 4, random: random() });
  return { group: 'layers', name, run: async () => ({ forward: await read({ w: first([6, 4], context()) }) }) };
}

const symbols: Case = {
  group: 'layers',
  name: 'embedding',
  async run() {
    const table = embedding({ vocabulary: 5, units: 3, random: random() })(spec([4], [0, 4], 'int32'));
    const x = drawWhole([3, 4], 5);
    try {
      return await differentiated({ f: () => table.apply(x), inputs: {}, parameters: table.parameters });
    } finally {
      x.dispose();
      table.dispose();
    }
  },
};

/** What a network gives that has the weights of another. */
function moved(name: string, move: (from: Network, to: Network) => Promise<unknown> | unknown): Case {
  return {
    group: 'layers',
    name,
    async run() {
      const [from, to] = [1, 2].map((seed) => dense({ units: 3, random: seeded(seed) })(spec([4]))) as [
        Network,
        Network,
      ];
      const x = draw([2, 4]);
      try {
        await move(from, to);
        return { forward: await read({ y: to.apply(x) }) };
      } finally {
        x.dispose();
        from.dispose();
        to.dispose();
      }
    },
  };
}

/** A model of tfjs-layers, with weights of ours. */
/** A layer that has begun with a batch. */
function begun(layer: Layer): Layer {
  return (input) => {
    const made = layer(input);
    tidy(() => void standardizeOutputs(made, random().normal([32, ...input.shape])));
    return made;
  };
}

function adopted(): Network {
  const initial = { kernelInitializer: 'zeros', useBias: true } as const;
  const model = stacked({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'tanh', inputShape: [5, 4, 3], ...initial }),
      layers.flatten(),
      layers.dense({ units: 3, ...initial }),
    ],
  });
  return fromLayersModel(model);
}

export const layerCases: readonly Case[] = [
  ...Object.entries(activations).map(([name, make]) => layer(name, () => make(), row)),
  layer('dense', () => dense({ units: 5, random: random() }), row),
  layer('dense, without bias', () => dense({ units: 5, bias: false, random: random() }), row),
  layer('conv2d', () => conv2d({ filters: 4, kernelSize: 3, random: random() }), image),
  layer('conv2d, strides 2', () => conv2d({ filters: 4, kernelSize: 3, strides: 2, random: random() }), image),
  layer(
    'conv2d, valid, without bias',
    () => conv2d({ filters: 4, kernelSize: [3, 2], strides: [2, 1], padding: 'valid', bias: false, random: random() }),
    image,
  ),
  layer(
    'conv2d, strides beyond the kernel',
    () => conv2d({ filters: 4, kernelSize: 1, strides: 2, random: random() }),
    image,
  ),
  layer('conv2dTranspose', () => conv2dTranspose({ filters: 4, kernelSize: 4, strides: 2, random: random() }), image),
  layer(
    'conv2dTranspose, valid, without bias',
    () => conv2dTranspose({ filters: 4, kernelSize: 3, padding: 'valid', bias: false, random: random() }),
    image,
  ),
  layer('weightNorm', () => dense({ units: 5, kernelNorm: weightNorm(), random: random() }), row),
  layer('weightNorm, of conv2d', () => conv2d({ ...three, kernelNorm: weightNorm(), random: random() }), image),
  layer('standardizeOutputs', () => begun(dense({ units: 5, kernelNorm: weightNorm(), random: random() })), row),
  layer('spectralNorm, in training', () => dense({ units: 5, kernelNorm: spectralNorm(), random: random() }), {
    ...row,
    training: true,
    second: false,
  }),
  layer(
    'spectralNorm, of conv2dTranspose',
    () => conv2dTranspose({ ...three, kernelNorm: spectralNorm(), random: random() }),
    image,
  ),
  layer('gumbelSoftmax, soft', () => gumbelSoftmax({ temperature: 0.8, hard: false }), { ...row, training: true }),
  layer('gumbelSoftmax', () => gumbelSoftmax(), { ...row, training: true, second: false }),
  layer('globalAverage', () => globalAverage(), { ...image, second: false }),
  layer('projection', () => projection({ classes: 3, random: random() }), row),
  layer(
    'parallel',
    () => parallel([], [dense({ units: 5, random: random() }), tanh(), dense({ units: 7, random: random() })]),
    row,
  ),
  network(
    'frozen',
    () => {
      const given = dense({ units: 5, random: random() })(spec([7]));
      return { ...frozen(given), dispose: given.dispose };
    },
    { ...row, second: false },
  ),
  layer('dropout, in training', () => dropout({ rate: 0.3 }), { ...row, training: true, second: false }),
  layer('conditioned', () => conditioned({ classes: 3 }), { ...row, second: false }),
  layer('gaussianNoise, in training', () => gaussianNoise({ scale: 0.3 }), { ...row, training: true, second: false }),
  layer('batchNorm', () => batchNorm(), row),
  layer('batchNorm, in training', () => batchNorm(), { ...image, training: true }),
  layer('groupNorm', () => groupNorm({ groups: 2 }), { input: [3, 2, 6], batch: 2 }),
  layer('layerNorm', () => layerNorm(), sequence),
  layer('lstm', () => lstm({ units: 5, random: random() }), sequence),
  layer('lstm, sequences', () => lstm({ units: 5, sequences: true, random: random() }), sequence),
  layer('gru', () => gru({ units: 5, random: random() }), sequence),
  layer('gru, sequences', () => gru({ units: 5, sequences: true, random: random() }), sequence),
  network('sequenceReader', () => sequenceReader({ input: spec([4, 6]), hidden: [5, 4], random: random() }), sequence),
  layer('selfAttention', () => selfAttention({ heads: 2, random: random() }), sequence),
  layer('selfAttention, causal', () => selfAttention({ causal: true, random: random() }), sequence),
  layer('perStep', () => perStep(dense({ units: 5, random: random() }), tanh()), sequence),
  layer('residual', () => residual(layerNorm(), perStep(dense({ units: 6, random: random() }))), sequence),
  network('rescale', () => rescale([-2, 2], [0, 1])(spec([7], [-2, 2])), { ...row, second: false }),
  layer('flatten', () => flatten(), { ...image, second: false }),
  layer('reshape', () => reshape([3, 20]), { ...image, second: false }),
  network('sequential', () => sequential(spec([7]), dense({ units: 5, random: random() }), tanh()), row),
  network('fromLayersModel', adopted, { ...image, second: false }),
  symbols,
  ...Object.entries({ glorotUniform, heNormal, ones, orthogonal, zeros }).map(([name, first]) =>
    initializer(name, first),
  ),
  initializer('normalInit', normalInit(0.5)),
  moved('copyWeights', copyWeights),
  moved('saveWeights', async (from, to) => loadWeights(to, await saveWeights(from))),
];
