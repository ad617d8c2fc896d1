/**
 * One workload by one engine, in a process of its own. Prints one line of JSON: milliseconds of each step, the first and the last loss, how many
 * numbers are trained, kernels in a step, what it ran on.
 *
 *   node bench/measure.mjs ours vae --threads 2 --steps 1000 --seconds 2
 */
import { parseArgs } from 'node:util';
import { clock } from './clock.mjs';

const folders = { ours: './steps', tfjs: './peers/tfjs', jax: './peers/jax' };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: 'string', default: '1' },
    steps: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '2' },
  },
});
const [engine, workload] = positionals;
const { prepare } = await import(`${folders[engine]}/${workload}.mjs`);
console.log(JSON.stringify(await measured(await prepare({ threads: Number(values.threads) }))));

async function measured({ step, parameters, kernels, device, share = 1 }) {
  const { milliseconds, losses } = await clock(step, { steps: Number(values.steps), seconds: Number(values.seconds) });
  if (!losses.every(Number.isFinite)) throw new Error('A loss is not finite.');
  return {
    // What was measured on a part of the batch is told for the whole of it.
    milliseconds: milliseconds.map((time) => time / share),
    first: losses[0],
    last: losses.at(-1),
    parameters,
    device,
    extrapolated: share === 1 ? undefined : share,
    kernels: await kernels?.(),
  };
}
