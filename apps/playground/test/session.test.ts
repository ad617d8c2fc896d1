import { expectNoLeak } from '@gm/core/testing';
import { dispose, memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Composition } from '../src/composition/composition.js';
import { PRESETS } from '../src/composition/presets.js';
import { queue } from '../src/engine/inTurn.js';
import { partsOf } from '../src/engine/parts.js';
import { refusalsOf } from '../src/engine/refusals.js';
import { composed, optionsFor, small } from './inNode.js';

describe('a composition made real', () => {
  it.each(PRESETS)('$name takes a step, shows its parts, and leaves nothing behind', async ({ composition }) => {
    const few = { ...composition, batch: 8 };
    (await composed(few)).dispose(); // what tfjs keeps from its first use on
    const before = memory().numTensors;
    const session = await composed(few);
    const batch = await session.source.at(0);
    const metrics = session.run.step(batch);
    dispose(metrics);
    dispose(batch);
    const parts = partsOf(session);
    expect(parts.length).toBeGreaterThan(0);
    for (const { parameters, player } of parts)
      expect([parameters > 0, player]).toEqual([true, expect.stringMatching(/./)]);
    session.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it('turns the learning rate of a run under way', async () => {
    let factor = 0;
    const session = await composed(small('vae', 'moons', { seed: 3 }), () => factor);
    const weights = async () => Array.from(await Object.values(session.encoder!.parameters)[0]!.data());
    const step = async () => {
      const batch = await session.source.at(session.run.steps);
      dispose(session.run.step(batch));
      dispose(batch);
    };
    const first = await weights();
    await step();
    expect(await weights()).toEqual(first);
    factor = 2;
    await step();
    expect(await weights()).not.toEqual(first);
    session.dispose();
  });
});

describe('what does not fit', () => {
  const refused = async (composition: Composition) => refusalsOf(composition, { inTurn: queue(), optionsFor });

  it('is told for each choice with its reason', async () => {
    const { generator, likelihood, data, encoder } = await refused(small('vae', 'moons'));
    expect(Object.keys(encoder ?? {})).toEqual(['conv']);
    expect(Object.keys(generator ?? {})).toEqual(['conv', 'dcgan']);
    expect(likelihood!.bernoulli).toContain('[0, 1]');
    expect(Object.keys(data ?? {})).toEqual(['text']);
  });

  it('is a VampPrior without an encoder, and a prior with an end for codes that go everywhere', async () => {
    expect((await refused(small('gan', 'ring'))).prior!.vamp).toContain('encoder');
    expect((await refused(small('vae', 'ring', { conditional: true }))).prior!.vamp).toContain('class');
    expect((await refused(small('vae', 'ring'))).prior!.uniform).toContain('[-1, 1]');
  });

  it('is nothing where all fits', async () => {
    const { generator, discriminator, penalty } = await refused(small('gan', 'digits'));
    expect([generator, discriminator, penalty]).toEqual([undefined, undefined, undefined]);
  });

  it('is a set without labels for a classifier', async () => {
    const { data } = await refused(small('classifier', 'moons'));
    for (const set of ['images', 'points', 'swissRoll']) expect(data![set]).toContain('class');
    expect(data!.digits).toBeUndefined();
  });

  it('is a system that cannot work with the data, and none that brings data of its own', async () => {
    const { system } = await refused(small('gan', 'swissRoll'));
    expect(Object.keys(system!)).toEqual(['classifier', 'semi-supervised']);
    expect(system!.classifier).toContain('class');
    expect((await refused(small('gan', 'moons'))).system).toBeUndefined();
  });

  it('is to be told the class where there is none, or where a part cannot be told', async () => {
    expect((await refused(small('gan', 'swissRoll'))).conditional!.true).toContain('class');
    const convolutions = await refused(small('gan', 'digits', { discriminator: 'conv' }));
    expect(convolutions.conditional!.true).toContain('convolutions');
    const { discriminator } = await refused(small('gan', 'digits', { conditional: true }));
    expect(Object.keys(discriminator!)).toEqual(['conv']);
    expect((await refused(small('gan', 'digits'))).conditional).toBeUndefined();
  });

  it('is a width where only convolutions of their own widths are chosen', async () => {
    const conv = { encoder: 'conv', generator: 'conv' } as const;
    expect((await refused(small('vae', 'digits', conv))).hidden!.all).toContain('convolutions');
    for (const one of [{ encoder: 'conv' }, { generator: 'conv' }] as const)
      expect((await refused(small('vae', 'digits', one))).hidden).toBeUndefined();
    expect((await refused(small('adversarial-autoencoder', 'digits', conv))).hidden).toBeUndefined();
  });

  it('leaves no tensor behind', async () => {
    await composed(small('vae-gan', 'digits')).then((session) => session.dispose());
    await expectNoLeak(() => refused(small('vae-gan', 'digits')) as never);
  });
});
