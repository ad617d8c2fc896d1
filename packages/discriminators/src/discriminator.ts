import {
  type ApplyOptions,
  type FeatureDiscriminator,
  gmError,
  type Layer,
  type Network,
  type Spec,
  showShape,
  sizeOf,
} from '@gm/core';
import { network } from '@gm/networks';
import { reshape, type Tensor, type Variable } from '@tensorflow/tfjs-core';

/** A discriminator that is a network too – apply gives the logits – made of a body, which gives features, and a head on them. */
export type FeatureNetwork = Network & FeatureDiscriminator & { readonly body: Network; readonly head: Network };

/**
 * A discriminator from a body and a head.
 *
 *   features(x) = body(x),   logits(x) = head(features(x))
 *
 * Parameters and buffers are called `body/…` and `head/…`; `dispose()` frees both.
 *
 * @param body  x → features, any shape
 * @param head  features → one number for a yes-or-no question (logits [batch]), or [classes] (logits [batch, classes])
 * @throws GM_SHAPE when the head gives more than one axis; whatever the head refuses about the features
 * @example discriminator({ body: sequential(input, flatten(), dense({ units: 64, random }), leakyRelu()), head: dense({ units: 1, random }) })
 */
export function discriminator({
  body,
  head,
}: {
  readonly body: Network;
  readonly head: Layer | Network;
}): FeatureNetwork {
  const top = typeof head === 'function' ? head(body.output) : head;
  const output = logitsSpec(top.output);
  const logitsOf = (features: Tensor, options?: ApplyOptions) => {
    const logits = top.apply(features, options);
    return output.shape.length === 0 && logits.rank > 1 ? squeezed(logits) : logits;
  };
  const whole = network({
    name: 'discriminator',
    input: body.input,
    output,
    parameters: { ...prefixed('body', body.parameters), ...prefixed('head', top.parameters) },
    buffers: { ...prefixed('body', body.buffers), ...prefixed('head', top.buffers) },
    apply: (x, options) => logitsOf(body.apply(x, options), options),
    dispose() {
      body.dispose();
      top.dispose();
    },
  });
  return { ...whole, body, head: top, logits: whole.apply, features: body.apply, logitsOf };
}

function logitsSpec({ shape, dtype }: Spec): Spec {
  if (shape.length <= 1) return { shape: sizeOf(shape) === 1 ? [] : shape, dtype, range: 'logits' };
  throw gmError('GM_SHAPE', {
    where: 'discriminator',
    expected: 'a head that gives one number or [classes] for each example',
    received: showShape(shape),
    remedy: 'End the head with flatten() and dense({ units }).',
  });
}

/** [batch, 1] → [batch]; the reshaped tensor shares memory, so the column is freed with it. */
function squeezed(column: Tensor): Tensor {
  const row = reshape(column, [column.shape[0]!]);
  column.dispose();
  return row;
}

function prefixed(prefix: string, variables: Readonly<Record<string, Variable>> = {}): Record<string, Variable> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [`${prefix}/${name}`, value]));
}
