import { checkNumber, gmError, type Layer, misfit, type Random, showSpec, spec } from '@gm/core';
import { gather } from '@tensorflow/tfjs-core';
import { type Initializer, normalInit, parameter } from './initializer.js';
import { LOOKUP } from './kernelNames.js';
import { network } from './network.js';

export interface EmbeddingOptions {
  /** How many different symbols there are, at least 2. */
  readonly vocabulary: number;
  /** How many numbers stand for a symbol. */
  readonly units: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
  /** First values of the table. Default normalInit(1). */
  readonly table?: Initializer;
}

/**
 * A vector for each symbol, learned.
 *
 *   yₜ = row xₜ of E
 *
 * Parameters: `table` E [vocabulary, units].
 *
 * @returns a layer from symbols, int32 of any shape in [0, vocabulary − 1], to [...shape, units], unbounded
 * @throws GM_OPTION when `vocabulary` or `units` is too small; GM_FIT when the input is not int32 in that range
 * @see Bengio, Ducharme, Vincent & Jauvin (2003), A neural probabilistic language model, section 2
 * @example sequential(spec([64], [0, 255], 'int32'), embedding({ vocabulary: 256, units: 32, random }), lstm({ units: 64, random }))
 */
export function embedding({ vocabulary, units, random, table = normalInit(1) }: EmbeddingOptions): Layer {
  checkNumber('embedding', 'vocabulary', vocabulary, { min: 2, integer: true });
  checkNumber('embedding', 'units', units, { min: 1, integer: true });
  return (input) => {
    const { shape, dtype, range } = input; // padding is a symbol like any other here
    const wanted = spec(shape, [0, vocabulary - 1], 'int32');
    if (misfit({ shape, dtype, range }, wanted) !== undefined) {
      throw gmError('GM_FIT', {
        where: 'embedding',
        expected: `an input of type int32 in [0, ${vocabulary - 1}]`,
        received: showSpec(input),
        remedy: `Say spec(shape, [0, ${vocabulary - 1}], 'int32') of what comes in, or take a larger vocabulary.`,
      });
    }
    const weight = parameter([vocabulary, units], table, { fanIn: 1, fanOut: units, random });
    return network({
      name: 'embedding',
      input,
      output: spec([...shape, units]),
      parameters: { table: weight },
      kernels: LOOKUP,
      apply: (x) => gather(weight, x),
    });
  };
}
