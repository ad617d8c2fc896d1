import { seeded, spec } from '@gm/core';
import { softmaxCrossEntropy } from '@gm/losses';
import { dense, embedding, lstm, perStep, sequential } from '@gm/networks';
import { adam } from '@gm/trainers';
import { mean, reshape, tensor2d } from '@tensorflow/tfjs-core';
import { tokens } from '../batches.mjs';
import { play, start } from './play.mjs';

const [vocabulary, time, batch] = [64, 64, 64];

export async function prepare({ threads }) {
  const device = await start(threads);
  const random = seeded(1);
  const network = sequential(
    spec([time], [0, vocabulary - 1], 'int32'),
    embedding({ vocabulary, units: 64, random }),
    lstm({ units: 256, random, sequences: true }),
    perStep(dense({ units: vocabulary, random })),
  );
  const game = nextToken(network);
  const [x, labels] = [0, 1].map((from) => tensor2d(tokens(batch, from), [batch, time], 'int32'));
  return { device, ...play(game, { x, labels }, 'reader/loss') };
}

/** A game of our own: the next token at every moment. */
function nextToken(network) {
  const loss = ({ x, labels }, _, { random }) => {
    const logits = reshape(network.apply(x, { training: true, random }), [batch * time, vocabulary]);
    return { loss: mean(softmaxCrossEntropy(reshape(labels, [batch * time]), logits)) };
  };
  const reader = { name: 'reader', networks: { network }, optimizer: adam({ learningRate: 1e-3 }), loss };
  return { input: network.input, players: [reader] };
}
