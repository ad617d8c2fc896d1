import { seeded, spec } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { ones, tensor1d } from '@tensorflow/tfjs-core';
import { beforeEach, describe, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { checkGradients, checkSecondGradients } from '../test/gradients.js';
import { projection } from './projection.js';

const random = seeded(1);

describe.each(backends)('projection on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('adds how well features go with the class, as do its derivatives', async () => {
    const network = projection({ classes: 3, random })(spec([4]));
    const classes = [2, 0, 1];
    const options = () => ({ condition: tensor1d(classes, 'int32') });
    await checkGradients({
      network,
      options,
      reference: (x, by) =>
        Float64Array.from(classes, (c, row) => {
          let total = by['0/bias']![0]!;
          for (let f = 0; f < 4; f++) total += x[row * 4 + f]! * (by['0/kernel']![f]! + by['1/kernel']![f * 3 + c]!);
          return total;
        }),
    });
    await checkSecondGradients({ network, options });
  });

  it('wants a class for each example', async () => {
    const network = projection({ classes: 3, random })(spec([4]));
    await expectError(() => network.apply(ones([2, 4])), 'GM_LABEL', 'projection');
    await expectError(() => network.apply(ones([2, 4]), { condition: tensor1d([1], 'int32') }), 'GM_SHAPE');
    await expectError(() => projection({ classes: 1, random }), 'GM_OPTION', 'classes');
    await expectError(() => projection({ classes: 3, random })(spec([2, 2])), 'GM_FIT');
  });
});
