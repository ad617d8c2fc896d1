import { useBackend } from '@gm/backends';
import { countParameters } from '@gm/networks';
import { readMetrics, trainer } from '@gm/trainers';
import { profile } from '@tensorflow/tfjs-core';

/** Starts our kernels; what the engine says it runs on. */
export async function start(threads) {
  const { simd, fused, ...info } = await useBackend('wasm', { threads });
  if (info.threads !== threads) throw new Error(`${threads} threads wanted, ${info.threads} came: ${info.limit}`);
  return `wasm, ${simd ? (fused ? 'relaxed SIMD' : 'SIMD') : 'no SIMD'}`;
}

/** Steps of a game as any user takes them: one call of the public trainer, then the metrics as numbers. */
export function play(game, batch, loss) {
  const run = trainer(game);
  const step = async () => (await readMetrics(run.step(batch)))[loss];
  return { step, parameters: parametersOf(game), kernels: async () => (await profile(step)).kernels.length };
}

export function parametersOf({ players }) {
  const networks = players.flatMap((player) => Object.values(player.networks));
  return networks.reduce((sum, network) => sum + countParameters(network), 0);
}
