/** Why a published test need not pass: by our decision, or because what it needs is tfjs's own and lacks on wasm. */
export interface Excuse {
  readonly why: string;
  /** Names of tests, or their beginnings when they end with *. */
  readonly specs: readonly string[];
  /** Whether it passes with tfjs's own kernels. Default false: it has to fail there too. */
  readonly onStock?: boolean;
}

export const excuses: readonly Excuse[] = [
  {
    why: 'ours keep NaN, as every other operation does; this one asks that pooling drops it',
    onStock: true,
    specs: ['maxPool > [x=[3,3,1] f=[2,2] s=1 ignores NaNs'],
  },
  {
    why: 'asks for an error where a gradient is missing, and ours has it',
    specs: [
      'gradients > errors if relevant ops are missing grads',
      'depthwiseConv2d gradients > throws error on dilations > 1',
    ],
  },
  {
    why: 'expects the gradient of tfjs, which divides by the whole window; its avgPool divides by what lies inside',
    specs: ['avgPool > gradient x=[3,3,1] f=[3,3] s=1 p=explicit'],
  },
  {
    why: 'tfjs’s wasm backend holds strings, and does not compute with them',
    specs: [
      ...['equal', 'greaterEqual', 'greater', 'lessEqual', 'less', 'notEqual'].map(
        (name) => `${name} > should support string comparison`,
      ),
      'fill > 1D fill string',
      'fill > 2D fill string',
      'sparseToDense > should work for string',
      'squeeze > *',
      'tile > 1d string tensor',
      'tile > 2d string tensor',
      'tile > 6D string tensor',
    ],
  },
  {
    why: 'tfjs’s Bincount for wasm gives another shape, and it is not ours',
    specs: ['threshold > method otsu*'],
  },
];
