import { gmError, type Layer, showSpec, spec } from '@gm/core';
import { add, type Tensor } from '@tensorflow/tfjs-core';
import { network } from './network.js';
import { type Chain, chained, contentsOf, type Part } from './sequential.js';

/**
 * Branches side by side, whose results are added up.
 *
 *   y = f₁(x) + f₂(x) + …,   each fᵢ a chain of parts, and x itself where a branch has none
 *
 * Parameters and buffers are called `<part>/<name>`, parts counted over all branches.
 *
 * @param branches  two or more, which give the same shape
 * @returns a layer from the input to what the branches give, unbounded
 * @throws GM_FIT when the parts of a branch do not fit one another, or two branches give different shapes; GM_OPTION for fewer than
 *   two branches; nothing that was built is left behind then
 * @see He, Zhang, Ren & Sun (2016), Deep residual learning for image recognition, equation 2, arXiv:1512.03385
 * @example parallel([conv2d({ filters: 32, kernelSize: 1, strides: 2, random })], [relu(), conv2d({ filters: 32, kernelSize: 3, strides: 2, random })])
 */
export function parallel(...branches: readonly (readonly Part[])[]): Layer {
  if (branches.length < 2) throw alone(branches.length);
  return (input) => {
    const chains: Chain[] = [];
    try {
      for (const parts of branches) chains.push(chained(input, parts));
      checkAlike(chains);
    } catch (error) {
      for (const chain of chains) chain.abandon();
      throw error;
    }
    return network({
      name: 'parallel',
      input,
      output: spec(chains[0]!.output.shape),
      ...contentsOf(chains.flatMap(({ networks }) => networks)),
      apply: (x, options) => chains.map((chain) => chain.apply(x, options)).reduce((a: Tensor, b) => add(a, b)),
      dispose() {
        for (const chain of chains) chain.dispose();
      },
    });
  };
}

function checkAlike([first, ...others]: readonly Chain[]): void {
  const shape = (chain: Chain) => showSpec({ ...chain.output, range: 'unbounded' });
  const other = others.find((chain) => shape(chain) !== shape(first!));
  if (other === undefined && first!.output.dtype === 'float32') return;
  throw gmError('GM_FIT', {
    where: 'parallel',
    expected: `branches that all give ${showSpec(spec(first!.output.shape))}`,
    received: showSpec((other ?? first!).output),
    remedy: 'End each branch in a layer that gives the same shape.',
  });
}

function alone(count: number) {
  return gmError('GM_OPTION', {
    where: 'parallel',
    expected: 'two branches or more',
    received: `${count}`,
    remedy: 'Give each branch as an array of parts, [] for x itself.',
  });
}
