import {
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  GatherV2,
  Pack,
  SplitV,
  Unpack,
  UnsortedSegmentSum,
} from '@tensorflow/tfjs-core';

/** What convolutions, transposed ones too, call: each is the gradient of another. */
export const CONVOLUTION: readonly string[] = [Conv2D, Conv2DBackpropFilter, Conv2DBackpropInput];

/** Looking up, and adding up where the same row was looked up twice. */
export const LOOKUP: readonly string[] = [GatherV2, UnsortedSegmentSum];

/** Taking sequences and gates apart and putting them together. */
export const RECURRENCE: readonly string[] = [Pack, SplitV, Unpack];
