/**
 * Trains every preset in Chromium for some seconds, takes a picture of each for the docs, and prints how fast the page was:
 *   npm run pnpm -- --filter @gm/playground run pictures [--seconds 20]
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { choosePreset, openSite } from './site.mjs';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } });
const milliseconds = 1000 * Number(values.seconds);

/** What is shown of each: a tab, and perhaps a button or a box of it. */
const PRESETS = {
  VAE: { tab: 'Map' },
  GAN: { box: 'Where its gradient pulls them', scheme: 'dark' },
  LSGAN: { samples: [10, 53] },
  'VAE-GAN': { tab: 'Reconstructions' },
  'WGAN-GP': { box: 'Density of the samples' },
  Classifier: {},
  'Semi-supervised': { tab: 'Test' },
  'Character RNN': { scheme: 'dark' },
};

const site = await openSite();
try {
  const measured = {};
  for (const [name, view] of Object.entries(PRESETS)) measured[name] = await taken(name, view);
  console.table(measured);
} finally {
  await site.close();
}

async function taken(name, { tab, box, samples = [], scheme = 'light' }) {
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 1000 }, colorScheme: scheme });
  const page = await context.newPage();
  const button = (label) => page.getByRole('button', { name: label, exact: true });
  const begun = performance.now();
  await page.goto(site.url);
  await page.waitForFunction(() => document.querySelector('canvas.pictures')?.width > 100);
  const firstSample = performance.now() - begun;
  await choosePreset(page, name);
  await button('Train').click();
  const frames = await page.evaluate(framesOf, milliseconds);
  await button('Pause').click();
  await button('Train').waitFor();
  if (tab) await page.getByRole('tab', { name: tab }).click();
  if (box) await page.getByLabel(box).check();
  for (const sample of samples) await button(`Sample ${sample}`).click();
  await page.waitForTimeout(2000);
  await page.evaluate(() => scrollTo(0, 0)); // where a click has scrolled
  const path = join(images, `playground-${name.toLowerCase().replaceAll(' ', '-')}.jpg`);
  await page.screenshot({ path, type: 'jpeg', quality: 82 });
  const steps = Number((await page.getByTestId('step').textContent()).replaceAll(',', ''));
  await context.close();
  return {
    'first sample, ms': Math.round(firstSample),
    'frames a second': frames.perSecond.toFixed(1),
    'longest frame, ms': Math.round(frames.longest),
    'steps a second': ((1000 * steps) / milliseconds).toFixed(1),
  };
}

/** In the page: how its frames come. */
function framesOf(duration) {
  return new Promise((resolve) => {
    const begun = performance.now();
    let [count, longest, last] = [0, 0, begun];
    const frame = (now) => {
      count += 1;
      longest = Math.max(longest, now - last);
      last = now;
      if (now - begun < duration) requestAnimationFrame(frame);
      else resolve({ perSecond: (1000 * count) / (now - begun), longest });
    };
    requestAnimationFrame(frame);
  });
}
