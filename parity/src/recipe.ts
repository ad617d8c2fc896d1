import type { Network } from '@gm/core';
import { weightsOf } from '@gm/networks';
import { type Game, type GameTrainer, type Metrics, readMetrics, type TrainerOptions, trainer } from '@gm/trainers';
import { clone, dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Case, Numbers } from './case.js';
import { read } from './numbers.js';

/** A game that is played for a while, and what is looked at then. */
export interface Recipe<Batch> {
  readonly run: GameTrainer<Batch>;
  readonly networks: Readonly<Record<string, Network>>;
  /** The batch of that step. */
  batch(step: number): Batch;
  /** What is made with the networks in the end. */
  outcome(): Readonly<Record<string, Tensor>>;
}

export const BATCH = 8;
/** Batches come round. */
export const BATCHES = 4;

/** The weights, the losses of the last step, and what a trained network makes. */
export function recipe<Batch>(name: string, make: () => Recipe<Batch>): Case {
  return {
    group: 'recipes',
    name,
    async run({ steps }) {
      const { run, networks, batch, outcome } = make();
      try {
        const losses = await trained(run, batch, steps);
        const weights = await copied({ ...inParts(networks), ...run.averages?.values });
        return { trained: { losses: Object.values(losses), ...weights, ...(await read(tidy(outcome))) } };
      } finally {
        run.dispose();
        for (const network of Object.values(networks)) network.dispose();
      }
    },
  };
}

/** Steps between two looks at the losses: a queue of WebGPU does not hold any number of operations. */
const GLANCE = 10;

/** The losses of the last step. */
async function trained<Batch>(run: GameTrainer<Batch>, batch: Recipe<Batch>['batch'], steps: number) {
  while (run.steps < steps - 1) {
    const metrics = stepped(run, batch(run.steps));
    if (run.steps % GLANCE === 0) await readMetrics(metrics);
    else dispose(metrics as never);
  }
  return readMetrics(stepped(run, batch(run.steps)));
}

function stepped<Batch>(run: GameTrainer<Batch>, batch: Batch): Metrics {
  const metrics = run.step(batch);
  dispose(batch as never);
  return metrics;
}

const inParts = (networks: Recipe<never>['networks']) =>
  Object.fromEntries(
    Object.entries(networks).flatMap(([part, network]) =>
      Object.entries(weightsOf(network)).map(([name, weight]) => [`${part}/${name}`, weight]),
    ),
  );

const copied = (tensors: Readonly<Record<string, Tensor>>): Promise<Numbers> =>
  read(Object.fromEntries(Object.entries(tensors).map(([name, x]) => [name, clone(x)])));

/** A trainer that draws what all others draw. */
export const started = <Batch, Shared>(game: Game<Batch, Shared>, options?: TrainerOptions) =>
  trainer(game, { seed: 7, ...options });
