/**
 * A model of n-grams of symbols, interpolated from the longest context down to none by Witten and Bell's weights:
 *
 *   p(x | c) = (N(c x) + T(c) p(x | c′)) / (N(c) + T(c)),   p(x | no context's context) = 1 / vocabulary
 *
 * with N(c x) how often x came after context c, N(c) their sum, T(c) how many different symbols did, and c′ = c without its oldest
 * symbol. The baseline of the recurrent model of characters.
 *
 * @see Witten & Bell (1991), The zero-frequency problem: estimating the probabilities of novel events in adaptive text compression
 * @see Chen & Goodman (1999), An empirical study of smoothing techniques for language modeling, section 2.6
 */
export function ngrams(symbols: Int32Array, { order, vocabulary }: { order: number; vocabulary: number }) {
  const contexts = Array.from({ length: order }, () => new Map<string, Map<number, number>>());
  for (let at = 0; at < symbols.length; at++)
    for (let length = 0; length < order && length <= at; length++)
      count(contexts[length]!, symbols.subarray(at - length, at).join(' '), symbols[at]!);

  /** p(x | the symbols before it), of which it looks at the last `order − 1`. */
  const probability = (x: number, before: Int32Array): number => {
    let p = 1 / vocabulary;
    for (let length = 0; length < order && length <= before.length; length++) {
      const after = contexts[length]!.get(before.subarray(before.length - length).join(' '));
      if (after === undefined) break;
      let total = 0;
      for (const times of after.values()) total += times;
      p = ((after.get(x) ?? 0) + after.size * p) / (total + after.size);
    }
    return p;
  };
  return { probability };
}

/** −1/N Σ log₂ p of symbols, each given those before it. */
export function bitsUnder(model: ReturnType<typeof ngrams>, symbols: Int32Array, longest: number): number {
  let bits = 0;
  for (let at = 0; at < symbols.length; at++)
    bits -= Math.log2(model.probability(symbols[at]!, symbols.subarray(Math.max(0, at - longest), at)));
  return bits / symbols.length;
}

function count(after: Map<string, Map<number, number>>, context: string, symbol: number): void {
  const symbols = after.get(context) ?? new Map<number, number>();
  symbols.set(symbol, (symbols.get(symbol) ?? 0) + 1);
  after.set(context, symbols);
}
