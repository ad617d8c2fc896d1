import {
  add,
  grads,
  mul,
  type Scalar,
  sum,
  type Tensor,
  tidy,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import type { Case, Group, Numbers, Results } from './case.js';
import { type DrawOptions, draw, read } from './numbers.js';

type Tensors = Readonly<Record<string, Tensor>>;
type Variables = Readonly<Record<string, Variable>>;

/** A function, and what it is differentiated with respect to. */
export interface Differentiable {
  /** Gives the same numbers whenever it is called. */
  f(inputs: Tensors): Tensors | Tensor;
  /** Shapes of the inputs, which are drawn by their place; or how to draw one. */
  readonly inputs: Readonly<Record<string, readonly number[] | Drawn>>;
  /** What the function holds; borrowed. */
  readonly parameters?: Variables;
  /** Also the derivatives of Σ w ∂f/∂input, as a gradient penalty has them. */
  readonly second?: boolean;
}

export interface Drawn extends DrawOptions {
  readonly shape: readonly number[];
}

/** Makes cases of functions of drawn inputs; second derivatives too, unless they are zero. */
export const functionCase =
  (group: Group) =>
  (
    name: string,
    inputs: Differentiable['inputs'],
    f: (inputs: never) => Tensor | Tensors,
    { second = true }: Pick<Differentiable, 'second'> = {},
  ): Case => ({ group, name, run: () => differentiated({ f: f as Differentiable['f'], inputs, second }) });

/** f of its inputs, the gradients of Σ w f for fixed w, and with `second` those of a sum of its gradients. */
export async function differentiated({ f, inputs, parameters = {}, second = false }: Differentiable): Promise<Results> {
  const made = Object.fromEntries(Object.entries(inputs).map(([name, how], place) => [name, variableOf(how, place)]));
  const all = { ...made, ...parameters };
  const named = (xs: readonly Tensor[]) =>
    Object.fromEntries(Object.keys(made).map((name, index) => [name, xs[index]!]));
  const loss = (...xs: Tensor[]) => weighted(asRecord(f(named(xs))));
  const penalty = () => weighted(named(grads(loss)(Object.values(made))));
  try {
    const forward = await read(tidy(() => asRecord(f(made))));
    const first = await gradientsOf(() => loss(...Object.values(made)), all);
    return { forward, gradient: { ...first, ...(second && prefixed('second', await gradientsOf(penalty, all))) } };
  } finally {
    for (const input of Object.values(made)) input.dispose();
  }
}

function variableOf(how: readonly number[] | Drawn, place: number): Variable {
  const options: Drawn = 'shape' in how ? how : { shape: how };
  return tidy(() => variable(draw(options.shape, { seed: `input ${place}`, ...options })));
}

const asRecord = (y: Tensors | Tensor): Tensors => ('dataId' in y ? { y: y as Tensor } : (y as Tensors));

/** A scalar that depends on every number of every output, and on each differently. */
function weighted(outputs: Tensors): Scalar {
  return tidy(() =>
    Object.values(outputs)
      .map((y, place) => sum(mul(y, draw(y.shape, { seed: `weights ${place}` }))))
      .reduce((total, part) => add(total, part)),
  ) as Scalar;
}

/** Of what the value depends on; the rest is left out. */
async function gradientsOf(f: () => Scalar, variables: Variables): Promise<Numbers> {
  const { value, grads: found } = variableGrads(f, Object.values(variables));
  value.dispose();
  const reached = Object.entries(variables).filter(([, { name }]) => found[name] != null);
  return read(Object.fromEntries(reached.map(([key, { name }]) => [key, found[name]!])));
}

const prefixed = (prefix: string, numbers: Numbers): Numbers =>
  Object.fromEntries(Object.entries(numbers).map(([name, values]) => [`${prefix}/${name}`, values]));
