import { sizeOf } from '@gm/core';
import { dispatchOf } from './random.js';
import type { Program, Uniform } from './stock.js';

const INVOCATIONS = 64;

/** How to compute one number: a body of `fn main(index: i32)`, where `uniforms.count` is how many there are. */
interface Recipe {
  readonly name: string;
  readonly outputShape: readonly number[];
  readonly variableNames: readonly string[];
  /** More members of the struct `uniforms`, before `count`. */
  readonly uniforms?: string;
  /** Called in the body. */
  readonly functions?: string;
  readonly body: string;
}

/** A shader with an invocation for each number of the result. */
export function programOf({ name, outputShape, variableNames, uniforms = '', functions = '', body }: Recipe): Program {
  return {
    shaderKey: name,
    outputShape: [...outputShape],
    variableNames,
    uniforms: `${uniforms} count: i32,`,
    workgroupSize: [INVOCATIONS, 1, 1],
    dispatchLayout: { x: outputShape.map((_, axis) => axis) },
    dispatch: dispatchOf(Math.ceil(sizeOf(outputShape) / INVOCATIONS)),
    getUserCode: () => `${functions}
fn main(index: i32) {
  if (index >= uniforms.count) { return; }
  ${body}
}
`,
  };
}

export const whole = (...data: number[]): Uniform => ({ type: 'int32', data });
