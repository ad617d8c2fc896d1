import { type ApplyOptions, gmError, type Network, type Range, type Spec, spec } from '@gm/core';
import {
  AvgPool,
  AvgPoolGrad,
  type DataType,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  FusedBatchNorm,
  MaxPool,
  MaxPoolGrad,
  type Tensor,
  type Variable,
} from '@tensorflow/tfjs-core';
import { CONVOLUTION, LOOKUP } from './kernelNames.js';
import { network } from './network.js';

/** What is read of a tfjs-layers model; its package is not needed. */
export interface AdoptableModel {
  readonly inputs: readonly AdoptableDoor[];
  readonly outputs: readonly AdoptableDoor[];
  readonly layers: readonly AdoptableLayer[];
  readonly trainableWeights: readonly AdoptableWeight[];
  apply(x: Tensor, options: { training: boolean }): unknown;
  dispose(): unknown;
}

/** A layer, or a model as a layer of another. */
export interface AdoptableLayer {
  readonly weights: readonly AdoptableWeight[];
  /** 'Conv2D', for instance: tells which kernels it calls. */
  getClassName?(): string;
  readonly layers?: readonly AdoptableLayer[];
}

/** The batch axis first, as `null`. */
export interface AdoptableDoor {
  readonly shape: readonly (number | null)[];
  readonly dtype: string;
}

export interface AdoptableWeight {
  readonly originalName: string;
  /** Gives the variable itself. */
  read(): Tensor;
}

/**
 * A model made with tfjs-layers, or converted from Keras, as a network. It stays the same model: training one trains the other,
 * and `dispose()` is the model's.
 *
 * Weights are called by the position of their layer and their name in it, `0/kernel`, since the names within tfjs are global.
 * What is frozen when the model is adopted becomes a buffer. The model's dropout draws from its own seeds, not from `random`.
 *
 * @param model   with one input and one output, all sizes but the batch known
 * @param ranges  which numbers the model takes and gives, 'unbounded' unless said otherwise
 * @throws GM_FIT when the model is not built, has several inputs or outputs, or leaves a size open
 * @example fromLayersModel(await loadLayersModel('file://model.json'), { input: [0, 1], output: 'logits' })
 */
export function fromLayersModel(
  model: AdoptableModel,
  { input = 'unbounded', output = 'unbounded' }: { readonly input?: Range; readonly output?: Range } = {},
): Network {
  return network({
    name: 'fromLayersModel',
    input: doorOf('input', model.inputs, input),
    output: doorOf('output', model.outputs, output),
    ...variablesOf(model),
    kernels: [...new Set(kernelsOf(model.layers))],
    apply: (x, { training = false }: ApplyOptions) => model.apply(x, { training }) as Tensor,
    dispose: () => model.dispose(),
  });
}

const DEPTHWISE = [DepthwiseConv2dNative, DepthwiseConv2dNativeBackpropFilter, DepthwiseConv2dNativeBackpropInput];

/** What the layers of tfjs-layers call beyond arithmetic, those that are used most. */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  Conv1D: CONVOLUTION,
  Conv2D: CONVOLUTION,
  Conv2DTranspose: CONVOLUTION,
  DepthwiseConv2D: DEPTHWISE,
  SeparableConv2D: [...DEPTHWISE, ...CONVOLUTION],
  MaxPooling1D: [MaxPool, MaxPoolGrad],
  MaxPooling2D: [MaxPool, MaxPoolGrad],
  AveragePooling1D: [AvgPool, AvgPoolGrad],
  AveragePooling2D: [AvgPool, AvgPoolGrad],
  Embedding: LOOKUP,
  BatchNormalization: [FusedBatchNorm],
};

function kernelsOf(layers: readonly AdoptableLayer[]): string[] {
  return layers.flatMap((layer) => [...(CALLED[layer.getClassName?.() ?? ''] ?? []), ...kernelsOf(layer.layers ?? [])]);
}

function doorOf(side: string, doors: readonly AdoptableDoor[] | undefined, range: Range): Spec {
  const shape = doors?.[0]?.shape.slice(1);
  if (doors?.length === 1 && shape?.every((size) => size !== null)) {
    return spec(shape, range, doors[0]!.dtype as DataType);
  }
  throw gmError('GM_FIT', {
    where: 'fromLayersModel',
    expected: `a model with one ${side} of known sizes`,
    received: doors?.map(showDoor).join(' and ') || 'a model that is not built',
    remedy: 'Give the model one tensor of fixed sizes on either side; only the batch may be open.',
  });
}

function showDoor({ shape: [, ...sizes] }: AdoptableDoor): string {
  return `[batch${sizes.map((size) => `, ${size ?? '?'}`).join('')}]`;
}

function variablesOf({ layers, trainableWeights }: AdoptableModel): Required<Pick<Network, 'parameters' | 'buffers'>> {
  const trained = new Set(trainableWeights);
  const named = layers.flatMap(({ weights }, index) => namedWeights(weights, `${index}/`));
  const variables = (wanted: boolean) =>
    Object.fromEntries(
      named
        .filter(([, weight]) => trained.has(weight) === wanted)
        .map(([name, weight]) => [name, weight.read() as Variable]),
    );
  return { parameters: variables(true), buffers: variables(false) };
}

/** A layer that is a model itself may have a name twice: the second is called `kernel_1`. */
function namedWeights(weights: readonly AdoptableWeight[], prefix: string): [string, AdoptableWeight][] {
  const seen = new Map<string, number>();
  return weights.map((weight) => {
    const local = weight.originalName.split('/').at(-1)!;
    const times = seen.get(local) ?? 0;
    seen.set(local, times + 1);
    return [`${prefix}${local}${times === 0 ? '' : `_${times}`}`, weight];
  });
}
