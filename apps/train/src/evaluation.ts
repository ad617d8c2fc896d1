import { gzipSync } from 'node:zlib';
import { type Discriminator, type LabelledExamples, seeded } from '@gm/core';
import { binarize, type Dataset, epochOf } from '@gm/data';
import { softmaxCrossEntropy } from '@gm/losses';
import {
  bitsPerSymbol,
  correct,
  elboParts,
  evaluate,
  featuresOf,
  frechetDistance,
  likelihoodBound,
  measured,
  type Protocol,
  topProbability,
} from '@gm/metrics';
import {
  concat,
  fill,
  mean,
  neg,
  reshape,
  slice,
  softmax,
  squaredDifference,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { type Composition, type Speaker, START } from './composed.js';
import { atMost, type Data, testOf } from './datasets.js';
import type { Values } from './results.js';
import { piecesOf, type Text } from './textData.js';

/** The share of examples that a classifier gets right, and the mean probability of the class it chooses. */
export async function skillOf(
  network: Discriminator,
  dataset: Dataset,
): Promise<{ accuracy: number; confidence: number }> {
  const batches = epochOf(dataset as Dataset<LabelledExamples>, { batchSize: 500 });
  const { right, sure } = await evaluate(batches, ({ x, labels }) => {
    const logits = network.logits(x) as Tensor2D;
    return { right: correct(logits, labels), sure: topProbability(softmax(logits)) };
  });
  return { accuracy: right.mean, confidence: sure.mean };
}

/** The mean squared error of each number of examples that were encoded and decoded. */
export async function pixelErrorOf(
  { reconstruct }: Pick<Composition, 'reconstruct'>,
  dataset: Dataset,
): Promise<number> {
  const { error } = await evaluate(epochOf(dataset, { batchSize: 500 }), ({ x }) => {
    const axes = x.shape.map((_, axis) => axis).slice(1);
    return { error: mean(squaredDifference(x, reconstruct!(x)), axes) as Tensor1D };
  });
  return error.mean;
}

export interface BoundOptions {
  /** K of L_K. */
  readonly importance: number;
  /** How many examples L_K is measured on. */
  readonly examples: number;
  readonly seed: number;
  /** Whether the run was trained on drawn zeros and ones. */
  readonly binarize: boolean;
  /** What else has to be equal to compare: the data and their split. */
  readonly protocol: Protocol;
}

/** −ELBO with its parts on all examples and −L_K on the first ones, in nats, each with its protocol. */
export async function boundsOf(
  autoencoder: NonNullable<Composition['autoencoder']>,
  dataset: Dataset,
  { importance, examples, seed, binarize: binary, protocol }: BoundOptions,
) {
  const random = seeded(seed);
  const [codes, draws] = [random.split('elbo'), random.split('bound')]; // each advances from batch to batch
  const drawn = { random, ...(binary && { transform: binarize }) };
  const told = { ...protocol, seed, binarisation: binary ? 'drawn' : 'none' };
  const parts = await evaluate(epochOf(dataset, { batchSize: 500, ...drawn }), ({ x, ...rest }) => {
    const { elbo, reconstruction, divergence } = elboParts({ ...autoencoder, x, ...rest, random: codes });
    return { negativeElbo: neg(elbo), reconstruction: neg(reconstruction), divergence };
  });
  const few = atMost(dataset, examples);
  const bound = await likelihoodBound({
    ...autoencoder,
    batches: epochOf(few, { batchSize: 100, ...drawn }),
    samples: importance,
    random: draws,
    protocol: told,
  });
  return {
    ...measured(parts, { ...told, samples: 1 }),
    negativeBound: { ...bound, value: -bound.value, protocol: { ...bound.protocol, metric: 'negativeBound' } },
    importance,
    examples: dataset.count,
    boundExamples: few.count,
  };
}

/**
 * How far the distribution of drawn series is from that of the test part, and how far that of the training part: Fréchet distances with
 * the steps as features, in squared units of the spread of the training part.
 */
export async function distancesOf({ values, shape }: Values, data: Data) {
  const rows = (dataset: Dataset) => featuresOf({ apply: rowsOfSteps }, epochOf(dataset, { batchSize: 500 }));
  const [test, training] = [await rows(testOf(data)), await rows(data.train)];
  const drawn = { values, count: shape[0]!, size: test.size };
  return { frechet: frechetDistance(test, drawn), realFrechet: frechetDistance(test, training) };
}

const rowsOfSteps = (x: Tensor) => reshape(x, [x.shape[0]!, -1]);

/**
 * Of all three characters in a row of pieces that were drawn, and of the test part, the share that occurs in the training part; and the
 * share of pieces that were drawn once.
 */
export function trigramsOf(pieces: readonly string[], { alphabet, training, test }: Text) {
  const known = new Set(trigrams(alphabet.decode(training)));
  const share = (texts: readonly string[]) => {
    const all = texts.flatMap(trigrams);
    return all.filter((trigram) => known.has(trigram)).length / Math.max(1, all.length);
  };
  const times = new Map<string, number>();
  for (const piece of pieces) times.set(piece, (times.get(piece) ?? 0) + 1);
  const unrepeated = [...times.values()].filter((count) => count === 1).length / pieces.length;
  return { trigrams: share(pieces), realTrigrams: share([alphabet.decode(test)]), unrepeated };
}

function trigrams(text: string): string[] {
  const characters = [...text];
  return characters.slice(2).map((last, index) => `${characters[index]}${characters[index + 1]}${last}`);
}

/** Bits per character of the test part of a text, and what gzip needs for the same characters on their own. */
export async function bitsOf({ generator }: Speaker, text: Text, protocol: Protocol) {
  const found = await bitsPerSymbol(generator, text.test, { rows: 4 });
  return { ...measured(found, protocol), ...gzipBitsOf(text, protocol), characters: found.count };
}

/**
 * The evidence lower bound of a sequence VAE, as bits per character: those of the pieces that the test part falls into, of which so
 * many tell the code.
 */
export async function bitsOfPieces(
  { generator, coded }: Speaker,
  text: Text,
  { seed, protocol }: { readonly seed: number; readonly protocol: Protocol },
) {
  const { encoder, prior, startFrom, length } = coded!;
  const random = seeded(seed).split('elbo');
  const pieces = piecesOf(text.test, text, length, { overlapping: false });
  const { nats, divergence } = await evaluate(epochOf(pieces, { batchSize: 100 }), ({ x }) => {
    const posterior = encoder.encode(x);
    const perDimension = prior.divergenceFrom!(posterior)!; // of N(0, 1)
    const { y } = generator.advance(begun(x), startFrom(posterior.sample(random)));
    return { nats: softmaxCrossEntropy(x, y) as Tensor1D, divergence: sum(perDimension, 1) as Tensor1D };
  });
  const perCharacter = (value: number) => value / (length * Math.LN2);
  const bits = { bitsAtMost: perCharacter(nats.mean + divergence.mean), codeBits: perCharacter(divergence.mean) };
  const characters = pieces.count * length;
  return {
    ...measured(bits, { ...protocol, count: characters, length, seed, samples: 1 }),
    ...gzipBitsOf(text, protocol),
    characters,
  };
}

/** What the generator hears before each symbol. */
function begun(x: Tensor): Tensor {
  const [count, time] = x.shape as [number, number];
  const first = fill([count, 1], START, 'int32');
  return time === 1 ? first : concat([first, slice(x, [0, 0], [count, time - 1])], 1);
}

function gzipBitsOf({ alphabet, test }: Text, protocol: Protocol) {
  const gzipBits = (8 * gzipSync(alphabet.decode(test), { level: 9 }).length) / test.length;
  return measured({ gzipBits }, { ...protocol, count: test.length });
}
