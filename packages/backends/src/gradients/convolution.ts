import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  Conv3D,
  Conv3DBackpropFilterV2,
  Conv3DBackpropInputV2,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  type GradConfig,
  stridedSlice,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { dilated, dilationsOf } from './dilation.js';
import { type Attributes, fromInputs, runKernel } from './rule.js';

/** The three kernels of a convolution, each of which is the gradient of the two others. */
interface Family {
  readonly forward: string;
  readonly input: string;
  readonly filter: string;
}

const FAMILIES: readonly Family[] = [
  { forward: Conv2D, input: Conv2DBackpropInput, filter: Conv2DBackpropFilter },
  {
    forward: DepthwiseConv2dNative,
    input: DepthwiseConv2dNativeBackpropInput,
    filter: DepthwiseConv2dNativeBackpropFilter,
  },
  { forward: Conv3D, input: Conv3DBackpropInputV2, filter: Conv3DBackpropFilterV2 },
];

export const convolutionGradients: readonly GradConfig[] = FAMILIES.flatMap(({ forward, input, filter }) => {
  const conv = (x: Tensor, w: Tensor, attrs: Attributes) =>
    runKernel(forward, { x, filter: w }, { ...attrs, dilations: attrs.dilations ?? 1 });
  const toInput = (dy: Tensor, w: Tensor, inputShape: number[], attrs: Attributes) =>
    runKernel(input, { dy, filter: w }, { ...attrs, inputShape });
  const toFilter = (x: Tensor, dy: Tensor, filterShape: number[], attrs: Attributes) =>
    runKernel(filter, { x, dy }, { ...attrs, filterShape });
  return [
    fromInputs(forward, ['x', 'filter'], (dy, [x, w], attrs) => {
      const dilations = dilationsOf(attrs, w.rank - 2);
      const plain = { ...attrs, dilations: dilations.map(() => 1) };
      return {
        x: () => toInput(dy, dilated(w, dilations), x.shape, plain),
        filter: () => undilated(toFilter(x, dy, dilatedShape(w.shape, dilations), plain), dilations),
      };
    }),
    fromInputs(input, ['dy', 'filter'], (ddx, [dy, w], attrs) => ({
      dy: () => conv(ddx, w, attrs),
      filter: () => toFilter(ddx, dy, w.shape, attrs),
    })),
    fromInputs(filter, ['x', 'dy'], (dw, [x, dy], attrs) => ({
      x: () => toInput(dy, dw, x.shape, attrs),
      dy: () => conv(x, dw, attrs),
    })),
  ];
});

const dilatedShape = (shape: readonly number[], dilations: readonly number[]) =>
  shape.map((size, axis) => (size - 1) * (dilations[axis] ?? 1) + 1);

function undilated(gradient: Tensor, dilations: readonly number[]): Tensor {
  if (dilations.every((step) => step === 1)) return gradient;
  const { shape } = gradient;
  return stridedSlice(
    gradient,
    shape.map(() => 0),
    shape,
    shape.map((_, axis) => dilations[axis] ?? 1),
  );
}
