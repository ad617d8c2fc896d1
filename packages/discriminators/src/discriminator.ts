import {
  checkFits,
  type FeatureDiscriminator,
  gmError,
  type Layer,
  type Network,
  type Spec,
  showSpec,
  sizeOf,
} from '@gm/core';
import { conditionOf, network } from '@gm/networks';
import { reshape, tidy, type Variable } from '@tensorflow/tfjs-core';

/** A network in two halves: a body that looks, and a head that answers. */
export interface FeatureNetwork extends Network, FeatureDiscriminator {
  /** x → features. */
  readonly body: Network;
  /** Features → logits. */
  readonly head: Network;
}

/** Options of `discriminator`. */
export interface DiscriminatorOptions {
  /** x → features: any network, an adopted model too. */
  readonly body: Network;
  /** Features → logits: [] or [1] for one yes-or-no question, [classes] for one of several. */
  readonly head: Layer | Network;
  /** How errors call it. Default 'discriminator'. */
  readonly name?: string;
}

/**
 * Any body under any head as a discriminator: a network whose output is its logits.
 *
 *   logits(x) = apply(x) = head(body(x)),   features(x) = body(x),   logitsOf(features) = head(features)
 *
 * Logits are [batch] for a head of [] or [1], where the sigmoid gives the probability of yes (of being real), and [batch, classes] for a
 * head of [classes], where the softmax gives one probability for each class. Parameters and buffers are called `body/…` and `head/…`.
 * The discriminator owns both halves: its `dispose()` is theirs.
 *
 * @throws GM_FIT when the head does not fit behind the body, or gives something else than logits; both stay the caller's then
 * @see Goodfellow et al. (2014), Generative Adversarial Nets, section 3, arXiv:1406.2661
 * @example discriminator({ body: fromLayersModel(model), head: dense({ units: 1, random: seeded(1) }) })
 */
export function discriminator({ body, head, name = 'discriminator' }: DiscriminatorOptions): FeatureNetwork {
  const made = headOn(body, head);
  return joined(name, body, made, () => {
    body.dispose();
    made.dispose();
  });
}

/** The two halves as one network, with the variables of both and whatever dispose is to mean. */
export function joined(name: string, body: Network, head: Network, dispose: () => void): FeatureNetwork {
  const { shape } = head.output;
  const logitsShape = sizeOf(shape) === 1 ? [] : shape;
  const logitsOf: FeatureNetwork['logitsOf'] = (features, options) =>
    tidy(() => {
      const logits = head.apply(features, options);
      return reshape(logits, [logits.shape[0]!, ...logitsShape]);
    });
  const whole = network({
    name,
    input: body.input,
    output: { ...head.output, shape: logitsShape, range: 'logits' },
    parameters: { ...prefixed('body', body.parameters), ...prefixed('head', head.parameters) },
    buffers: { ...prefixed('body', body.buffers), ...prefixed('head', head.buffers) },
    ...conditionOf([body, head]),
    kernels: [...new Set([...(body.kernels ?? []), ...(head.kernels ?? [])])],
    apply: (x, options) => logitsOf(body.apply(x, options), options),
    dispose,
  });
  return {
    ...whole,
    body,
    head,
    logits: (x, options) => whole.apply(x, options),
    features: (x, options) => body.apply(x, options),
    logitsOf,
  };
}

/** The head behind that body, checked; a head that is built here and refused is freed. */
export function headOn(body: Network, head: Layer | Network): Network {
  if (typeof head !== 'function') {
    checkFits({ name: 'body', spec: body.output }, { name: 'head', spec: head.input });
    checkLogits(head.output);
    return head;
  }
  const made = head(body.output);
  try {
    checkLogits(made.output);
  } catch (error) {
    made.dispose();
    throw error;
  }
  return made;
}

function checkLogits(output: Spec): void {
  if (output.shape.length > 1) {
    throw gmError('GM_FIT', {
      where: 'discriminator',
      expected: 'a head that gives one logit, [] or [1], or [classes] of them',
      received: showSpec(output),
      remedy: 'End the head with dense({ units: classes }), with flatten() before it.',
    });
  }
  const logits: Spec = { shape: output.shape, dtype: 'float32', range: 'logits' };
  checkFits({ name: 'head', spec: output }, { name: 'logits of the discriminator', spec: logits });
}

function prefixed(prefix: string, variables: Readonly<Record<string, Variable>> = {}): Record<string, Variable> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [`${prefix}/${name}`, value]));
}
