import { gmError, type Layer, showSpec, spec } from '@gm/core';
import { add } from '@tensorflow/tfjs-core';
import { network } from './network.js';
import { chained, contentsOf, type Part } from './sequential.js';

/**
 * Parts beside a straight connection, which learn what to add.
 *
 *   y = x + f(x)
 *
 * Parameters and buffers are called `<part>/<name>`, as in `sequential`.
 *
 * @param parts  as for `sequential`; together they keep the shape
 * @returns a layer of unchanged shape, unbounded
 * @throws GM_FIT when the parts do not fit one another, or give another shape than they take
 * @see He, Zhang, Ren & Sun (2016), Deep residual learning for image recognition, section 3.2, arXiv:1512.03385
 * @example sequential(spec([64]), residual(relu(), dense({ units: 64, random })))
 */
export function residual(...parts: Part[]): Layer {
  return (input) => {
    const chain = chained(input, parts);
    const output = spec(input.shape);
    if (showSpec({ ...chain.output, range: output.range }) !== showSpec(output)) {
      chain.abandon();
      throw gmError('GM_FIT', {
        where: 'residual',
        expected: `parts that give ${showSpec(output)} again`,
        received: showSpec(chain.output),
        remedy: 'Let the last part give the shape that the first part takes.',
      });
    }
    return network({
      name: 'residual',
      input,
      output,
      ...contentsOf(chain.networks),
      apply: (x, options) => add(x, chain.apply(x, options)),
      dispose: chain.dispose,
    });
  };
}
