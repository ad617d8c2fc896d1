import { LogSoftmax, Softmax, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Body, isFloat, sizeOf, type Tools } from './kernel.js';

/** eˣ / Σ eˣ along the last axis, or its logarithm. */
function forward(name: string, axisName: string, log: boolean): Body {
  return ({ logits }, attrs, tools) => {
    const x = isFloat(logits) ? logits! : tools.call('Cast', { x: logits! }, { dtype: 'float32' });
    const [axis] = util.parseAxisParam(attrs[axisName], x.shape);
    util.assert(
      axis === x.shape.length - 1,
      () => `${name} along another axis than the last is not supported, received axis ${axis} of [${x.shape}].`,
    );
    return rows(tools, 'softmax', [x], log);
  };
}

function rows({ kernels, at, make }: Tools, kernel: string, inputs: readonly TensorInfo[], log: boolean): TensorInfo {
  const [first] = inputs as [TensorInfo];
  const result = make(first.shape);
  const width = first.shape.at(-1) ?? 1;
  const count = width === 0 ? 0 : sizeOf(first) / width;
  if (count > 0) kernels[kernel]!(...inputs.map(at), at(result), count, width, Number(log));
  return result;
}

export const softmax = forward(Softmax, 'dim', false);
export const logSoftmax = forward(LogSoftmax, 'axis', true);
/** The gradient from the output y: y (dy − Σ dy y), or dy − eʸ Σ dy where y is the logarithm. */
export const softmaxGrad: Body = ({ dy, y }, { log }, tools) => rows(tools, 'softmaxGrad', [dy!, y!], log);
