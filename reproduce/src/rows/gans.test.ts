import { describe, expect, it } from 'vitest';
import { namesOf } from './gans.js';

const settings = { steps: 10, batchSize: 64, channels: 16, latent: 64, learningRate: 1e-3, averageDecay: 0.9 };
const trial = { contestant: { name: 'LSGAN' }, seed: 1, lenet: { hash: 'abc' } };
const usual = namesOf(trial, settings);

describe('the files of a GAN that is compared', () => {
  it('keep their names under the same settings', () => {
    expect(namesOf({ ...trial, contestant: { name: 'LSGAN', discriminatorSteps: 1 } }, { ...settings })).toEqual(usual);
    expect(usual.training).toMatch(/^LSGAN-1-/);
  });

  it.each(Object.keys(settings) as (keyof typeof settings)[])(
    'have others with another %s: weights and scores',
    (field) => {
      const other = namesOf(trial, { ...settings, [field]: settings[field] / 2 });
      expect(other.training).not.toBe(usual.training);
      expect(other.score).not.toBe(usual.score);
    },
  );

  it('are measured anew, not trained anew, with another LeNet', () => {
    const other = namesOf({ ...trial, lenet: { hash: 'xyz' } }, settings);
    expect(other.training).toBe(usual.training);
    expect(other.score).not.toBe(usual.score);
  });

  it('have others for other steps of the discriminator', () => {
    const other = namesOf({ ...trial, contestant: { name: 'LSGAN', discriminatorSteps: 3 } }, settings);
    expect(other.training).not.toBe(usual.training);
  });
});
