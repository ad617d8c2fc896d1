import { type LabelledExamples, seeded } from '@gm/core';
import { type Dataset, toy } from '@gm/data';
import { sampleSymbols } from '@gm/generators';
import { decodeCheckpoint, encodeCheckpoint, restoreCheckpoint } from '@gm/trainers';
import { memory } from '@tensorflow/tfjs-core';
import { transfer } from 'comlink';
import type { Composition } from '../composition/composition.js';
import { onBackend, startBackend } from './backend.js';
import { reader } from './files.js';
import { queue } from './inTurn.js';
import { judged } from './looks/judged.js';
import { decodeAt, map } from './looks/map.js';
import { plane } from './looks/plane.js';
import { interpolation, neighbours, reconstructions, samples } from './looks/samples.js';
import { missing } from './objection.js';
import { partsOf } from './parts.js';
import type { Engine, Lacking, Said, Started, StartOptions } from './protocol.js';
import { refusalsOf } from './refusals.js';
import { compose, type Session } from './session.js';
import { type Training, training } from './training.js';

/** Milliseconds of speaking between two steps of training. */
const SPEAK_FOR = 8;

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

  /** Nothing of another turn comes between the end of one run and the beginning of the next. */
  const replaceBy = (next?: Session) => {
    void under?.end();
    session?.dispose();
    [session, under] = [next, undefined];
  };

  /** Beside the run under way, which is untouched where this throws. */
  const made = async ({ composition, checkpoint }: StartOptions): Promise<Session> => {
    const from = checkpoint && (await decodeCheckpoint(checkpoint));
    const next = await compose(composition, await optionsFor(composition));
    try {
      if (from) restoreCheckpoint(next.run, from);
      return next;
    } catch (error) {
      next.dispose();
      throw error;
    }
  };

  const begin = (options: StartOptions, say: Said, fail: (message: string) => void): Promise<Started | Lacking> =>
    onBackend(options, async ({ name, reason }) => {
      const lacking = missing(options.composition, options.files);
      if (lacking) {
        replaceBy(undefined);
        return { lacking };
      }
      const next = await made(options);
      replaceBy(next);
      const recover = name === 'webgpu' ? () => startBackend(options, true) : undefined;
      under = training(next, { inTurn, say, fail, ...(recover && { recover }) });
      under.setSpeed(speed);
      return startedOf(next, { backend: name, reason });
    });

  return {
    start: (options, say, fail) =>
      inTurn(() => {
        files.give({ site: options.site, ...options.files });
        return begin(options, say, fail);
      }),
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
    checkpoint: () =>
      inTurn(async () => {
        if (!session) throw new Error('There is no run to save yet.');
        const { run } = session;
        await under?.tell(); // what is kept beside it knows of every step
        const bytes = await encodeCheckpoint(run);
        return transfer({ bytes, step: run.steps }, [bytes.buffer as ArrayBuffer]);
      }),
    refusals: (composition) => refusalsOf(composition, { inTurn, optionsFor }),
    samples: (count) => look((own) => samples(own, count)),
    reconstructions: (count) => look((own) => reconstructions(own, count)),
    map: (side, axes, label) => look((own) => map(own, side, axes, label)),
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
      const symbols = sampleSymbols(speaker, { prompt: alphabet.encode(prompt), length, temperature, random });
      const next = () => inTurn(() => (session === own ? someOf(symbols) : endOf(symbols)));
      for (let drawn = await next(); drawn; drawn = await next()) await piece(alphabet.decode(drawn));
    },
    async tensors() {
      return memory().numTensors;
    },
  };
}

/** What the page shows of a session. */
function startedOf(session: Session, where: Pick<Started, 'backend' | 'reason'>): Started {
  const { data, prior, source, run } = session;
  return {
    ...where,
    parts: partsOf(session),
    example: source.example.shape,
    ...(data?.classes !== undefined && { classes: data.classes }),
    ...(prior && { latent: prior.shape[0]! }),
    step: run.steps,
  };
}

/** The symbols of some milliseconds; none at the end. */
async function someOf(symbols: AsyncGenerator<number, void>): Promise<number[] | undefined> {
  const begun = performance.now();
  const drawn: number[] = [];
  while (performance.now() - begun < SPEAK_FOR) {
    const { value, done } = await symbols.next();
    if (done || value === undefined) break;
    drawn.push(value);
  }
  return drawn.length > 0 ? drawn : undefined;
}

/** Frees the state that they are drawn from. */
async function endOf(symbols: AsyncGenerator<number, void>): Promise<undefined> {
  await symbols.return();
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
