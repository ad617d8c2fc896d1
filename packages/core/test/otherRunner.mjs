/** The contracts under Node's own test runner, on the built package, for a prior that imports nothing of ours. */
import { describe, it } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import { testPrior } from '@gm/core/testing';
import { add, mul, square, sum, tidy } from '@tensorflow/tfjs-core';

const sign = Number(process.argv[2]);

testPrior({ describe, it }, 'a stranger', () => ({
  shape: [2],
  sample: (count, random) => random.normal([count, 2]),
  logProb: (z) => tidy(() => mul(sign * 0.5, sum(add(square(z), Math.log(2 * Math.PI)), -1))),
}));
