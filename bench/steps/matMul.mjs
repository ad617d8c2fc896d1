import { seeded } from '@gm/core';
import { matMul, slice, tidy } from '@tensorflow/tfjs-core';
import { start } from './play.mjs';

export async function prepare({ threads }) {
  const device = await start(threads);
  const [a, b] = ['a', 'b'].map((name) => seeded(name).uniform([1024, 1024]));
  const step = () => tidy(() => slice(matMul(a, b), [0, 0], [1, 1]).dataSync()[0]);
  return { device, step, parameters: 0 };
}
