import { gzipSync } from 'node:zlib';
import { type Discriminator, type LabelledExamples, seeded } from '@gm/core';
import { binarize, type Dataset, epochOf } from '@gm/data';
import { softmaxCrossEntropy } from '@gm/losses';
import { bitsPerSymbol, correct, elboParts, evaluate, likelihoodBound, topProbability } from '@gm/metrics';
import {
  concat,
  fill,
  mean,
  slice,
  softmax,
  squaredDifference,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { type Composition, type Speaker, START } from './composed.js';
import { atMost } from './datasets.js';
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
}

/** −ELBO with its parts on all examples and −L_K on the first ones, in nats. */
export async function boundsOf(
  autoencoder: NonNullable<Composition['autoencoder']>,
  dataset: Dataset,
  { importance, examples, seed, binarize: binary }: BoundOptions,
) {
  const random = seeded(seed);
  const [codes, draws] = [random.split('elbo'), random.split('bound')]; // each advances from batch to batch
  const drawn = { random, ...(binary && { transform: binarize }) };
  const elbo = await evaluate(epochOf(dataset, { batchSize: 500, ...drawn }), ({ x, ...rest }) => {
    return elboParts({ ...autoencoder, x, ...rest, random: codes });
  });
  const few = atMost(dataset, examples);
  const bound = await likelihoodBound({
    ...autoencoder,
    batches: epochOf(few, { batchSize: 100, ...drawn }),
    samples: importance,
    random: draws,
    protocol: {},
  });
  return {
    negativeElbo: -elbo.elbo.mean,
    reconstruction: -elbo.reconstruction.mean,
    divergence: elbo.divergence.mean,
    negativeBound: -bound.value,
    importance,
    examples: dataset.count,
    boundExamples: few.count,
  };
}

/** Bits per character of the test part of a text, and what gzip needs for the same characters on their own. */
export async function bitsOf({ generator }: Speaker, text: Text) {
  const { bits, count } = await bitsPerSymbol(generator, text.test, { rows: 4 });
  return { bits, gzipBits: gzipBitsOf(text), characters: count };
}

/**
 * The evidence lower bound of a sequence VAE, as bits per character: those of the pieces that the test part falls into, of which so
 * many tell the code.
 */
export async function bitsOfPieces({ generator, coded }: Speaker, text: Text, { seed }: { readonly seed: number }) {
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
  return {
    bitsAtMost: perCharacter(nats.mean + divergence.mean),
    codeBits: perCharacter(divergence.mean),
    gzipBits: gzipBitsOf(text),
    characters: pieces.count * length,
  };
}

/** What the generator hears before each symbol. */
function begun(x: Tensor): Tensor {
  const [count, time] = x.shape as [number, number];
  const first = fill([count, 1], START, 'int32');
  return time === 1 ? first : concat([first, slice(x, [0, 0], [count, time - 1])], 1);
}

function gzipBitsOf({ alphabet, test }: Text): number {
  return (8 * gzipSync(alphabet.decode(test), { level: 9 }).length) / test.length;
}
