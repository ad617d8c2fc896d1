import {
  checkFits,
  checkNumber,
  type Generator,
  gmError,
  type Likelihood,
  type Network,
  type Prior,
  type Random,
  type Spec,
  spec,
} from '@gm/core';
import { concat, slice, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';

/** Options of `fromDecoder`. */
export interface FromDecoderOptions {
  /** How the decoder's numbers are read; its mean makes the samples. Default: the numbers are the samples. */
  readonly likelihood?: Likelihood;
  /** How many codes are decoded at once; more of them need more memory. Default 256. */
  readonly batch?: number;
  /** Which classes a conditional decoder is asked for, in turn, over and over. Default all: 0, 1, 2, … */
  readonly labels?: readonly number[];
}

/** A generator that says what one sample is. */
export interface DecoderGenerator extends Generator {
  readonly output: Spec;
}

/**
 * A decoder and a prior as a generator.
 *
 *   x = E[p(x | decoder(z))],   z ~ p(z)
 *
 * The codes of all samples are drawn first and then decoded in batches, outside training: `batch` changes the memory that is needed
 * and nothing else, but for a decoder that draws symbols itself (`gumbelSoftmax`), from the same stream. The decoder stays the caller's:
 * there is nothing to dispose of.
 *
 * @param decoder  z → x, or z → what `likelihood` reads
 * @param prior    of the codes that the decoder takes
 * @returns a generator of samples [count, …data]
 * @throws GM_FIT when prior, decoder and likelihood do not fit one another, or the decoder gives logits and there is no likelihood
 *   that makes data of them; GM_LABEL for labels beyond the decoder's classes; GM_OPTION for labels without classes, and when `batch` or, from `sample`, `count` is not a positive whole number
 * @see Kingma & Welling (2014), Auto-Encoding Variational Bayes, section 2.1, arXiv:1312.6114
 * @example fromDecoder(decoder, standardNormal(20), { likelihood: bernoulli() }).sample(64, seeded(1))
 */
export function fromDecoder(
  decoder: Network,
  prior: Prior,
  { likelihood, batch = 256, labels }: FromDecoderOptions = {},
): DecoderGenerator {
  checkNumber('fromDecoder', 'batch', batch, { min: 1, integer: true });
  checkFits({ name: 'prior', spec: spec(prior.shape, prior.range) }, { name: 'decoder', spec: decoder.input });
  const output = readBy(likelihood, decoder.output);
  const wanted = labelsFor(decoder, labels);
  const decode = (random: Random) => (z: Tensor, from: number) => {
    const condition = wanted && tensor1d(inTurn(wanted, from, z.shape[0]!), 'int32');
    const decoded = decoder.apply(z, { random, ...(condition && { condition }) });
    return likelihood ? likelihood.mean(decoded) : decoded;
  };
  return {
    output,
    sample(count, random) {
      checkNumber('fromDecoder', 'count', count, { min: 1, integer: true });
      return tidy(() => inBatches(prior.sample(count, random), batch, decode(random)));
    },
  };
}

/** What the samples are. @throws GM_FIT */
function readBy(likelihood: Likelihood | undefined, decoded: Spec): Spec {
  if (likelihood) {
    checkFits(
      { name: 'decoder', spec: decoded },
      { name: 'likelihood', spec: { ...decoded, range: likelihood.prediction } },
    );
    return { ...decoded, range: likelihood.target };
  }
  if (decoded.range !== 'logits') return decoded;
  throw gmError('GM_FIT', {
    where: 'fromDecoder',
    expected: 'a likelihood for a decoder that gives logits, which are no data',
    received: 'none',
    remedy: 'Pass { likelihood: bernoulli() }, or end the decoder with sigmoid().',
  });
}

/** The classes that a conditional decoder is to draw. @throws GM_OPTION, GM_LABEL */
function labelsFor({ condition }: Network, labels: readonly number[] | undefined): readonly number[] | undefined {
  if (condition === undefined) {
    if (labels === undefined) return undefined;
    throw gmError('GM_OPTION', {
      where: 'fromDecoder',
      expected: 'no labels, for a decoder that takes no condition',
      received: `${labels.length} of them`,
      remedy: 'Leave them out, or make the decoder with classes.',
    });
  }
  const classes = Number(condition.range[1]) + 1;
  const all = labels ?? Array.from({ length: classes }, (_, label) => label);
  const stranger = all.find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (stranger === undefined && all.length > 0) return all;
  throw gmError('GM_LABEL', {
    where: 'fromDecoder',
    expected: `labels from 0 to ${classes - 1}, at least one`,
    received: stranger === undefined ? 'none' : `${stranger}`,
    remedy: 'Ask for classes that the decoder was made for.',
  });
}

function inTurn(labels: readonly number[], from: number, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => labels[(from + index) % labels.length]!);
}

/** All rows through `work`, so many at a time; of each batch only the result stays in memory. */
function inBatches(rows: Tensor, batch: number, work: (rows: Tensor, from: number) => Tensor): Tensor {
  const count = rows.shape[0]!;
  if (count <= batch) return work(rows, 0);
  const starts = Array.from({ length: Math.ceil(count / batch) }, (_, index) => index * batch);
  return concat(starts.map((start) => tidy(() => work(slice(rows, start, Math.min(batch, count - start)), start))));
}
