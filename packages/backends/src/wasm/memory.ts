import type { Body } from './kernel.js';
import { shaped } from './kernel.js';

/** A second name for the same numbers. tfjs copies them; a gradient keeps its inputs under second names. */
export const identity: Body = ({ x }, _, { stock }) =>
  x!.dtype === 'string' ? stock('Identity', { x: x! }) : shaped(x!, x!.shape);

/** Repeats x along axes, as a product with ones that is broadcast both ways: a hundredth of the time of tfjs's kernel. */
export const tile: Body = ({ x }, { reps }, { call, stock }) => {
  const { left, right } = crossed(x!.shape, reps);
  if (x!.dtype !== 'float32' || left.length > 5) return stock('Tile', { x: x! }, { reps });
  const ones = call('Fill', {}, { shape: right, value: 1, dtype: 'float32' });
  const shape = x!.shape.map((size, axis) => size * reps[axis]);
  return shaped(call('Multiply', { a: shaped(x!, left), b: ones }), shape);
};

/** The two shapes whose broadcast product is x repeated: sizes on the left, repetitions on the right, neighbours merged. */
function crossed(shape: number[], reps: number[]) {
  const left: number[] = [];
  const right: number[] = [];
  for (const [axis, size] of shape.entries()) {
    for (const [keep, repeat] of [[1, reps[axis]!] as const, [size, 1] as const]) {
      if (keep * repeat === 1) continue;
      const last = left.length - 1;
      if (last >= 0 && (repeat === 1 ? right[last] === 1 : left[last] === 1)) {
        left[last]! *= keep;
        right[last]! *= repeat;
      } else {
        left.push(keep);
        right.push(repeat);
      }
    }
  }
  return { left, right };
}
