import { useBackend } from '@gm/backends';
import { type Generator, type Network, seeded, spec } from '@gm/core';
import { fromDecoder, mlpDecoder } from '@gm/generators';
import { standardNormal } from '@gm/latent';
import type { Tensor } from '@tensorflow/tfjs-core';

export async function sample(): Promise<Tensor> {
  const { name } = await useBackend('cpu');
  name satisfies string;
  const decoder: Network = mlpDecoder({ latent: 2, hidden: [8], output: spec([3]), random: seeded(1) });
  const generator: Generator = fromDecoder(decoder, standardNormal(2));
  return generator.sample(4, seeded(2));
}

// @ts-expect-error: without types of ours this would be `any`, and no error.
mlpDecoder({ latent: 'two' });
