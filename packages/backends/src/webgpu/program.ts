import { sizeOf } from '@gm/core';
import type { Program, Uniform } from './stock.js';

const INVOCATIONS = 64;

/** How to compute the numbers of a result: a body of `fn main(index: i32)`, where `uniforms.count` is how many there are. */
interface Recipe {
  readonly name: string;
  readonly outputShape: readonly number[];
  readonly variableNames: readonly string[];
  /** How many numbers the body computes, from `perInvocation * index` on. Default 1. */
  readonly perInvocation?: number;
  /** More members of the struct `uniforms`, before `count`. */
  readonly uniforms?: string;
  /** Called in the body. */
  readonly functions?: string;
  readonly body: string;
}

/** A shader with an invocation for each number of the result, or for each few. */
export function programOf(recipe: Recipe): Program {
  const { name, outputShape, variableNames, perInvocation = 1, uniforms = '', functions = '', body } = recipe;
  return {
    shaderKey: name,
    outputShape: [...outputShape],
    variableNames,
    uniforms: `${uniforms} count: i32,`,
    workgroupSize: [INVOCATIONS, 1, 1],
    dispatchLayout: { x: outputShape.map((_, axis) => axis) },
    dispatch: dispatchOf(Math.ceil(sizeOf(outputShape) / perInvocation / INVOCATIONS)),
    getUserCode: () => `${functions}
fn main(index: i32) {
  if (index * ${perInvocation} >= uniforms.count) { return; }
  ${body}
}
`,
  };
}

/** As many workgroups, in a rectangle: no side may be longer than 65,535. Those too many find nothing to write. */
function dispatchOf(workgroups: number): [number, number, number] {
  const rows = Math.ceil(workgroups / 65_535);
  return [Math.ceil(workgroups / rows), rows, 1];
}

export const whole = (...data: number[]): Uniform => ({ type: 'int32', data });

/**
 * Code that sets `s` and `c` to the sine and cosine of `angle`, between −π/4 and π/4: polynomials of Moshier's Cephes, single
 * precision. WGSL allows its own sin and cos errors of 2⁻¹¹.
 */
export const sineAndCosine = (angle: string): string => `
  let z = ${angle} * ${angle};
  let s = ((-1.9515295891e-4 * z + 8.3321608736e-3) * z - 1.6666654611e-1) * z * ${angle} + ${angle};
  let c = ((2.443315711809948e-5 * z - 1.388731625493765e-3) * z + 4.166664568298827e-2) * z * z - 0.5 * z + 1.0;`;
