import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

/** The page as it was built, on a server of this machine, and a Chromium to look at it. */
export async function openSite(...switches) {
  const root = fileURLToPath(new URL('.', import.meta.url));
  const server = await preview({ root, logLevel: 'error', preview: { port: 0, host: '127.0.0.1' } });
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...switches] });
  return {
    url: server.resolvedUrls.local[0],
    browser,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Chooses a preset, and waits until it can be trained. */
export async function choosePreset(page, name, timeout = 30_000) {
  await page.getByRole('button', { name, exact: true }).click();
  await page.waitForFunction(
    (preset) =>
      document.querySelector('.presets [aria-pressed=true]')?.textContent === preset &&
      !document.querySelector('.go').disabled,
    name,
    { timeout },
  );
}
