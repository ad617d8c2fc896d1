/**
 * Trains every preset in Chromium for some seconds, takes a picture of each for the docs, and prints how fast the page was, as the rows of the
 * table in README.md; --write puts them there:
 *   npm run pnpm -- --filter @gm/playground run pictures [--seconds 20] [--write]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { choosePreset, openSite } from './site.mjs';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const readme = fileURLToPath(new URL('README.md', import.meta.url));
const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' }, write: { type: 'boolean' } } });
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
  const hashes = await addresses();
  const rows = [];
  for (const [name, view] of Object.entries(PRESETS)) rows.push(await taken(name, hashes[name], view));
  const table = tableOf(rows);
  console.log(table);
  if (values.write) writeFileSync(readme, replaced(readFileSync(readme, 'utf8'), table));
} finally {
  await site.close();
}

/** What the address of each preset has behind the #, from the page itself. */
async function addresses() {
  const page = await (await site.browser.newContext()).newPage();
  await page.goto(site.url);
  const found = {};
  for (const name of Object.keys(PRESETS)) {
    await choosePreset(page, name);
    found[name] = await page.evaluate(() => location.hash);
  }
  await page.context().close();
  return found;
}

/** Milliseconds from opening an address in a browser that has not been there to the first sample on the page. */
async function firstSampleOf(page, address) {
  const begun = performance.now();
  await page.goto(address);
  const speak = page.getByRole('button', { name: 'Speak', exact: true });
  const painted = page.waitForSelector('[data-painted]');
  await Promise.race([painted, speak.click()]); // text is drawn when it is asked for, as soon as that can be
  await painted;
  return performance.now() - begun;
}

async function taken(name, hash, { tab, box, samples = [], scheme = 'light' }) {
  const context = await site.browser.newContext({ viewport: { width: 1280, height: 1000 }, colorScheme: scheme });
  const page = await context.newPage();
  const button = (label) => page.getByRole('button', { name: label, exact: true });
  const firstSample = await firstSampleOf(page, `${site.url}${hash}`);
  await page.waitForSelector('.go:not([disabled])');
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
  const stepsPerSecond = (1000 * steps) / milliseconds;
  return [
    name,
    firstSample.toFixed(0),
    frames.perSecond.toFixed(1),
    frames.longest.toFixed(0),
    stepsPerSecond.toFixed(1),
  ];
}

function tableOf(rows) {
  const head = ['preset', 'first sample, ms', 'frames a second', 'longest frame, ms', 'steps a second'];
  const lines = [head, ['---', ...head.slice(1).map(() => '--:')], ...rows];
  return lines
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
    .replace('| --- |', '|---|')
    .replaceAll(' --: |', '--:|');
}

/** The text with that table for the one that begins like it. */
function replaced(text, table) {
  const [head] = table.split('\n');
  const lines = text.split('\n');
  const from = lines.indexOf(head);
  if (from < 0) throw new Error(`README.md has no table that begins with ${head}`);
  const length = lines.slice(from).findIndex((line) => !line.startsWith('|'));
  return lines.toSpliced(from, length, ...table.split('\n')).join('\n');
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
