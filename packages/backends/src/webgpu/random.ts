import { randomBitsKernel, randomNormalKernel, randomUniformKernel, sizeOf } from '@gm/core';
import type { DataType, KernelConfig } from '@tensorflow/tfjs-core';
import { programOf, sineAndCosine, whole } from './program.js';
import type { Uniform, WebGpuBackend } from './stock.js';

/** The numbers of a stream (see random.ts of @gm/core), drawn on the device, one block of four words by each invocation. */
export const randomKernels: readonly KernelConfig[] = [
  draws(randomBitsKernel, 'int32', 'return bitcast<vec4<i32>>(words);'),
  draws(randomUniformKernel, 'float32', 'return vec4<f32>(words >> vec4<u32>(8u)) * 5.9604644775390625e-8;'),
  draws(randomNormalKernel, 'float32', 'return vec4<f32>(normals(words.xy), normals(words.zw));'),
];

interface Attributes {
  readonly key: readonly [number, number];
  readonly counter: number;
  readonly shape: number[];
}

function draws(kernelName: string, dtype: DataType, distribution: string): KernelConfig {
  return {
    kernelName,
    backendName: 'webgpu',
    kernelFunc: ({ attrs, backend }) => {
      const { key, counter, shape } = attrs as unknown as Attributes;
      const count = sizeOf(shape);
      const uniforms = [key[0], key[1], counter >>> 0, Math.floor(counter / 2 ** 32)].map((word) => unsigned(word));
      const program = programOf({
        name: kernelName,
        outputShape: [count],
        variableNames: [],
        perInvocation: WORDS,
        uniforms: 'key0: u32, key1: u32, low: u32, high: u32,',
        functions: functionsOf(dtype === 'int32' ? 'i32' : 'f32', distribution),
        body,
      });
      const x = (backend as WebGpuBackend).runWebGPUProgram(program, [], dtype, [...uniforms, whole(count)]);
      return { ...x, shape };
    },
  };
}

const unsigned = (word: number): Uniform => ({ type: 'uint32', data: [word] });

const functionsOf = (type: string, distribution: string) => `${philox}${boxMuller}
fn numbers(words: vec4<u32>) -> vec4<${type}> { ${distribution} }
`;

/** In a block. */
const WORDS = 4;

const body = `
  let low = uniforms.low + u32(index);
  let high = uniforms.high + select(0u, 1u, low < uniforms.low);
  let x = numbers(philox(vec4<u32>(low, high, 0u, 0u), vec2<u32>(uniforms.key0, uniforms.key1)));
  for (var i = 0; i < ${WORDS}; i++) {
    if (${WORDS} * index + i < uniforms.count) { result[${WORDS} * index + i] = x[i]; }
  }`;

/** Philox4x32-10: Salmon et al. (2011), Parallel random numbers: as easy as 1, 2, 3. WGSL has no product of 64 bits. */
const philox = `
fn high(a: u32, b: u32) -> u32 {
  let middle = (a >> 16u) * (b & 0xffffu) + (((a & 0xffffu) * (b & 0xffffu)) >> 16u);
  let carry = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (carry >> 16u);
}

fn philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var k = key;
  for (var round = 0; round < 10; round++) {
    let p = vec2<u32>(high(0xd2511f53u, c.x), 0xd2511f53u * c.x);
    let q = vec2<u32>(high(0xcd9e8d57u, c.z), 0xcd9e8d57u * c.z);
    c = vec4<u32>(q.x ^ c.y ^ k.x, q.y, p.x ^ c.w ^ k.y, p.y);
    k += vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
`;

/**
 * Box & Muller (1958): a pair of words becomes a pair of normals. WGSL allows its own log, sin and cos large errors, so these are
 * polynomials (Moshier's Cephes, single precision), on arguments that are reduced as whole numbers.
 */
const boxMuller = `
// −ln((w + ½) / 2³²)
fn minusLog(w: u32) -> f32 {
  var f = -(f32(~w) + 0.5) * 2.3283064365386963e-10; // what is missing to 1
  var n = 0.0;
  if (w < 3037000500u) { // below √½: take m in [√½, √2) with (w + ½) / 2³² = m / 2ⁿ
    let x = bitcast<u32>(f32(w) + 0.5);
    let k = bitcast<i32>(x - 0x3f3504f3u) >> 23u;
    f = bitcast<f32>(x - (bitcast<u32>(k) << 23u)) - 1.0;
    n = f32(32 - k);
  }
  var p = 7.0376836292e-2;
  p = p * f - 1.1514610310e-1;
  p = p * f + 1.1676998740e-1;
  p = p * f - 1.2420140846e-1;
  p = p * f + 1.4249322787e-1;
  p = p * f - 1.6668057665e-1;
  p = p * f + 2.0000714765e-1;
  p = p * f - 2.4999993993e-1;
  p = p * f + 3.3333331174e-1;
  let z = f * f;
  return n * 0.693359375 - (f + (z * f * p - 0.5 * z + n * 2.12194440e-4));
}

fn normals(words: vec2<u32>) -> vec2<f32> {
  let square = 2.0 * minusLog(words.x);
  var radius = sqrt(square);
  radius += 0.5 * (square - radius * radius) / radius;
  let quadrant = (words.y + 0x20000000u) >> 30u;
  let angle = (f32(bitcast<i32>(words.y - (quadrant << 30u))) + 0.5) * 1.4629180792671596e-9; // 2π / 2³²${sineAndCosine('angle')}
  let turned = select(vec2<f32>(c, s), vec2<f32>(-s, c), (quadrant & 1u) == 1u);
  return radius * select(turned, -turned, (quadrant & 2u) == 2u);
}
`;
