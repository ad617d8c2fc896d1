import {
  checkFits,
  type Discriminator,
  gmError,
  type LabelledExamples,
  type Network,
  type Optimizer,
  showSpec,
} from '@gm/core';
import { softmaxCrossEntropy } from '@gm/losses';
import { argMax, cast, equal, mean } from '@tensorflow/tfjs-core';
import { checkUntold, trainingUntold } from '../fit.js';
import type { Game } from '../game.js';
import { adam } from '../optimizers/adam.js';

/**
 * Classifier: a game of one.
 *
 *   minimise −log softmax(D(x))[y]
 *
 * Reports `loss` in nats and `accuracy` on the training batch.
 *
 * @throws GM_FIT when the network does not give logits [classes]
 * @example trainer(classifier({ network: convClassifier({ input: spec([28, 28, 1], [0, 1]), classes: 10, random: seeded(1) }) }))
 */
export function classifier({
  network,
  optimizer = adam(),
}: {
  readonly network: Network & Discriminator;
  readonly optimizer?: Optimizer;
}): Game<LabelledExamples> {
  checkUntold('classifier', { network });
  return {
    input: network.input,
    classes: classesOf(network),
    needs: ['labels'],
    masks: true,
    players: [
      {
        name: 'classifier',
        networks: { classifier: network },
        optimizer,
        loss(batch, _, { random }) {
          const { x, labels } = batch;
          const logits = network.logits(x, trainingUntold(batch, random)); // [batch, classes]
          const hits = equal(argMax(logits, -1), labels);
          return { loss: mean(softmaxCrossEntropy(labels, logits)), accuracy: mean(cast(hits, 'float32')) };
        },
      },
    ],
  };
}

/** How many classes a network tells. @throws GM_FIT when it tells none */
export function classesOf({ output }: Network): number {
  const [classes] = output.shape;
  if (output.shape.length === 1 && classes! > 1) {
    checkFits({ name: 'network', spec: output }, { name: 'softmaxCrossEntropy', spec: { ...output, range: 'logits' } });
    return classes!;
  }
  throw gmError('GM_FIT', {
    where: 'classifier',
    expected: 'a network that gives one logit for each of two or more classes',
    received: showSpec(output),
    remedy: 'End it with dense({ units: classes }), or take withHead() of @gm/discriminators.',
  });
}
