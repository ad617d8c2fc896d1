import {
  ClipByValue,
  Elu,
  LeakyRelu,
  Maximum,
  Minimum,
  Prelu,
  Relu,
  Relu6,
  Sigmoid,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { type Attributes, type Body, type Call, hasNaN, scalarOf } from './kernel.js';

/** max(x, αx) as relu(x) − α relu(−x): four vectorised passes are six times faster than tfjs's scalar one. */
export const leakyRelu: Body = ({ x }, { alpha }, { call }) => {
  const negative = call(Relu, { x: call('Neg', { x: x! }) });
  const scaled = call('Multiply', { a: negative, b: scalarOf(call, alpha) });
  return call('Sub', { a: call(Relu, { x: x! }), b: scaled });
};

/** XNNPACK clamps NaN to a bound. When there is NaN, two slower kernels that keep it. */
export const relu6: Body = ({ x }, _, tools) => {
  if (!hasNaN(tools, x!)) return tools.stock(Relu6, { x: x! });
  return tools.call(Minimum, { a: tools.call(Relu, { x: x! }), b: scalarOf(tools.call, 6) });
};

/** As relu6. */
export const clipByValue: Body = ({ x }, attrs, tools) => {
  if (!hasNaN(tools, x!)) return tools.stock(ClipByValue, { x: x! }, attrs);
  const raised = tools.call(Maximum, { a: x!, b: scalarOf(tools.call, attrs.clipValueMin) });
  return tools.call(Minimum, { a: raised, b: scalarOf(tools.call, attrs.clipValueMax) });
};

const KERNELS: Readonly<Record<string, string>> = { relu: Relu, relu6: Relu6, elu: Elu, sigmoid: Sigmoid };

/** The activation of a fused kernel by the kernel of its own, which keeps NaN. */
export function activated(call: Call, x: TensorInfo, attrs: Attributes, alpha?: TensorInfo): TensorInfo {
  const { activation = 'linear', leakyreluAlpha } = attrs;
  if (activation === 'linear') return x;
  if (activation === 'prelu') return call(Prelu, { x, alpha: alpha! });
  if (activation === 'leakyrelu') return call(LeakyRelu, { x }, { alpha: leakyreluAlpha });
  const kernel = KERNELS[activation];
  if (kernel === undefined) throw new Error(`${activation} activation not yet supported in the wasm backend.`);
  return call(kernel, { x });
}
