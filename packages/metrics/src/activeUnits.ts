import { checkNumber, type Encoder, type Examples, type GaussianPosterior, gmError } from '@gm/core';
import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { conditionsOf } from './latentVariableModel.js';
import type { Protocol } from './measurement.js';
import { type Moments, momentsOf } from './moments.js';

export interface ActiveUnitsOptions<Batch extends Examples = Examples> {
  readonly encoder: Encoder<GaussianPosterior>;
  /**
   * Such as `epochOf(test, { batchSize: 500 })`; their tensors are disposed when they are measured. At least two examples. Labels
   * in them are told to a conditional encoder.
   */
  readonly batches: Iterable<Batch> | AsyncIterable<Batch>;
  /** A dimension is active above that. Default 0.01. */
  readonly threshold?: number;
}

export interface ActiveUnits {
  /** How many dimensions of z say something about x. */
  readonly active: number;
  /** Var_x(E_q(z | x)[z]) of each dimension. */
  readonly variances: readonly number[];
  /** How many examples, and the threshold. */
  readonly protocol: Protocol;
}

/**
 * Which dimensions of the latent space are used: those whose posterior mean varies from example to example.
 *
 *   A_u = Var_x(E_{u ~ q(u | x)}[u]) > 0.01
 *
 * @throws GM_SHAPE for fewer than two examples, GM_FIT for codes that have no mean, such as categorical ones, GM_OPTION
 * @see Burda, Grosse & Salakhutdinov (2016), Importance weighted autoencoders, section 5.2, arXiv:1509.00519
 * @example const { active } = await activeUnits({ encoder, batches: epochOf(test, { batchSize: 500 }) })
 */
export async function activeUnits<Batch extends Examples>(options: ActiveUnitsOptions<Batch>): Promise<ActiveUnits> {
  const { encoder, batches, threshold = 0.01 } = options;
  checkNumber('activeUnits', 'threshold', threshold, { min: 0 });
  const moments: Moments[] = [];
  for await (const batch of batches) {
    const { values, latent } = await posteriorMeans(encoder, batch);
    for (let index = 0; index < values.length; index++) {
      const unit = index % latent;
      moments[unit] ??= momentsOf();
      moments[unit].add(values[index]!);
    }
  }
  const count = moments[0]?.count() ?? 0;
  if (count < 2) throw tooFew();
  const variances = moments.map((unit) => unit.variance());
  const active = variances.filter((variance) => variance > threshold).length;
  return { active, variances, protocol: { count, threshold } };
}

/** Encodes a batch and frees it. */
async function posteriorMeans(encoder: Encoder<GaussianPosterior>, batch: Examples & { readonly labels?: Tensor }) {
  try {
    const mean = tidy(() => meanOf(encoder.encode(batch.x, conditionsOf(batch))));
    const values = await mean.data();
    const latent = mean.size / (mean.shape[0] ?? 1);
    dispose(mean);
    return { values, latent };
  } finally {
    dispose(batch as never);
  }
}

function meanOf(posterior: Partial<GaussianPosterior>): Tensor {
  if (posterior.mean !== undefined) return posterior.mean;
  throw gmError('GM_FIT', {
    where: 'activeUnits',
    expected: 'an encoder to Gaussian codes, whose posteriors have a mean',
    received: `posteriors with ${Object.keys(posterior).join(', ')}`,
    remedy: 'Give a Gaussian encoder; for categorical codes look at the divergence of elboParts().',
  });
}

function tooFew() {
  return gmError('GM_SHAPE', {
    where: 'activeUnits',
    expected: 'at least two examples, to see something vary',
    received: 'fewer',
    remedy: 'Give batches that are not used up, such as epochOf(dataset, { batchSize }).',
  });
}
