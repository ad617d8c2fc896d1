import { seeded, spec } from '@gm/core';
import { expectNoLeak } from '@gm/core/testing';
import { spectralNorm } from '@gm/networks';
import { beforeEach, describe, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import * as reference from '../test/reference.js';
import { convClassifier } from './convClassifier.js';
import { dcganDiscriminator } from './dcganDiscriminator.js';
import { mlpClassifier } from './mlpClassifier.js';
import { mlpDiscriminator } from './mlpDiscriminator.js';
import { patchDiscriminator } from './patchDiscriminator.js';
import { recurrentDiscriminator } from './recurrentDiscriminator.js';
import { resnetDiscriminator } from './resnetDiscriminator.js';
import { withHead } from './withHead.js';

const { batchNorm, chain, conv2d, dense, flatten, globalAverage, halvingConv2d, leakyRelu, relu } = reference;
const random = seeded(1);
const image = spec([8, 8, 1]);

const mlp = chain(flatten, dense, leakyRelu, dense, leakyRelu);
const halve = halvingConv2d(4);

describe.each(backends)('gradients on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('mlpDiscriminator agrees with float64, as do its derivatives', async () => {
    const network = mlpDiscriminator({ input: spec([3, 2]), hidden: [6, 5], random });
    await checkGradients(reference.discriminator(mlp, dense), { network });
    await checkSecondGradients({ network });
  });

  it('mlpClassifier agrees with float64, as do its derivatives', async () => {
    const network = mlpClassifier({ input: spec([5]), hidden: [6], classes: 3, random });
    await checkGradients(reference.discriminator(chain(flatten, dense, relu), dense), { network });
    await checkSecondGradients({ network });
  });

  it('dcganDiscriminator without norm agrees with float64, as do its derivatives', async () => {
    const network = dcganDiscriminator({ input: image, channels: 2, norm: 'none', random });
    const body = chain(halve, leakyRelu, halve, leakyRelu, flatten);
    await checkGradients(reference.discriminator(body, dense), { network, batch: 2 });
    await checkSecondGradients({ network, batch: 2 });
  });

  it('dcganDiscriminator in training agrees with float64, as do its derivatives', async () => {
    const network = dcganDiscriminator({ input: image, channels: 2, random });
    const body = chain(halve, leakyRelu, halve, batchNorm, leakyRelu, flatten);
    const options = { training: true };
    await checkGradients(reference.discriminator(body, dense), { network, batch: 3, options });
    await checkSecondGradients({ network, batch: 3, options });
  });

  it('convClassifier agrees with float64, as do its derivatives', async () => {
    const network = convClassifier({ input: spec([7, 6, 1]), classes: 3, channels: [2, 3], hidden: 4, random });
    const conv = halvingConv2d(5);
    const body = chain(conv, relu, conv, relu, flatten, dense, relu);
    await checkGradients(reference.discriminator(body, dense), { network, batch: 2 });
    await checkSecondGradients({ network, batch: 2 });
  });

  it('patchDiscriminator agrees with float64, as do its derivatives', async () => {
    const network = patchDiscriminator({ input: image, channels: 2, halvings: 1, norm: 'none', random });
    const plain = conv2d(4, 1);
    const body = chain(halve, leakyRelu, plain, leakyRelu);
    await checkGradients(reference.discriminator(body, chain(plain, globalAverage)), { network, batch: 2 });
    await checkSecondGradients({ network, batch: 2, step: 0.01 });
  });

  it('resnetDiscriminator agrees with float64, as do its derivatives', async () => {
    const network = resnetDiscriminator({ input: spec([5, 4, 1]), channels: [2], random });
    const block = reference.parallel([conv2d(1, 2)], [relu, conv2d(3, 2), relu, conv2d(3, 1)]);
    const body = chain(conv2d(3, 1), block, relu, globalAverage);
    await checkGradients(reference.discriminator(body, dense), { network, batch: 2 });
    await checkSecondGradients({ network, batch: 2 });
  });

  it.each([
    ['mlpDiscriminator', { make: mlpDiscriminator, input: spec([4]), hidden: [5] }],
    ['dcganDiscriminator', { make: dcganDiscriminator, input: image, channels: 2, norm: 'none' }],
    ['patchDiscriminator', { make: patchDiscriminator, input: image, channels: 2, halvings: 1, norm: 'none' }],
    ['resnetDiscriminator', { make: resnetDiscriminator, input: spec([5, 4, 1]), channels: [2] }],
  ] as const)('%s under spectral norm has right second derivatives', async (_, { make, ...options }) => {
    const network = make({ ...options, kernelNorm: spectralNorm(), random } as never);
    await checkSecondGradients({ network, batch: 2, settling: 30, step: 0.01 });
  });

  it.each(['lstm', 'gru'] as const)('recurrentDiscriminator of %s has right second derivatives', async (cell) => {
    const network = recurrentDiscriminator({ input: spec([3, 2]), hidden: [3, 2], cell, random });
    await checkSecondGradients({ network, batch: 2, step: 0.01 });
  });

  it('withHead agrees with float64, as do its derivatives', async () => {
    const given = mlpDiscriminator({ input: spec([4]), hidden: [6, 5], random });
    const network = withHead(given, { classes: 3, random });
    await checkGradients(reference.discriminator(mlp, dense), { network });
    await checkSecondGradients({ network });
    await expectNoLeak(() => checkSecondGradients({ network }));
  });
});
