import { AvgPool, MaxPool, type TensorInfo } from '@tensorflow/tfjs-core';
import { type Body, hasNaN } from './kernel.js';

/** XNNPACK's pooling turns NaN into −∞. When there is NaN, it is put back into the windows that hold one. */
const pooling =
  (kernel: string): Body =>
  ({ x }, attrs, tools) => {
    const { call, stock } = tools;
    const pooled = stock(kernel, { x: x! }, attrs);
    if (!hasNaN(tools, x!)) return pooled;
    const marks = call('Cast', { x: call('IsNan', { x: x! }) }, { dtype: 'float32' });
    const marked = call('Cast', { x: stock(MaxPool, { x: marks }, attrs) }, { dtype: 'bool' });
    return call('Select', { condition: marked, t: filled(pooled), e: pooled });

    function filled({ shape }: TensorInfo): TensorInfo {
      return call('Fill', {}, { shape, value: Number.NaN, dtype: 'float32' });
    }
  };
export const avgPool = pooling(AvgPool);
export const maxPool = pooling(MaxPool);
