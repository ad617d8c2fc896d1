import { useBackend } from '@gm/backends';
import { engine, env } from '@tensorflow/tfjs-core';
import { it } from 'vitest';
import { cases } from './cases/index.js';

const b = process.env.B as any;
it('x', async () => {
  await useBackend(b, { software: true, threads: 2 });
  if (b === 'webgpu') env().set('WEBGPU_CPU_FORWARD', false);
  let n = 0;
  const e = engine() as any;
  const rk = e.runKernelFunc.bind(e);
  e.runKernelFunc = (...a: any[]) => {
    n++;
    return rk(...a);
  };
  let tot = 0;
  for (const c of cases.filter((c) => c.group === 'recipes')) {
    await c.run({ steps: 2 });
    n = 0;
    const t = performance.now();
    const u = process.cpuUsage();
    await c.run({ steps: 100 });
    const v = process.cpuUsage(u);
    tot += performance.now() - t;
    console.log(
      c.name,
      'ms',
      Math.round(performance.now() - t),
      'cpu',
      Math.round((v.user + v.system) / 1000),
      'kernels/step',
      n / 100,
    );
  }
  console.log(tot);
}, 600000);
