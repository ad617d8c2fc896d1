import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seeded } from '@gm/core';
import { batches, epochOf, shifted } from '@gm/data';
import { discriminator } from '@gm/discriminators';
import { correct, evaluate, lenetParts } from '@gm/metrics';
import { dropout, saveWeights, sequential } from '@gm/networks';
import { adam, classifier, cosine } from '@gm/trainers';
import type { Tensor } from '@tensorflow/tfjs-core';
import { mnist } from '../mnist.js';
import type { Row } from '../row.js';
import { trained } from '../training.js';

const [batchSize, epochs, seed] = [128, 20, 1];

/** Trains the network whose features @gm/metrics measures digits by, and writes its weights: copy them into packages/metrics. */
export const lenet: Row = {
  name: 'lenet',
  title: 'The LeNet of @gm/metrics on MNIST: accuracy on the test split; writes lenet.safetensors',
  async run(sitting) {
    const [train, test] = [await mnist('train'), await mnist('test')];
    const random = seeded(seed);
    const { body, head } = lenetParts(random);
    const network = discriminator({ body: sequential(body.input, body, dropout({ rate: 0.25 })), head });
    const source = batches(train, { batchSize, random: random.split('batches'), transform: shifted({ pixels: 1 }) });
    const steps = epochs * source.batchesPerEpoch;
    const optimizer = adam({ learningRate: cosine({ from: 2e-3, to: 1e-5, steps }) });
    const { run, seconds } = await trained(
      { name: 'lenet', game: classifier({ network, optimizer }), batches: source, steps, options: { seed } },
      sitting,
    );
    const { accuracy } = await evaluate(epochOf(test, { batchSize: 500 }), ({ x, labels }) => ({
      accuracy: correct(network.logits(x) as Tensor, labels),
    }));
    const file = join(sitting.folder, 'lenet.safetensors');
    writeFileSync(file, await saveWeights(sequential(body.input, body, head), { accuracy: `${accuracy.mean}` }));
    sitting.say(`${file}: copy it to packages/metrics`);
    run.dispose();
    network.dispose();
    return [
      {
        figure: 'LeNet for FLD, test accuracy',
        reference: '99.05 %, LeNet-5 (LeCun et al. 1998, figure 9)',
        ours: `${(100 * accuracy.mean).toFixed(2)} %`,
        wanted: '≥ 99 %',
        kept: accuracy.mean >= 0.99,
        seeds: [seed],
        steps,
        seconds,
      },
    ];
  },
};
