import type { Generator, Network, Random, Spec } from '@gm/core';
import {
  add,
  concat,
  cos,
  dispose,
  exp,
  matMul,
  mul,
  sin,
  split,
  type Tensor,
  tidy,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { checkBatch } from './checkBatch.js';

/**
 * Points of the plane by radius and angle, which suit a ring better than coordinates do. A decoder, and with its own normal z a
 * generator too.
 *
 *   [log r, φ] = z W + b,   x = (r cos φ, r sin φ)
 *
 * @param latent  how many numbers z has
 * @param random  where W is drawn from, N(0, 1)
 * @returns z [batch, latent] → x [batch, 2]
 * @throws GM_SHAPE from `apply` when z is no such batch
 * @example gan({ generator: polarGenerator({ latent: 2, random: seeded(1) }), discriminator, prior: standardNormal(2) })
 */
export function polarGenerator({ latent, random }: { latent: number; random: Random }): Network & Generator {
  const input: Spec = { shape: [latent], dtype: 'float32', range: 'unbounded' };
  const output: Spec = { shape: [2], dtype: 'float32', range: 'unbounded' };
  const kernel = tidy(() => variable(random.normal([latent, 2])));
  const bias = tidy(() => variable(zeros([2])));
  const apply = (z: Tensor): Tensor => {
    checkBatch('polarGenerator', z, input);
    return tidy(() => {
      const [logRadius, angle] = split(add(matMul(z as never, kernel as never), bias), 2, 1) as [Tensor, Tensor];
      const radius = exp(logRadius); // [batch, 1]
      return concat([mul(radius, cos(angle)), mul(radius, sin(angle))], 1);
    });
  };
  return {
    input,
    output,
    parameters: { kernel, bias },
    apply,
    sample: (count, stream) => tidy(() => apply(stream.normal([count, latent]))),
    dispose: () => dispose([kernel, bias]),
  };
}
