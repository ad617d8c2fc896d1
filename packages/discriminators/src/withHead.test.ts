import { seeded, spec } from '@gm/core';
import { expectError, expectNoLeak, expectSame } from '@gm/core/testing';
import { conv2d, dense, flatten, sequential } from '@gm/networks';
import { ones } from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { backends, useBackend } from '../test/backend.js';
import { discriminator } from './discriminator.js';
import { mlpDiscriminator } from './mlpDiscriminator.js';
import { withHead } from './withHead.js';

const random = seeded(1);
const adversary = () => mlpDiscriminator({ input: spec([4]), hidden: [5], random });

describe.each(backends)('withHead on %s', (backend) => {
  beforeEach(() => useBackend(backend));

  it('shares the body, whoever trains it', async () => {
    const given = adversary();
    const classifier = withHead(given, { classes: 3, random });
    const x = ones([2, 4]);
    expect(classifier.parameters['body/1/kernel']).toBe(given.parameters['body/1/kernel']);
    expect(classifier.logits(x).shape).toEqual([2, 3]);
    given.parameters['body/1/bias']!.assign(ones([5]));
    await expectSame(classifier.features(x), given.features(x));
  });

  it('keeps a frozen body out of what is trained, and in what is saved', async () => {
    const given = adversary();
    const classifier = withHead(given, { classes: 3, frozen: true, random });
    expect(Object.keys(classifier.parameters)).toEqual(['head/kernel', 'head/bias']);
    expect(classifier.buffers!['body/1/kernel']).toBe(given.parameters['body/1/kernel']);
    const x = ones([2, 4]);
    await expectSame(classifier.features(x, { training: true }), given.features(x));
    await expectNoLeak(() => withHead(given, { classes: 3, frozen: true, random }).dispose());
  });

  it('gives one logit as [batch] for one class', () => {
    expect(withHead(adversary(), { classes: 1, random }).logits(ones([2, 4])).shape).toEqual([2]);
  });

  it('frees the new head alone; the given discriminator stays in use, and ends both', async () => {
    const given = adversary();
    const x = ones([1, 4]);
    await expectNoLeak(() => withHead(given, { classes: 3, random }).dispose());
    await expectNoLeak(() => given.logits(x));
    const classifier = withHead(given, { classes: 3, random });
    given.dispose();
    await expectNoLeak(() => expectError(() => classifier.logits(x), 'GM_DISPOSED'));
    classifier.dispose();
  });
});

describe('withHead', () => {
  beforeEach(() => useBackend('cpu'));

  it('refuses no classes, and features with more than one axis', async () => {
    const given = adversary();
    const body = sequential(spec([4, 4, 1]), conv2d({ filters: 2, kernelSize: 3, random }));
    const images = discriminator({ body, head: (input) => sequential(input, flatten(), dense({ units: 1, random })) });
    await expectNoLeak(async () => {
      await expectError(
        () => withHead(given, { classes: 0, random }),
        'GM_OPTION',
        'withHead: expected classes to be a whole number of at least 1, received 0.',
      );
      await expectError(
        () => withHead(images, { classes: 3, random }),
        'GM_FIT',
        'dense: expected an input of shape [features], received float32 [4, 4, 2] in unbounded. Put flatten() before it.',
      );
    });
  });
});
