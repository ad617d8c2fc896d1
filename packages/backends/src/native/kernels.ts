import {
  AvgPool,
  AvgPoolGrad,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  cast,
  DepthwiseConv2dNative,
  DepthwiseConv2dNativeBackpropFilter,
  DepthwiseConv2dNativeBackpropInput,
  div,
  FusedConv2D,
  FusedDepthwiseConv2D,
  fill,
  greater,
  isNaN as isNotNumber,
  MaxPool,
  MaxPoolGrad,
  mul,
  type Tensor,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import { dilated, dilationsOf } from '../gradients/dilation.js';
import { insideShare } from '../gradients/poolingWindow.js';
import type { Attributes } from '../gradients/rule.js';
import { convolutionOf, framed, framedShape, marginOf, poolingOf, unframed } from './window.js';

type Inputs = Readonly<Record<string, Tensor>>;
/** The kernel that tfjs-node has. */
export type Stock = (inputs: Inputs, attrs: Attributes) => Tensor;
/** What it takes to make of it what tfjs promises. */
export type Mended = (stock: Stock, inputs: Inputs, attrs: Attributes) => Tensor;

const valid = (attrs: Attributes): Attributes => ({ ...attrs, pad: 'valid', dimRoundingMode: undefined });

/** The image gets the margin that TensorFlow does not add. */
const convolution: Mended = (stock, inputs, attrs) => {
  const margin = marginOf(convolutionOf(inputs.x!.shape, inputs.filter!.shape, attrs));
  return margin ? stock({ ...inputs, x: framed(inputs.x!, margin) }, valid(attrs)) : stock(inputs, attrs);
};

/** TensorFlow's depthwise convolution has no dilation; a filter with zeros between its taps has the same effect. */
const depthwise: Mended = (stock, inputs, attrs) => {
  const dilations = dilationsOf(attrs, 2);
  if (dilations.every((step) => step === 1)) return convolution(stock, inputs, { ...attrs, dilations });
  return convolution(stock, { ...inputs, filter: dilated(inputs.filter!, dilations) }, { ...attrs, dilations: [1, 1] });
};

const toImage: Mended = (stock, inputs, attrs) => {
  const { inputShape } = attrs;
  const margin = marginOf(convolutionOf(inputShape, inputs.filter!.shape, attrs));
  if (!margin) return stock(inputs, attrs);
  return unframed(stock(inputs, { ...valid(attrs), inputShape: framedShape(inputShape, margin) }), inputShape, margin);
};

const toFilter: Mended = (stock, inputs, attrs) => {
  const margin = marginOf(convolutionOf(inputs.x!.shape, attrs.filterShape, attrs));
  return margin ? stock({ ...inputs, x: framed(inputs.x!, margin) }, valid(attrs)) : stock(inputs, attrs);
};

/** TensorFlow's maximum passes over a NaN; here it is one, as on the other backends. */
const maxima: Mended = (stock, { x }, attrs) => {
  const margin = marginOf(poolingOf(x!.shape, attrs));
  const [image, how] = margin ? [framed(x!, margin, -Infinity), valid(attrs)] : [x!, attrs];
  const highest = stock({ x: image }, how);
  if (image.dtype !== 'float32') return highest;
  const marks = stock({ x: cast(isNotNumber(image), 'float32') }, how);
  return where(greater(marks, 0), fill(highest.shape, Number.NaN), highest);
};

const toMaxima: Mended = (stock, inputs, attrs) => {
  const { shape } = inputs.input!;
  const margin = marginOf(poolingOf(shape, attrs));
  if (!margin) return stock(inputs, attrs);
  return unframed(stock({ ...inputs, input: framed(inputs.input!, margin, -Infinity) }, valid(attrs)), shape, margin);
};

const means: Mended = (stock, { x }, attrs) => {
  const margin = marginOf(poolingOf(x!.shape, attrs));
  if (!margin) return stock({ x: x! }, attrs);
  return div(stock({ x: framed(x!, margin) }, valid(attrs)), insideShare(x!, attrs));
};

/** tfjs's kernel of that name divides by the whole window, TensorFlow's by what of it lies inside the image. */
const toMeans: Mended = (stock, { dy, input }, attrs) => {
  const { shape } = input!;
  const info = poolingOf(shape, attrs);
  const margin = marginOf(info);
  if (margin) {
    const frame = zeros(framedShape(shape, margin));
    return unframed(stock({ dy: dy!, input: frame }, valid(attrs)), shape, margin);
  }
  const whole = info.padInfo.type === 'VALID';
  return stock({ dy: whole ? dy! : mul(dy!, insideShare(input!, attrs)), input: input! }, attrs);
};

/** Which kernels of tfjs-node are not what tfjs promises, and what is done about that. */
export const mended: Readonly<Record<string, Mended>> = {
  [Conv2D]: convolution,
  [FusedConv2D]: convolution,
  [Conv2DBackpropInput]: toImage,
  [Conv2DBackpropFilter]: toFilter,
  [DepthwiseConv2dNative]: depthwise,
  [FusedDepthwiseConv2D]: depthwise,
  [DepthwiseConv2dNativeBackpropInput]: toImage,
  [DepthwiseConv2dNativeBackpropFilter]: toFilter,
  [MaxPool]: maxima,
  [MaxPoolGrad]: toMaxima,
  [AvgPool]: means,
  [AvgPoolGrad]: toMeans,
};
