import { checkChoice, checkNumber, type Random, type Recurrent, spec } from '@gm/core';
import { dense, dropout, embedding, gru, lstm, orthogonal, recurrentNetwork } from '@gm/networks';
import { gather, reshape, type Tensor } from '@tensorflow/tfjs-core';

/** Options of `recurrentGenerator`. */
export interface RecurrentGeneratorOptions {
  /** How many different symbols there are, at least 2. */
  readonly vocabulary: number;
  /** How many steps a piece has in training; sampling takes any number. */
  readonly time: number;
  /** Units of each recurrent layer, from the symbols on. */
  readonly hidden: readonly number[];
  /** How many numbers stand for a symbol. Default 64, or fewer in a small vocabulary. */
  readonly embedding?: number;
  /** Default 'lstm'. */
  readonly cell?: 'lstm' | 'gru';
  /** Share of the numbers between layers that training drops, in [0, 1). Default 0. */
  readonly dropout?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/**
 * A recurrent generator of symbols, one after the other:
 *
 *   p(x) = Πₜ p(xₜ | x₍<ₜ₎),   p(xₜ₊₁ | x₍≤ₜ₎) = softmax(W hₜ + b),   hₜ = cell(embedding(xₜ), hₜ₋₁)
 *
 * It is trained by `languageModel()` of @gm/trainers and sampled by `sampleSymbols()`. Recurrent kernels start orthogonal.
 *
 * @returns a recurrent network from symbols, int32 [time] in [0, vocabulary − 1], to the logits of each next one [time, vocabulary]
 * @throws GM_OPTION when a size is not a positive whole number, there is no hidden layer, or `dropout` is outside [0, 1)
 * @see Graves (2013), Generating Sequences With Recurrent Neural Networks, section 2, arXiv:1308.0850
 * @see Zaremba, Sutskever & Vinyals (2014), Recurrent Neural Network Regularization, for where it drops, arXiv:1409.2329
 * @example recurrentGenerator({ vocabulary: 65, time: 64, hidden: [256], random: seeded(1) })
 */
export function recurrentGenerator(options: RecurrentGeneratorOptions): Recurrent {
  const { vocabulary, time, hidden, cell = 'lstm', random } = options;
  const whole = { min: 1, integer: true };
  checkNumber('recurrentGenerator', 'time', time, whole);
  checkNumber('recurrentGenerator', 'hidden.length', hidden.length, whole);
  checkNumber('recurrentGenerator', 'vocabulary', vocabulary, { min: 2, integer: true });
  checkChoice('recurrentGenerator', 'cell', cell, ['lstm', 'gru']);
  const width = options.embedding ?? Math.min(64, vocabulary);
  const make = cell === 'lstm' ? lstm : gru;
  // Every option is refused before a parameter is made.
  const layers = {
    embedding: embedding({ vocabulary, units: width, random }),
    cells: hidden.map((units) => make({ units, sequences: true, random, recurrentKernel: orthogonal })),
    drop: dropout({ rate: options.dropout ?? 0 }),
    head: dense({ units: vocabulary, random }),
  };
  const symbols = spec([time], [0, vocabulary - 1], 'int32');
  const table = layers.embedding(symbols);
  const cells = layers.cells.map((layer, index) => layer(spec([time, hidden[index - 1] ?? width])));
  const drops = hidden.map((units) => layers.drop(spec([units])));
  const head = layers.head(spec([hidden.at(-1)!]));
  const parts = { embedding: table, ...Object.fromEntries(cells.map((one, index) => [`layer${index}`, one])), head };
  const places = cell === 'lstm' ? 2 : 1;

  return recurrentNetwork({
    name: 'recurrentGenerator',
    input: symbols,
    output: spec([time, vocabulary], 'logits'),
    parameters: Object.fromEntries(
      Object.entries(parts).flatMap(([part, { parameters }]) =>
        Object.entries(parameters).map(([name, value]) => [`${part}/${name}`, value]),
      ),
    ),
    kernels: [...new Set(Object.values(parts).flatMap(({ kernels = [] }) => kernels))],
    state: hidden.flatMap((units) => Array(places).fill(units)),
    advance(x, state, applying) {
      const [batch, steps] = x.shape as [number, number];
      const after: Tensor[] = [];
      let h: Tensor = gather(table.parameters.table!, x); // [batch, steps, width]
      for (const [layer, one] of cells.entries()) {
        const advanced = one.advance(h, state.slice(layer * places, (layer + 1) * places), applying);
        after.push(...advanced.state);
        const rows = reshape(advanced.y, [batch * steps, hidden[layer]!]);
        h = reshape(drops[layer]!.apply(rows, applying), [batch, steps, hidden[layer]!]);
      }
      const logits = head.apply(reshape(h, [batch * steps, hidden.at(-1)!]), applying);
      return { y: reshape(logits, [batch, steps, vocabulary]), state: after };
    },
    dispose() {
      for (const part of [table, ...cells, ...drops, head]) part.dispose();
    },
  });
}
