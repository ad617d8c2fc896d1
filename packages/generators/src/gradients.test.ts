import { seeded, spec } from '@gm/core';
import { beforeEach, describe, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { batchNorm, chain, dense, doublingConv2dTranspose, relu, reshape, sigmoid, tanh } from '../test/reference.js';
import { convDecoder } from './convDecoder.js';
import { dcganGenerator } from './dcganGenerator.js';
import { mlpDecoder } from './mlpDecoder.js';

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

  it('dcganGenerator in training agrees with float64, as do its derivatives', async () => {
    const network = dcganGenerator({ latent: 3, output: spec([8, 4, 1], [-1, 1]), channels: 2, random });
    const parts = [dense, reshape(2, 1, 4), batchNorm, relu, double, batchNorm, relu, double, tanh];
    const options = { training: true };
    await checkGradients(chain(...parts), { network, batch: 3, options });
    await checkSecondGradients({ network, batch: 3, options });
  });
});
