import { seeded, spec } from '@gm/core';
import { expectClose } from '@gm/core/testing';
import { dense as denseLayer, gru, lstm, perStep, tanh as tanhLayer } from '@gm/networks';
import { expandDims, tile } from '@tensorflow/tfjs-core';
import { beforeEach, describe, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { batchNorm, chain, dense, doublingConv2dTranspose, relu, reshape, sigmoid, tanh } from '../test/reference.js';
import { convDecoder } from './convDecoder.js';
import { dcganGenerator } from './dcganGenerator.js';
import { mlpDecoder } from './mlpDecoder.js';
import { recurrentDecoder } from './recurrentDecoder.js';

const random = seeded(1);
const double = doublingConv2dTranspose(4);

describe.each(backends)('gradients on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('mlpDecoder agrees with float64, as do its derivatives', async () => {
    const network = mlpDecoder({ latent: 3, hidden: [6, 5], output: spec([2, 2], [0, 1]), random });
    await checkGradients(chain(dense, relu, dense, relu, dense, sigmoid, reshape(2, 2)), { network });
    await checkSecondGradients({ network });
  });

  it('convDecoder agrees with float64, as do its derivatives', async () => {
    const network = convDecoder({ latent: 3, output: spec([8, 4, 1], 'logits'), channels: [3, 2], random });
    await checkGradients(chain(dense, relu, reshape(2, 1, 3), double, relu, double), { network, batch: 2 });
    await checkSecondGradients({ network, batch: 2 });
  });

  it.each(['lstm', 'gru'] as const)(
    'recurrentDecoder of %s is what its parts are, and has right derivatives',
    async (cell) => {
      const network = recurrentDecoder({ latent: 2, output: spec([3, 1], [-1, 1]), hidden: [2], cell, random });
      await checkSecondGradients({ network, batch: 2, step: 0.02 });
      const z = seeded(2).normal([2, 2]);
      const rows = tile(expandDims(z, 1), [1, 3, 1]);
      const parts = [
        (cell === 'lstm' ? lstm : gru)({ units: 2, sequences: true, random })(spec([3, 2])),
        perStep(denseLayer({ units: 1, random }), tanhLayer())(spec([3, 2])),
      ] as const;
      for (const [index, part] of parts.entries()) {
        for (const [name, variable] of Object.entries(part.parameters)) {
          variable.assign(network.parameters[`${index + 1}/${name}`]!);
        }
      }
      await expectClose(network.apply(z), parts[1].apply(parts[0].apply(rows)));
    },
  );

  it('dcganGenerator in training agrees with float64, as do its derivatives', async () => {
    const network = dcganGenerator({ latent: 3, output: spec([8, 4, 1], [-1, 1]), channels: 2, random });
    const parts = [dense, reshape(2, 1, 4), batchNorm, relu, double, batchNorm, relu, double, tanh];
    const options = { training: true };
    await checkGradients(chain(...parts), { network, batch: 3, options });
    await checkSecondGradients({ network, batch: 3, options });
  });
});
