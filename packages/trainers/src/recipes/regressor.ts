import { gmError, type Network, type Optimizer, type Predictive, showSpec, type TargetedExamples } from '@gm/core';
import { abs, mean, squeeze, sub } from '@tensorflow/tfjs-core';
import { checkUntold, trainingUntold } from '../fit.js';
import type { Game } from '../game.js';
import { adam } from '../optimizers/adam.js';

/** What a regression is made of. */
export interface RegressorParts {
  /** x → [batch, …targets, head.size]. */
  readonly network: Network;
  /** How its numbers are read: `gaussianHead()` or `quantileHead()` of @gm/losses. */
  readonly head: Predictive;
  /** Default Adam. */
  readonly optimizer?: Optimizer;
}

/**
 * Regression, and forecasts: a game of one.
 *
 *   minimise mean head.loss(y, network(x))
 *
 * Reports `loss`, and `error`, the mean absolute distance of the median from the targets.
 *
 * @throws GM_FIT when the network does not give head.size numbers for each target
 * @example trainer(regressor({ network: recurrentPredictor({ input, targets: [12], head, hidden: [32], random }), head }))
 */
export function regressor({ network, head, optimizer = adam() }: RegressorParts): Game<TargetedExamples> {
  checkUntold('regressor', { network });
  checkHead(network, head);
  return {
    input: network.input,
    targets: network.output.shape.slice(0, -1),
    needs: ['targets'],
    masks: true,
    players: [
      {
        name: 'regressor',
        networks: { regressor: network },
        optimizer,
        loss(batch, _, { random }) {
          const { x, targets } = batch;
          const predicted = network.apply(x, trainingUntold(batch, random));
          const median = squeeze(head.quantiles(predicted, [0.5]), [-1]);
          return { loss: mean(head.loss(targets, predicted)), error: mean(abs(sub(targets, median))) };
        },
      },
    ],
  };
}

function checkHead({ output }: Network, { size }: Predictive): void {
  if (output.dtype === 'float32' && output.shape.length > 0 && output.shape.at(-1) === size) return;
  throw gmError('GM_FIT', {
    where: 'network → head',
    expected: `${size} numbers for each target: [..., ${size}]`,
    received: showSpec(output),
    remedy: `End the network in dense({ units: targets * ${size} }) and reshape([targets, ${size}]).`,
  });
}
