import { type Layer, spec } from '@gm/core';
import { add, conv2dTranspose as spread, type Tensor4D } from '@tensorflow/tfjs-core';
import { constant, parameter } from './initializer.js';
import { type ConvolutionOptions, checkImage, tfPadding, type Window, windowOf } from './kernel.js';
import { CONVOLUTION } from './kernelNames.js';
import { network } from './network.js';

/**
 * The transpose of a convolution: every input pixel paints a kernel onto a larger image.
 *
 *   y[i·s + u, j·s + v, o] += x[i, j, c] K[u, v, o, c]  over i, j, c, then y += b
 *
 * Height and width become size · stride under padding 'same', (size − 1) · stride + kernel under 'valid'.
 * Parameters: `kernel` K [kernelHeight, kernelWidth, filters, channels], `bias` b [filters] starting at zero.
 *
 * @returns a layer [height, width, channels] → [height′, width′, filters], unbounded
 * @throws GM_OPTION for sizes that are no positive whole numbers or an unknown padding; GM_FIT when the input is no image
 * @see Dumoulin & Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285
 * @example sequential(spec([7, 7, 64]), conv2dTranspose({ filters: 1, kernelSize: 4, strides: 2, random: seeded(1) }))
 */
export function conv2dTranspose(options: ConvolutionOptions): Layer {
  const window = windowOf('conv2dTranspose', options);
  const { filters, size, strides, bias, random, kernel, kernelNorm } = window;
  return (input) => {
    checkImage('conv2dTranspose', input);
    const channels = input.shape[2]!;
    const area = size[0] * size[1];
    const fans = { fanIn: area * channels, fanOut: area * filters };
    const weight = kernelNorm(parameter([...size, filters, channels], kernel, { ...fans, random }), 2);
    const offset = bias ? constant([filters], 0) : undefined;
    const [height, width] = outputSize(input.shape, window);
    const pads = tfPadding(window, [height, width], input.shape);
    return network({
      name: 'conv2dTranspose',
      input,
      output: spec([height, width, filters]),
      parameters: { ...weight.parameters, ...(offset && { bias: offset }) },
      ...(weight.buffers && { buffers: weight.buffers }),
      kernels: CONVOLUTION,
      apply(x, applying) {
        const w = weight.evaluate(applying);
        const shape: [number, number, number, number] = [x.shape[0]!, height, width, filters];
        const y = spread(x as Tensor4D, w as Tensor4D, shape, strides, pads);
        return offset ? add(y, offset) : y;
      },
    });
  };
}

function outputSize([inHeight, inWidth]: readonly number[], { size, strides, padding }: Window): [number, number] {
  if (padding === 'same') return [inHeight! * strides[0], inWidth! * strides[1]];
  return [(inHeight! - 1) * strides[0] + size[0], (inWidth! - 1) * strides[1] + size[1]];
}
