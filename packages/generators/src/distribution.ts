import { checkNumber, gmError } from '@gm/core';

/** How boldly a symbol is chosen. */
export interface ChoiceOptions {
  /** τ > 0: below 1 the likely become likelier, above 1 all become alike. Default 1. */
  readonly temperature?: number;
  /** Only the k likeliest may be chosen; all where there are fewer. Default all. */
  readonly topK?: number;
  /** Only the likeliest that together have this probability may be chosen, in (0, 1]. Default 1. */
  readonly topP?: number;
}

/** Passes when the options are within their limits. @throws GM_OPTION */
export function checkChoiceOptions(where: string, { temperature = 1, topK = 1, topP = 1 }: ChoiceOptions): void {
  checkNumber(where, 'temperature', temperature, { min: 0, exclusive: true });
  checkNumber(where, 'topK', topK, { min: 1, integer: true });
  checkNumber(where, 'topP', topP, { min: 1e-9, max: 1 });
}

/**
 * The probabilities that a symbol is chosen with.
 *
 *   p ∝ exp(l / τ), restricted to the k likeliest, of those to the fewest that have p₁ + p₂ + … ≥ topP, and scaled to 1
 *
 * @param logits  l, one for each symbol; of equally likely ones the earlier counts as likelier
 * @throws GM_OPTION when an option is outside its limits; GM_NOT_FINITE when a logit is NaN, or all are −∞
 * @see Fan, Lewis & Dauphin (2018), section 5.4, arXiv:1805.04833; Holtzman et al. (2020), section 3.1, arXiv:1904.09751
 * @example distributionOf([0, 1], { temperature: 0.5 })
 */
export function distributionOf(logits: ArrayLike<number>, options: ChoiceOptions = {}): Float64Array {
  checkChoiceOptions('distributionOf', options);
  const { temperature = 1, topK = logits.length, topP = 1 } = options;
  const most = Array.from(logits).reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (!Number.isFinite(most)) throw notFinite(most);
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - most) / temperature));
  const order = [...weights.keys()].sort((a, b) => weights[b]! - weights[a]! || a - b).slice(0, topK);
  const kept = nucleus(order, weights, topP);
  const total = kept.reduce((sum, symbol) => sum + weights[symbol]!, 0);
  const probabilities = new Float64Array(weights.length);
  for (const symbol of kept) probabilities[symbol] = weights[symbol]! / total;
  return probabilities;
}

function notFinite(most: number) {
  return gmError('GM_NOT_FINITE', {
    where: 'distributionOf',
    expected: 'logits that are numbers, one of them finite',
    received: `${most}`,
    remedy: 'Take a checkpoint from before the generator diverged; train with a lower learning rate, or clipNorm.',
  });
}

/** The first of `order` that together have the share `topP`. */
function nucleus(order: readonly number[], weights: Float64Array, topP: number): readonly number[] {
  const enough = topP * order.reduce((sum, symbol) => sum + weights[symbol]!, 0);
  let sum = 0;
  for (const [index, symbol] of order.entries()) {
    sum += weights[symbol]!;
    if (sum >= enough && topP < 1) return order.slice(0, index + 1);
  }
  return order;
}

/** The symbol in whose part of [0, 1) the number u lies. */
export function symbolAt(probabilities: Float64Array, u: number): number {
  let sum = 0;
  for (const [symbol, probability] of probabilities.entries()) {
    sum += probability;
    if (u < sum) return symbol;
  }
  return probabilities.findLastIndex((probability) => probability > 0); // u is past the rounding of the sum
}
