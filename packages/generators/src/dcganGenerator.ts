import { checkNumber, type Network, type Random, type Spec, spec } from '@gm/core';
import {
  batchNorm,
  conditionBy,
  conv2dTranspose,
  dense,
  network,
  normalInit,
  relu,
  reshape,
  sequential,
} from '@gm/networks';
import { ending } from './ending.js';
import { imageOf } from './output.js';

/** Options of `dcganGenerator`. */
export interface DcganGeneratorOptions {
  /** How many numbers one code has. */
  readonly latent: number;
  /** What one image is: [height, width, channels]; the last activation follows its range. */
  readonly output: Spec;
  /** Channels before the last doubling; twice as many before each doubling below it. Default 64. */
  readonly channels?: number;
  /** Makes it conditional: the class of each example is given beside it, as `condition`. Default: it is not. */
  readonly classes?: number;
  /** Where the first weights are drawn from. */
  readonly random: Random;
}

/** Sides are doubled while what they grow from is at least this long, and at least twice. */
const SMALLEST = 4;

/**
 * The generator of DCGAN.
 *
 *   dense → reshape [height / 2ⁿ, width / 2ⁿ, channels · 2ⁿ⁻¹] → batch norm → relu
 *   → (transposed conv 4 × 4, stride 2 → batch norm → relu) n − 1 times → transposed conv 4 × 4, stride 2 → last activation
 *
 * It grows from about 4 × 4: n = 2 for 28 × 28, 3 for 32 × 32, 4 for 64 × 64 (the paper's). The last activation is none for logits and
 * unbounded numbers, tanh for [−1, 1] (the paper's), the sigmoid for [0, 1], and the sigmoid stretched for any other interval. Kernels
 * start from N(0, 0.02²), biases at zero; layers before a batch norm have no bias, for its offset is one.
 *
 * In training a batch norm looks at the whole batch and follows its statistics; otherwise each example stands alone.
 *
 * @returns a network [latent] → `output`
 * @throws GM_OPTION when a size is not a positive whole number; GM_DTYPE when the output is not float32; GM_SHAPE when it is no image,
 *   or height and width are not multiples of 4
 * @see Radford, Metz & Chintala (2016), Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks,
 *   sections 3 and 4, arXiv:1511.06434
 * @example dcganGenerator({ latent: 100, output: spec([28, 28, 1], [-1, 1]), random: seeded(1) })
 */
export function dcganGenerator(options: DcganGeneratorOptions): Network {
  const { latent, output, channels = 64, classes, random } = options;
  checkNumber('dcganGenerator', 'latent', latent, { min: 1, integer: true });
  checkNumber('dcganGenerator', 'channels', channels, { min: 1, integer: true });
  const [height, width, colours] = imageOf('dcganGenerator', output, 2);
  const doublings = doublingsTo(height, width);
  const widths = Array.from({ length: doublings }, (_, step) => channels * 2 ** (doublings - 1 - step));
  const small = [height / 2 ** doublings, width / 2 ** doublings, widths[0]!] as const;
  const kernel = normalInit(0.02);
  const double = (filters: number, bias: boolean) =>
    conv2dTranspose({ filters, kernelSize: 4, strides: 2, bias, kernel, random });
  const layers = [
    ...conditionBy(classes),
    dense({ units: small[0] * small[1] * small[2], bias: false, kernel, random }),
    reshape(small),
    batchNorm(),
    relu(),
    ...widths.slice(1).flatMap((filters) => [double(filters, false), batchNorm(), relu()]),
    double(colours, true),
    ...ending(output.range),
  ];
  return network({ ...sequential(spec([latent]), ...layers), name: 'dcganGenerator', output });
}

/** How often both sides can be halved without a rest until the shorter is below 2 · SMALLEST; twice at least. */
function doublingsTo(height: number, width: number): number {
  let doublings = 2;
  for (let scale = 8; height % scale === 0 && width % scale === 0; scale *= 2) {
    if (Math.min(height, width) / scale < SMALLEST) break;
    doublings++;
  }
  return doublings;
}
