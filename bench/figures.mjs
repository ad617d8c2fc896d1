/**
 * The figures that the project promises, measured on this machine by its own command line: `npm run figures`.
 *
 * Trains a VAE, a classifier and the demo on MNIST (a few minutes on two cores) and prints one row for each figure.
 */
import { fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const gm = fileURLToPath(new URL('../apps/train/dist/main.js', import.meta.url));
const peakMemory = new URL('peakMemory.mjs', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'gm-figures-'));
const runs = { vae: join(folder, 'vae'), classifier: join(folder, 'classifier'), demo: join(folder, 'demo') };

await run(['train', 'vae', '--epochs', '5', '--hidden', '400', '--latent', '20', '--batch', '128', '--out', runs.vae]);
const vae = await evaluate(runs.vae);
await run(['train', 'classifier', '--epochs', '3', '--out', runs.classifier]);
const classifier = await evaluate(runs.classifier);
const demo = await run(['demo', '--out', runs.demo]);
const samples = await evaluate(runs.demo, '--judge', runs.classifier);

console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model}\n`);
row('figure', 'wanted', 'measured');
row('VAE 784-400-20, 5 epochs: test −ELBO, nats', '≤ 109.5', vae.negativeElbo.toFixed(2));
row('small strided CNN, 3 epochs: test accuracy', '≥ 0.985', classifier.accuracy.toFixed(4));
row('demo: seconds in all', '≈ 180', demo.seconds.toFixed(0));
row('demo: peak memory, MB', '< 1500', `${demo.peakMegabytes}`);
row('demo: mean confidence of the classifier in 1,000 samples', '> 0.8', samples.confidence.toFixed(3));
row('      the same classifier in real test images', '', samples.realConfidence.toFixed(3));
row('demo: entropy of the digits, at most log 10 = 2.303', '> 2.1', samples.classEntropy.toFixed(3));
row('demo: rarest digit among 1,000 samples', '> 20', `${Math.min(...samples.classCounts)}`);

/** Runs gm with its output shown; seconds and memory of the whole process. */
function run(args, { quiet = false } = {}) {
  const begun = performance.now();
  const child = fork(gm, args, {
    execArgv: ['--import', peakMemory],
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'inherit', 'ipc'],
  });
  let output = '';
  let peakMegabytes = 0;
  child.stdout?.on('data', (text) => {
    output += text;
  });
  child.on('message', (message) => {
    peakMegabytes = message.peakMegabytes;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`gm ${args.join(' ')} ended with ${code}`));
      else resolve({ seconds: (performance.now() - begun) / 1000, peakMegabytes, output });
    });
  });
}

async function evaluate(folder, ...more) {
  const { output } = await run(['evaluate', folder, '--json', ...more], { quiet: true });
  return JSON.parse(output.trim().split('\n').at(-1));
}

function row(figure, wanted, measured) {
  console.log(`${figure.padEnd(60)}${wanted.padStart(10)}${measured.padStart(12)}`);
}
