import { checkNumber, gmError, type Network, showShape } from '@gm/core';
import { clipByGlobalNorm, globalNorm } from '@gm/ops';
import { dispose, engine, keep, type Tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import type { Losses, Player } from './game.js';

export interface DescendOptions {
  /** Gradients longer than this, all of a player's together, are shortened to it. */
  readonly clipNorm?: number;
}

/**
 * One descent step for one player: its loss, the gradients of it, clipping, the optimizer's update.
 *
 *   g = ∇ loss,   g ← g · min(1, clipNorm / ‖g‖),   θ ← optimizer(θ, g)
 *
 * @param loss  evaluated under the gradient tape
 * @returns the player's losses and `gradientNorm` ‖g‖ before clipping, scalars that the caller owns
 * @throws GM_GRADIENT when a parameter of the player gets no gradient, or something in the losses is no scalar; nothing has moved
 *   then. GM_OPTION when clipNorm is not positive
 * @example descend({ name: 'me', networks: { network }, optimizer: adam() }, () => ({ loss: mean(squaredError(y, network.apply(x))) }))
 */
export function descend(
  player: Pick<Player<never>, 'name' | 'networks' | 'optimizer'>,
  loss: () => Losses,
  { clipNorm }: DescendOptions = {},
): Record<string, Tensor> {
  if (clipNorm !== undefined) checkNumber('descend', 'clipNorm', clipNorm, { min: 0, exclusive: true });
  const parameters = parametersOf(player.networks);
  checkParameters(player.name, parameters);
  const { losses, gradients } = gradientsOf(player.name, loss, parameters);
  try {
    const gradientNorm = tidy(() => {
      const norm = globalNorm(Object.values(gradients));
      player.optimizer.update(parameters, clipNorm === undefined ? gradients : clip(gradients, norm, clipNorm));
      return norm;
    });
    return { ...losses, gradientNorm };
  } catch (error) {
    dispose(losses as Record<string, Tensor>);
    throw error;
  } finally {
    dispose(gradients);
  }
}

/** All parameters of some networks, by `network/parameter`, in a stable order. */
export function parametersOf(networks: Readonly<Record<string, Network>>): Record<string, Variable> {
  return named(networks, (network) => network.parameters);
}

/** All buffers of some networks, by `network/buffer`, in a stable order. */
export function buffersOf(networks: Readonly<Record<string, Network>>): Record<string, Variable> {
  return named(networks, (network) => network.buffers ?? {});
}

function named(
  networks: Readonly<Record<string, Network>>,
  variables: (network: Network) => Readonly<Record<string, Variable>>,
): Record<string, Variable> {
  const entries = Object.entries(networks).flatMap(([network, part]) =>
    Object.entries(variables(part)).map(([name, value]) => [`${network}/${name}`, value] as const),
  );
  return Object.fromEntries(entries);
}

function gradientsOf(name: string, loss: () => Losses, parameters: Readonly<Record<string, Variable>>) {
  let losses: Losses | undefined;
  try {
    const forward = () => {
      losses = loss();
      for (const [key, value] of Object.entries(losses)) checkScalar(name, key, value);
      // What is reported besides the loss would end with the tape.
      for (const [key, value] of Object.entries(losses)) if (key !== 'loss') keep(value);
      return losses.loss as never;
    };
    const { value, grads } = variableGrads(forward, Object.values(parameters));
    const gradients = Object.fromEntries(Object.entries(parameters).map(([key, { name }]) => [key, grads[name]]));
    losses = { ...losses, loss: value };
    checkReached(name, gradients);
    return { losses, gradients: gradients as Record<string, Tensor> };
  } catch (error) {
    abandonTape();
    dispose((losses ?? {}) as Record<string, Tensor>);
    throw error;
  }
}

function checkParameters(name: string, parameters: Readonly<Record<string, Variable>>): void {
  const trainable = Object.values(parameters).filter((parameter) => parameter.trainable);
  if (trainable.length > 0 && trainable.length === Object.keys(parameters).length) return;
  throw refusal(name, {
    expected: 'networks whose parameters can all be trained',
    received: trainable.length === 0 ? 'none that can' : 'some that are marked as not trainable',
    remedy: 'Leave frozen networks out of the player, and put frozen variables into buffers.',
  });
}

function checkScalar(name: string, key: string, { shape }: Tensor): void {
  if (shape.length === 0) return;
  throw refusal(name, {
    expected: `${key} to be a scalar`,
    received: showShape(shape),
    remedy: 'Average it over the batch with mean().',
  });
}

function refusal(name: string, complaint: { expected: string; received: string; remedy: string }) {
  return gmError('GM_GRADIENT', { where: `player '${name}'`, ...complaint });
}

function checkReached(name: string, gradients: Record<string, Tensor | undefined | null>): void {
  const unreached = Object.keys(gradients).filter((key) => gradients[key] == null);
  if (unreached.length === 0) return;
  for (const gradient of Object.values(gradients)) gradient?.dispose();
  throw refusal(name, {
    expected: 'its loss to depend on every parameter it moves',
    received: `no gradient for ${unreached.join(', ')}`,
    remedy: 'Use the network in the loss, or leave it out of the player’s networks.',
  });
}

/** tfjs frees what it saved for the backward pass only when that pass succeeds. */
export function abandonTape(): void {
  const { state } = engine();
  if (state.gradientDepth !== 0) return;
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
  state.activeTape = null as never;
}

function clip(gradients: Readonly<Record<string, Tensor>>, norm: Tensor, limit: number): Record<string, Tensor> {
  const clipped = clipByGlobalNorm(Object.values(gradients), limit, norm);
  return Object.fromEntries(Object.keys(gradients).map((name, index) => [name, clipped[index]!]));
}
