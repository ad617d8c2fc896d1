import { type Network, seeded, spec } from '@gm/core';
import { squaredError } from '@gm/losses';
import { dense } from '@gm/networks';
import { adam, adamW, averagesOf, clipped, cosine, descend, linear, readMetrics, rmsprop, sgd } from '@gm/trainers';
import { clone, mean } from '@tensorflow/tfjs-core';
import type { Case } from '../case.js';
import { draw, read } from '../numbers.js';

type Optimizer = ReturnType<typeof adam>;

/** A few steps of a method on a linear regression, and the average kept of them. */
function optimizer(name: string, make: () => Optimizer): Case {
  return {
    group: 'optimizers',
    name,
    async run() {
      const network = dense({ units: 3, random: seeded('weights') })(spec([4]));
      const [method, averages] = [make(), averagesOf(network.parameters, 0.5)];
      try {
        for (let step = 1; step <= 5; step++) {
          await move(network, method);
          averages.update(step);
        }
        const tensors = { ...network.parameters, ...prefixed('average', averages.values) };
        const copies = Object.entries({ ...tensors, ...method.state().slots }).map(([key, x]) => [key, clone(x)]);
        return { forward: await read(Object.fromEntries(copies)) };
      } finally {
        network.dispose();
        method.dispose();
        averages.dispose();
      }
    },
  };
}

async function move(network: Network, method: Optimizer): Promise<void> {
  const [x, y] = [draw([6, 4]), draw([6, 3], { seed: 2 })];
  const player = { name: 'player', networks: { network }, optimizer: method };
  await readMetrics(descend(player, () => ({ loss: mean(squaredError(y, network.apply(x))) }), { clipNorm: 1 }));
  x.dispose();
  y.dispose();
}

const prefixed = <Value>(prefix: string, record: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}/${name}`, value]));

export const optimizerCases: readonly Case[] = [
  optimizer('adam', () => adam({ learningRate: cosine({ from: 0.1, steps: 5 }) })),
  optimizer('adamW', () => adamW({ learningRate: 0.1, weightDecay: 0.1 })),
  optimizer('clipped', () => clipped(sgd({ learningRate: 0.1 }), 0.3)),
  optimizer('rmsprop', () => rmsprop({ learningRate: linear({ from: 0.1, to: 0.01, steps: 5 }) })),
  optimizer('sgd', () => sgd({ learningRate: 0.1 })),
  optimizer('sgd, with momentum', () => sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true })),
];
