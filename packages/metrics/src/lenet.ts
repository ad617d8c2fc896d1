import { type Evaluates, type Network, type Random, seeded, spec } from '@gm/core';
import { conv2d, dense, flatten, heNormal, loadWeights, relu, sequential } from '@gm/networks';

/** A small classifier of handwritten digits whose features generated digits are measured by. */
export interface Lenet extends Network {
  /** x → the 64 numbers before the head. */
  readonly features: Evaluates;
  /** Of the file of its weights: numbers of different networks cannot be compared. */
  readonly hash: string;
}

const DIGITS = spec([28, 28, 1], [0, 1]);

/**
 * The parts of that classifier, untrained: two strided convolutions, a layer of 64 features, one logit for each digit.
 *
 *   body: conv 5 × 5, 8 filters, stride 2 → relu → conv 5 × 5, 16, stride 2 → relu → flatten → dense 64 → relu;   head: dense 10
 *
 * `npm run reproduce -- lenet` trains them.
 *
 * @see LeCun, Bottou, Bengio & Haffner (1998), Gradient-based learning applied to document recognition
 * @example discriminator({ ...lenetParts(seeded(1)) })
 */
export function lenetParts(random: Random): { readonly body: Network; readonly head: Network } {
  const halve = (filters: number) => conv2d({ filters, kernelSize: 5, strides: 2, kernel: heNormal, random });
  const hidden = dense({ units: 64, kernel: heNormal, random });
  const body = sequential(DIGITS, halve(8), relu(), halve(16), relu(), flatten(), hidden, relu());
  return { body, head: sequential(body.output, dense({ units: 10, random })) };
}

/**
 * The classifier with the weights of a safetensors file: that of this package, `@gm/metrics/lenet.safetensors`, or of your own training.
 * In Node `readLenet()` of `@gm/metrics/node` finds the file.
 *
 * @param weights  what `saveWeights(sequential(body.input, body, head))` gives
 * @returns images [28, 28, 1] in [0, 1] → logits [10]
 * @throws GM_CHECKPOINT when the file is damaged or of another network
 * @example const network = await lenet(new Uint8Array(await (await fetch(url)).arrayBuffer()))
 */
export async function lenet(weights: Uint8Array): Promise<Lenet> {
  const { body, head } = lenetParts(seeded('lenet'));
  const whole = sequential(DIGITS, body, head);
  try {
    loadWeights(whole, weights);
  } catch (error) {
    whole.dispose();
    throw error;
  }
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', weights as Uint8Array<ArrayBuffer>));
  const hash = Array.from(digest.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { ...whole, features: body, hash };
}
