/**
 * Trains every preset as it is, none narrowed, on WebGPU in Chromium, and prints how far its loss falls within fifty steps; on a machine
 * without a graphics card on one that the processor plays, which takes two to eight minutes for each preset:
 *   npm run pnpm -- --filter @gm/playground run webgpu [preset …]
 */
import { choosePreset, openSite } from './site.mjs';

const STEPS = 50;
const HOUR = 3_600_000;
/** Of adversaries the one that has to tell them apart: its loss falls while its rival has not caught up. */
const PLAYERS = ['autoencoder', 'classifier', 'discriminator', 'generator'];

const site = await openSite('--enable-unsafe-webgpu');
try {
  const measured = {};
  const asked = process.argv.slice(2);
  for (const name of asked.length > 0 ? asked : await presets()) {
    measured[name] = await trained(name);
    console.log(`${name}: ${JSON.stringify(measured[name])}`);
  }
  console.table(measured);
  if (Object.values(measured).some(({ falls }) => !falls)) process.exitCode = 1;
} finally {
  await site.close();
}

async function opened() {
  const page = await (await site.browser.newContext()).newPage();
  await page.goto(`${site.url}?software`);
  await page.waitForSelector('.go:not([disabled])', { timeout: 120_000 });
  return page;
}

async function presets() {
  const page = await opened();
  const names = await page.locator('.presets button').allTextContents();
  await page.context().close();
  return names;
}

async function trained(name) {
  const page = await opened();
  const complaints = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await choosePreset(page, name, 120_000);
  const begun = performance.now();
  await page.getByRole('button', { name: 'Train', exact: true }).click();
  await page.waitForFunction(
    (steps) =>
      Number(document.querySelector('[data-testid=step]').textContent.replaceAll(',', '')) >= steps ||
      document.querySelector('[role=alert]:not([hidden])')?.textContent,
    STEPS,
    { timeout: HOUR },
  );
  const seconds = (performance.now() - begun) / 1000;
  const alert = page.getByRole('alert');
  if (await alert.isVisible()) complaints.push(await alert.textContent());
  const backend = await page.getByTestId('backend').textContent();
  const curves = await page.evaluate(() =>
    Object.entries(playground.record.curves).map(([metric, { values }]) => [metric, values]),
  );
  await page.context().close();
  const wanted = PLAYERS.map((player) => `${player}/loss`);
  const [metric, values] = curves
    .filter(([metric]) => wanted.includes(metric))
    .sort(([a], [b]) => wanted.indexOf(a) - wanted.indexOf(b))[0] ?? ['none', []];
  const means = meansOf(values.slice(0, STEPS));
  const [first, lowest] = [means[0], Math.min(...means)];
  const falls = backend === 'webgpu' && values.length >= STEPS && lowest < first && complaints.length === 0;
  return {
    backend,
    seconds: Math.round(seconds),
    metric,
    first,
    lowest,
    falls,
    ...(complaints.length && { complaints }),
  };
}

/** Of five values in a row, from each on. */
function meansOf(values) {
  const digits = (value) => Number(value.toPrecision(4));
  return values.slice(4).map((_, from) => digits(values.slice(from, from + 5).reduce((a, b) => a + b) / 5));
}
