import { sizeOf } from '@gm/core';
import {
  _FusedMatMul,
  backend_util,
  FusedConv2D,
  FusedDepthwiseConv2D,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  MaxPool,
  type MaxPoolAttrs,
  Relu6,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { programOf, whole } from './program.js';
import type { WebGpuBackend } from './stock.js';

/** Kernels of tfjs that turn a NaN into a number, mended: a run that has gone wrong has to show it. */
export function kernelsThatKeepNaN(): KernelConfig[] {
  return [
    { kernelName: Relu6, backendName: 'webgpu', kernelFunc: relu6 },
    { kernelName: MaxPool, backendName: 'webgpu', kernelFunc: maxPool },
    ...[_FusedMatMul, FusedConv2D, FusedDepthwiseConv2D].map(withRelu6),
  ];
}

const relu6: KernelFunc = ({ inputs, backend }) => {
  const { x } = inputs as { x: TensorInfo };
  const program = programOf({
    name: 'GmRelu6',
    outputShape: x.shape,
    variableNames: ['A'],
    body: 'let a = f32(A[index]); setOutputAtIndex(index, select(clamp(a, 0.0, 6.0), a, isnan(a)));',
  });
  return (backend as WebGpuBackend).runWebGPUProgram(program, [x], x.dtype, [whole(sizeOf(x.shape))]);
};

/** The activation by itself, after a kernel that would hide a NaN in it. */
function withRelu6(kernelName: string): KernelConfig {
  const stock = getKernel(kernelName, 'webgpu').kernelFunc;
  const kernelFunc: KernelFunc = (call) => {
    if ((call.attrs as { activation?: unknown }).activation !== 'relu6') return stock(call);
    const x = stock({ ...call, attrs: { ...call.attrs, activation: 'linear' } } as never) as TensorInfo;
    const y = relu6({ ...call, inputs: { x } });
    (call.backend as WebGpuBackend).disposeData(x.dataId);
    return y;
  };
  return { kernelName, backendName: 'webgpu', kernelFunc };
}

const maxPool: KernelFunc = ({ inputs, backend, attrs }) => {
  const { x } = inputs as { x: TensorInfo };
  const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as MaxPoolAttrs;
  const image = x.shape as [number, number, number, number];
  const info = backend_util.computePool2DInfo(image, filterSize, strides, 1, pad, dimRoundingMode);
  const program = programOf({
    name: 'GmMaxPool',
    outputShape: info.outShape,
    variableNames: ['x'],
    uniforms: 'strides: vec2<i32>, pads: vec2<i32>, window: vec2<i32>,',
    body: `
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
  setOutputAtIndex(index, select(most, uniforms.NAN, spoiled));`,
  });
  return (backend as WebGpuBackend).runWebGPUProgram(program, [x], x.dtype, [
    whole(info.strideHeight, info.strideWidth),
    whole(info.padInfo.top, info.padInfo.left),
    whole(info.effectiveFilterHeight, info.effectiveFilterWidth),
    whole(sizeOf(info.outShape)),
  ]);
};
