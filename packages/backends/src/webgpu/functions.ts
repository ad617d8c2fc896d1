import { sizeOf } from '@gm/core';
import {
  Cos,
  Elu,
  Exp,
  Expm1,
  type KernelConfig,
  Log,
  Relu6,
  Selu,
  Sigmoid,
  Sin,
  Softplus,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import { programOf, sineAndCosine, whole } from './program.js';
import type { WebGpuBackend } from './stock.js';

/** Where x is small or large, 1 + eˣ is one of its terms in float32. */
const softplus = `
  let edge = ${Math.log(1.1920928955078125e-7) + 2};
  let e = exp(a);
  return select(select(log(1.0 + e), a, a > -edge), e, a < edge);`;

/**
 * Functions of one number that WGSL leaves to the device: its exp and log may turn a NaN into a number (SwiftShader's do), and its
 * sin and cos may be off by 2⁻¹¹. Here a NaN stays one, and sin and cos are polynomials (Moshier's Cephes, single precision).
 */
export const functionKernels: readonly KernelConfig[] = [
  unary(Exp, 'return exp(a);'),
  unary(Expm1, 'return exp(a) - 1.0;'),
  unary(Log, 'if (a < 0.0) { return uniforms.NAN; } return log(a);'),
  unary(Sigmoid, 'return 1.0 / (1.0 + exp(-a));'),
  unary(Softplus, softplus),
  unary(Elu, 'if (a >= 0.0) { return a; } return exp(a) - 1.0;'),
  unary(Selu, 'if (a >= 0.0) { return 1.0507009873554805 * a; } return 1.7580993408473766 * (exp(a) - 1.0);'),
  unary(Relu6, 'return clamp(a, 0.0, 6.0);'),
  unary(Sin, turned('sin', 0)),
  unary(Cos, turned('cos', 1)),
];

/** f(a) of every number, where a NaN stays itself. */
function unary(kernelName: string, body: string): KernelConfig {
  return {
    kernelName,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, backend }) => {
      const { x } = inputs as { x: TensorInfo };
      const program = programOf({
        name: `Gm${kernelName}`,
        outputShape: x.shape,
        variableNames: ['A'],
        functions: `fn f(a: f32) -> f32 { ${body} }`,
        body: 'let a = f32(A[index]); if (isnan(a)) { result[index] = a; } else { result[index] = f(a); }',
      });
      return (backend as WebGpuBackend).runWebGPUProgram(program, [x], 'float32', [whole(sizeOf(x.shape))]);
    },
  };
}

/** Sine of a number that is so many quarters of a turn further. Beyond 8192 the three parts of π/2 are not exact enough any more. */
function turned(own: string, quarters: number): string {
  return `
  if (isinf(a)) { return uniforms.NAN; }
  if (abs(a) > 8192.0) { return ${own}(a); }
  let k = round(a * 0.63661977236758134);
  let r = ((a - k * 1.5703125) - k * 4.837512969970703125e-4) - k * 7.54978995489188216e-8;
  ${sineAndCosine('r')}
  let quadrant = i32(k) + ${quarters};
  let y = select(s, c, (quadrant & 1) == 1);
  return select(y, -y, (quadrant & 2) == 2);`;
}
