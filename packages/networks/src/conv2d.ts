import { type Layer, spec } from '@gm/core';
import { convolution } from '@gm/ops';
import { conv2d as convolve, type Tensor4D } from '@tensorflow/tfjs-core';
import { constant, parameter } from './initializer.js';
import { type ConvolutionOptions, checkImage, checkInside, tfPadding, type Window, windowOf } from './kernel.js';
import { CONVOLUTION } from './kernelNames.js';
import { network } from './network.js';

/**
 * A convolution over images (a cross-correlation, as everywhere in deep learning).
 *
 *   y[i, j, o] = b[o] + Σ x[i·s + u, j·s + v, c] K[u, v, c, o]  over u, v, c
 *
 * Height and width become ⌈size / stride⌉ under padding 'same', ⌊(size − kernel) / stride⌋ + 1 under 'valid'.
 * Parameters: `kernel` K [kernelHeight, kernelWidth, channels, filters], `bias` b [filters] starting at zero.
 *
 * @returns a layer [height, width, channels] → [height′, width′, filters], unbounded
 * @throws GM_OPTION for sizes that are no positive whole numbers or an unknown padding; GM_FIT when the input is no image or,
 *   under 'valid', smaller than the kernel
 * @see Dumoulin & Visin (2016), A guide to convolution arithmetic for deep learning, arXiv:1603.07285
 * @example sequential(spec([28, 28, 1]), conv2d({ filters: 16, kernelSize: 3, strides: 2, random: seeded(1) }))
 */
export function conv2d(options: ConvolutionOptions): Layer {
  const window = windowOf('conv2d', options);
  const { filters, size, strides, bias, random, kernel, kernelNorm } = window;
  return (input) => {
    checkImage('conv2d', input);
    checkInside('conv2d', input.shape, window);
    const channels = input.shape[2]!;
    const area = size[0] * size[1];
    const fans = { fanIn: area * channels, fanOut: area * filters };
    const weight = kernelNorm(parameter([...size, channels, filters], kernel, { ...fans, random }), 3);
    const offset = bias ? constant([filters], 0) : undefined;
    const to = outputSize(input.shape, window);
    const pads = tfPadding(window, input.shape, to);
    return network({
      name: 'conv2d',
      input,
      output: spec([...to, filters]),
      parameters: { ...weight.parameters, ...(offset && { bias: offset }) },
      ...(weight.buffers && { buffers: weight.buffers }),
      kernels: CONVOLUTION,
      apply(x, applying) {
        const w = weight.evaluate(applying);
        if (offset) return convolution(x, w, offset, { strides, pad: pads }); // [batch, height′, width′, filters]
        return convolve(x as Tensor4D, w as Tensor4D, strides, pads);
      },
    });
  };
}

function outputSize(shape: readonly number[], { size, strides, padding }: Window): number[] {
  return [0, 1].map((axis) => {
    const reach = padding === 'same' ? shape[axis]! : shape[axis]! - size[axis]! + 1;
    return Math.ceil(reach / strides[axis]!);
  });
}
