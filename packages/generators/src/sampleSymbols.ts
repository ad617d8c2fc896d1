import { checkNumber, gmError, type Recurrent, type SeededRandom } from '@gm/core';
import { clone, dispose, slice, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { type ChoiceOptions, checkChoiceOptions, distributionOf, symbolAt } from './distribution.js';

export interface SampleSymbolsOptions extends ChoiceOptions {
  /** What has been said so far, at least one symbol. */
  readonly prompt: ArrayLike<number>;
  /** The state before the prompt, as `startFrom` of a coded generator gives it for one code; borrowed. Default: that of zeros. */
  readonly state?: readonly Tensor[];
  /** How many symbols to draw. Default: without end. */
  readonly length?: number;
  readonly random: SeededRandom;
}

/**
 * Draws symbols from a recurrent generator, one at a time, each given all before it; leave the loop to stop.
 *
 *   xₜ₊₁ ~ p(xₜ₊₁ | x₍≤ₜ₎)
 *
 * @param generator  gives the logits of each next symbol, such as `recurrentGenerator`
 * @returns the symbols after the prompt, as they are drawn
 * @throws GM_OPTION at once when the prompt is empty, an option is outside its limits, or `length` is not a whole number; GM_RANDOM without `random`; GM_LABEL
 *   when the prompt has a symbol outside the vocabulary; GM_SHAPE from the first draw when the state is not one of this generator
 * @see distributionOf, for what the options do
 * @example for await (const symbol of sampleSymbols(generator, { prompt: [0], length: 100, random })) text += alphabet.decode([symbol])
 */
export function sampleSymbols(generator: Recurrent, options: SampleSymbolsOptions): AsyncGenerator<number, void> {
  const { prompt, length = Number.MAX_SAFE_INTEGER } = options;
  checkChoiceOptions('sampleSymbols', options);
  checkNumber('sampleSymbols', 'length', length, { min: 0, integer: true });
  checkRandom(options.random);
  checkPrompt(prompt, generator.output.shape.at(-1)!);
  return draw(generator, { ...options, length });
}

async function* draw(
  generator: Recurrent,
  options: SampleSymbolsOptions & { readonly length: number },
): AsyncGenerator<number, void> {
  let state = options.state?.map((tensor) => clone(tensor)) ?? generator.start(1);
  let said = Int32Array.from(options.prompt);
  try {
    for (let drawn = 0; drawn < options.length; drawn++) {
      const next = nextOf(generator, said, state);
      dispose(state);
      state = next.state;
      const logits = await readOnce(next.logits);
      const symbol = symbolAt(distributionOf(logits, options), options.random.uniforms(1)[0]!);
      yield symbol;
      said = Int32Array.of(symbol);
    }
  } finally {
    dispose(state);
  }
}

/** Logits [1, 1, vocabulary] of what comes after `said`, and the state then. */
function nextOf(generator: Recurrent, said: Int32Array, before: readonly Tensor[]) {
  const [logits, ...state] = tidy(() => {
    const after = generator.advance(tensor2d(said, [1, said.length], 'int32'), before);
    return [slice(after.y, [0, said.length - 1, 0], [1, 1, -1]), ...after.state];
  });
  return { logits: logits!, state };
}

async function readOnce(tensor: Tensor): Promise<ArrayLike<number>> {
  try {
    return await tensor.data();
  } finally {
    tensor.dispose();
  }
}

function checkRandom(random: SeededRandom | undefined): void {
  if (random) return;
  throw gmError('GM_RANDOM', {
    where: 'sampleSymbols',
    expected: 'a stream to draw symbols from',
    received: 'none',
    remedy: 'Pass { random: seeded(1) }.',
  });
}

function checkPrompt(prompt: ArrayLike<number> | undefined, vocabulary: number): asserts prompt is ArrayLike<number> {
  if (!prompt?.length) {
    throw gmError('GM_OPTION', {
      where: 'sampleSymbols',
      expected: 'a prompt of at least one symbol',
      received: 'an empty one, or none',
      remedy: 'Give a symbol to begin with, such as that of a new line.',
    });
  }
  for (let index = 0; index < prompt.length; index++) {
    const symbol = prompt[index]!;
    if (Number.isInteger(symbol) && symbol >= 0 && symbol < vocabulary) continue;
    throw gmError('GM_LABEL', {
      where: 'sampleSymbols',
      expected: `symbols from 0 to ${vocabulary - 1} in the prompt`,
      received: `${symbol} at ${index}`,
      remedy: 'Encode the prompt with the alphabet that the generator was trained on.',
    });
  }
}
