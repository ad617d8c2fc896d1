import { seeded } from '@gm/core';
import { batches } from '@gm/data';
import { idxDirectory } from '@gm/data/node';
import { train, trainer } from '@gm/trainers';
import { mnistFolder } from '../batches.mjs';
import { autoencoder } from './autoencoder.mjs';
import { parametersOf, start } from './play.mjs';

/** A step is one pass over MNIST, from its files to the last report. */
export async function prepare({ threads }) {
  const device = await start(threads);
  const game = autoencoder([28, 28, 1]);
  const run = trainer(game);
  let epochs = 0;
  const step = async () => {
    const source = batches(await idxDirectory(mnistFolder, { split: 'train' }), { batchSize: 128, random: seeded(1) });
    const losses = [];
    for await (const event of train(run, source, { epochs: ++epochs })) {
      if (event.type === 'report') losses.push(event.metrics['autoencoder/loss']);
    }
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  };
  return { device, step, parameters: parametersOf(game) };
}
