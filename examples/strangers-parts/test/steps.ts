import assert from 'node:assert/strict';
import { type Examples, seeded } from '@gm/core';
import { batches, toy } from '@gm/data';
import { type Game, readMetrics, trainer } from '@gm/trainers';

/** Trains a game on points of a ring for a few steps; every number that it reports has to be finite. */
export async function takesSteps<Shared>(game: Game<Examples, Shared>, count = 5): Promise<void> {
  const random = seeded(1);
  const data = batches(toy('ring', { count: 256, random }), { batchSize: 32, random });
  const run = trainer(game, { seed: 1 });
  for (let step = 0; step < count; step++) {
    const batch = await data.at(step);
    const metrics = await readMetrics(run.step(batch));
    for (const tensor of Object.values(batch)) tensor.dispose();
    assert.ok(Object.keys(metrics).length > 0);
    for (const [name, value] of Object.entries(metrics)) assert.ok(Number.isFinite(value), `${name} is ${value}`);
  }
  run.dispose();
}
