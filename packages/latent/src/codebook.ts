import {
  type ApplyOptions,
  checkNumber,
  checkTensor,
  gmError,
  type Network,
  type Random,
  type Spec,
  showSpec,
  spec,
} from '@gm/core';
import { network } from '@gm/networks';
import { averageUpdate } from '@gm/ops';
import {
  add,
  argMin,
  cast,
  clone,
  customGrad,
  div,
  expandDims,
  floor,
  GatherV2,
  gather,
  less,
  matMul,
  minimum,
  mul,
  oneHot,
  ones,
  onesLike,
  reshape,
  Select,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  UnsortedSegmentSum,
  type Variable,
  variable,
  where,
} from '@tensorflow/tfjs-core';
import { checkRandom } from './rows.js';

/** Options of `codebook`. */
export interface CodebookOptions {
  /** What is quantised: [...places, dimension], each place by itself. */
  readonly input: Spec;
  /** How many codes there are, at least 2. */
  readonly size: number;
  /** How much of the running averages stays at each step of training, in [0, 1). Default 0.99. */
  readonly decay?: number;
  /**
   * A code that fewer vectors than this choose in a batch, on the running average, begins anew at one of the batch. Default 0.1; 0
   * for never.
   */
  readonly restartBelow?: number;
  /** Where the first codes are drawn from, N(0, 1). */
  readonly random: Random;
}

/** A network that replaces each vector by the nearest of its codes. */
export interface Codebook extends Network {
  /** How many codes there are. */
  readonly size: number;
  /** Which code is nearest to each vector: int32 [batch, …places]. */
  indices(x: Tensor): Tensor;
  /** The codes of those numbers: [batch, …places, dimension]. */
  lookup(indices: Tensor): Tensor;
}

/**
 * A codebook for vector quantisation, which follows what it quantises.
 *
 *   y = e_k,   k = argminⱼ ‖x − eⱼ‖²,   ∂y/∂x = 1 (straight-through)
 *   in training, after that:  N_k ← γ N_k + (1 − γ) n_k,   m_k ← γ m_k + (1 − γ) Σ x,   e_k ← m_k / N_k
 *
 * over the n_k vectors x of the batch that chose k; counts are smoothed by 1e-5. It has no parameters, for no gradient moves it. Buffers:
 * `codes` e [size, dimension], `counts` N [size], `sums` m [size, dimension]. What begins anew is drawn from `random` of the options.
 *
 * @returns a network of unchanged shape, unbounded
 * @throws GM_OPTION when `size` is below 2, `decay` outside [0, 1) or `restartBelow` negative; GM_FIT when the input is not float32 or
 *   has no axis
 * @throws GM_RANDOM from `apply` in training without `random`, unless `restartBelow` is 0
 * @see van den Oord, Vinyals & Kavukcuoglu (2017), Neural Discrete Representation Learning, section 3 and appendix A.1,
 *   arXiv:1711.00937; restarts: Dhariwal et al. (2020), Jukebox, section 3.1, arXiv:2005.00341
 * @example codebook({ input: spec([7, 7, 64]), size: 512, random: seeded(1) })
 */
export function codebook(options: CodebookOptions): Codebook {
  const { input, size, decay = 0.99, restartBelow = 0.1, random } = options;
  checkNumber('codebook', 'size', size, { min: 2, integer: true });
  checkNumber('codebook', 'decay', decay, { min: 0, max: 1 - 1e-9 });
  checkNumber('codebook', 'restartBelow', restartBelow, { min: 0 });
  const dimension = dimensionOf(input);
  checkRandom('codebook', random);
  const codes = tidy(() => variable(random.normal([size, dimension]), false));
  const buffers = tidy(() => ({ codes, counts: variable(ones([size]), false), sums: variable(add(codes, 0), false) }));
  const lookup = (indices: Tensor) => gather(codes, indices as Tensor1D);
  const nearest = (rows: Tensor): Tensor => {
    const apart = sub(sum(square(codes), -1), mul(2, matMul(rows, codes, false, true))); // [vectors, size], less ‖x‖²
    return argMin(apart, -1);
  };
  const rowsOf = (x: Tensor) => reshape(x, [-1, dimension]);
  const whole = network({
    name: 'codebook',
    input,
    output: spec(input.shape),
    buffers,
    kernels: [GatherV2, Select, UnsortedSegmentSum],
    apply(x, applying) {
      const quantised = (given: Tensor) => {
        const rows = rowsOf(given);
        const chosen = nearest(rows);
        const y = reshape(lookup(chosen), given.shape);
        if (applying.training) follow(buffers, rows, chosen, { decay, restartBelow }, applying);
        return y;
      };
      return customGrad((given) => ({ value: quantised(given as Tensor), gradFunc: (dy) => clone(dy) }))(x);
    },
  });
  return {
    ...whole,
    size,
    indices(x) {
      checkTensor('codebook', 'x', x, input);
      return tidy(() => reshape(nearest(rowsOf(x)), x.shape.slice(0, -1)));
    },
    lookup(indices) {
      checkIndices(indices);
      return tidy(() => lookup(indices));
    },
  };
}

type Buffers = Readonly<Record<'codes' | 'counts' | 'sums', Variable>>;

/** Moves the codes towards the vectors that chose them. */
function follow(
  { codes, counts, sums }: Buffers,
  rows: Tensor,
  chosen: Tensor,
  { decay, restartBelow }: Required<Pick<CodebookOptions, 'decay' | 'restartBelow'>>,
  { random }: ApplyOptions,
): void {
  if (restartBelow > 0) checkRandom('codebook', random);
  tidy(() => {
    const size = counts.size;
    const hot = cast(oneHot(chosen as Tensor1D, size), 'float32'); // [vectors, size]
    averageUpdate({ averages: [counts, sums], parameters: [sum(hot, 0), matMul(hot, rows, true)] }, decay);
    const total = sum(counts);
    const smooth = mul(div(add(counts, 1e-5), add(total, size * 1e-5)), total);
    codes.assign(div(sums, expandDims(smooth, 1)) as Tensor2D);
    if (restartBelow > 0) restart({ codes, counts, sums }, less(counts, restartBelow), picked(rows, size, random!));
  });
}

/** As many vectors of the batch, any of them. */
function picked(rows: Tensor, count: number, random: Random): Tensor {
  const vectors = rows.shape[0]!;
  const places = minimum(floor(mul(random.uniform([count]), vectors)), vectors - 1);
  return gather(rows, cast(places, 'int32') as Tensor1D);
}

function restart({ codes, counts, sums }: Buffers, unused: Tensor, fresh: Tensor): void {
  const each = expandDims(unused, 1);
  codes.assign(where(each, fresh, codes));
  sums.assign(where(each, fresh, sums));
  counts.assign(where(unused, onesLike(counts), counts));
}

function dimensionOf(input: Spec): number {
  const dimension = input.shape.at(-1);
  if (dimension !== undefined && input.dtype === 'float32') return dimension;
  throw gmError('GM_FIT', {
    where: 'codebook',
    expected: 'an input of real numbers [...places, dimension]',
    received: showSpec(input),
    remedy: 'Give what the encoder gives, the numbers of a vector in the last axis.',
  });
}

function checkIndices({ dtype }: Tensor): void {
  if (dtype === 'int32') return;
  throw gmError('GM_DTYPE', {
    where: 'codebook',
    expected: 'indices of type int32',
    received: dtype,
    remedy: "Give what indices() gives, or cast them with cast(indices, 'int32').",
  });
}
