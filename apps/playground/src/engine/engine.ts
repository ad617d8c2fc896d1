import { type LabelledExamples, seeded } from '@gm/core';
import { type Dataset, toy } from '@gm/data';
import { sampleSymbols } from '@gm/generators';
import { decodeCheckpoint, restoreCheckpoint } from '@gm/trainers';
import { memory } from '@tensorflow/tfjs-core';
import type { Composition } from '../composition/composition.js';
import { startBackend } from './backend.js';
import { reader } from './files.js';
import { queue } from './inTurn.js';
import { judged } from './looks/judged.js';
import { decodeAt, map } from './looks/map.js';
import { plane } from './looks/plane.js';
import { interpolation, neighbours, reconstructions, samples } from './looks/samples.js';
import { missing } from './objection.js';
import { partsOf } from './parts.js';
import type { Engine, StartOptions } from './protocol.js';
import { refusalsOf } from './refusals.js';
import { compose, type Session } from './session.js';
import { type Training, training } from './training.js';

/** One composition at a time, made, trained and looked at. */
export function engine(): Engine {
  const inTurn = queue();
  const files = reader();
  let session: Session | undefined;
  let under: Training | undefined;
  let factor = 1;
  let speed = 0;

  const optionsFor = async (composition: Composition) => ({
    functions: await files.functionsFor(composition),
    rateFactor: () => factor,
  });

  /** A look, with the averaged weights where they are kept. None before anything is composed. */
  const look = <Result>(work: (session: Session) => Promise<Result>): Promise<Result | undefined> =>
    inTurn(async () => {
      const own = session;
      return own?.run.withAverages(() => work(own));
    });

  const end = async () => {
    await under?.end();
    [under, session] = [undefined, await inTurn(() => void session?.dispose())];
  };

  return {
    async start(options: StartOptions, say, fail) {
      await end();
      const { composition, checkpoint } = options;
      const lacking = missing(composition, options.files);
      if (lacking) throw new Error(lacking);
      files.give({ site: options.site, ...options.files });
      const { name, reason } = await inTurn(() => startBackend(options));
      const made = await inTurn(async () => compose(composition, await optionsFor(composition)));
      try {
        if (checkpoint) restoreCheckpoint(made.run, await decodeCheckpoint(checkpoint));
      } catch (error) {
        made.dispose();
        throw error;
      }
      session = made;
      const recover = name === 'webgpu' ? () => startBackend(options, true) : undefined;
      under = training(made, { inTurn, say, fail, ...(recover && { recover }) });
      under.setSpeed(speed);
      const { data, prior, source } = made;
      return {
        backend: name,
        reason,
        parts: partsOf(made),
        example: source.example.shape,
        ...(data?.classes !== undefined && { classes: data.classes }),
        ...(prior && { latent: prior.shape[0]! }),
        step: made.run.steps,
      };
    },
    async play() {
      under?.play();
    },
    async pause() {
      await under?.pause();
    },
    async stepOnce() {
      await under?.stepOnce();
    },
    setSpeed(stepsPerSecond) {
      speed = stepsPerSecond;
      under?.setSpeed(speed);
    },
    setLearningRate(times) {
      factor = times;
    },
    async checkpoint() {
      if (!under) throw new Error('There is no run to save yet.');
      return under.checkpoint();
    },
    refusals: (composition) => refusalsOf(composition, { inTurn, optionsFor }),
    samples: (count) => look((own) => samples(own, count)),
    reconstructions: (count) => look((own) => reconstructions(own, count)),
    map: (side, axes) => look((own) => map(own, side, axes)),
    decode: (at, axes, label) => look((own) => decodeAt(own, at, axes, label)),
    interpolation: (from, to, steps) => look((own) => interpolation(own, from, to, steps)),
    plane: () => look(plane),
    neighbours: (sample, count) => look((own) => neighbours(own, sample, count)),
    judged: (count) =>
      look(async (own) => {
        const test = own.classifier && (await testSetOf(own.composition, files.idxDirectory));
        return test && judged(own, test, count);
      }),
    async speak(prompt, length, temperature, piece) {
      const own = session;
      if (!own?.speaker || !own.alphabet) return;
      const { speaker, alphabet, run } = own;
      const random = seeded(`text ${run.steps}`);
      for await (const symbol of sampleSymbols(speaker, {
        prompt: alphabet.encode(prompt),
        length,
        temperature,
        random,
      })) {
        if (session !== own) return;
        await piece(alphabet.decode([symbol])); // heard before the end of speaking is
      }
    },
    async tensors() {
      return memory().numTensors;
    },
  };
}

/** Examples that training does not see; own images and points have no classes to be tested by. */
async function testSetOf(
  { data, seed }: Composition,
  idxDirectory: (folder: string, options: { split: 'test'; range: [number, number] }) => Promise<Dataset>,
): Promise<Dataset<LabelledExamples> | undefined> {
  if (data === 'images' || data === 'points' || data === 'text') return undefined;
  const test =
    data === 'digits'
      ? await idxDirectory('digits', { split: 'test', range: [0, 1] })
      : toy(data, { count: 1000, random: seeded(seed).split('test') });
  return test as Dataset<LabelledExamples>;
}
