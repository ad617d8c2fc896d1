import { sizeOf } from '@gm/core';
import { backend_util, type KernelConfig, MaxPool, type MaxPoolAttrs, type TensorInfo } from '@tensorflow/tfjs-core';
import { programOf, whole } from './program.js';
import type { WebGpuBackend } from './stock.js';

/** The largest number under each window; tfjs's gives a number where one of them is NaN. */
export const maxPool: KernelConfig = {
  kernelName: MaxPool,
  backendName: 'webgpu',
  kernelFunc: ({ inputs, backend, attrs }) => {
    const { x } = inputs as { x: TensorInfo };
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolAttrs;
    const image = x.shape as [number, number, number, number];
    const info = backend_util.computePool2DInfo(image, filterSize, strides, 1, pad, dimRoundingMode);
    const program = programOf({
      name: 'GmMaxPool',
      outputShape: info.outShape,
      variableNames: ['x'],
      uniforms: 'strides: vec2<i32>, pads: vec2<i32>, window: vec2<i32>,',
      body,
    });
    return (backend as WebGpuBackend).runWebGPUProgram(program, [x], x.dtype, [
      whole(info.strideHeight, info.strideWidth),
      whole(info.padInfo.top, info.padInfo.left),
      whole(info.filterHeight, info.filterWidth),
      whole(sizeOf(info.outShape)),
    ]);
  },
};

const body = `
  let at = getCoordsFromIndex(index);
  let corner = at.yz * uniforms.strides - uniforms.pads;
  var most = -uniforms.INFINITY;
  var spoiled = false;
  for (var i = 0; i < uniforms.window.x; i++) {
    for (var j = 0; j < uniforms.window.y; j++) {
      let place = corner + vec2<i32>(i, j);
      if (any(place < vec2<i32>(0)) || any(place >= uniforms.xShape.yz)) { continue; }
      let value = getX(at.x, place.x, place.y, at.w);
      spoiled = spoiled || isnan(value);
      most = max(most, value);
    }
  }
  setOutputAtIndex(index, select(most, uniforms.NAN, spoiled));`;
