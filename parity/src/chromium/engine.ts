import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { chromiumPath, launch } from '../../../packages/backends/test/browser/chromium.js';
import { type Results, titleOf } from '../case.js';
import type { Engine, EngineOptions } from '../engine.js';

/** SwiftShader takes its time; the other backends train recipes for longer. */
const FEW_STEPS = 5;

/** WebGPU in a page of Chromium, on whatever adapter that has. */
export async function chromiumEngine({ steps = FEW_STEPS }: EngineOptions): Promise<Engine> {
  if (chromiumPath === undefined)
    throw new Error('Chromium is not installed. Install it, or set CHROMIUM to its path.');
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gm-parity-')));
  await bundle(folder);
  const browser = await launch('--enable-unsafe-webgpu');
  const close = async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const page = await browser.newPage();
    const device = await visit(page, folder);
    return {
      device,
      steps,
      close,
      async measure(tried) {
        const call = `measure(${JSON.stringify(titleOf(tried))}, ${steps})`;
        return (await page.evaluate(call)) as Results;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The page with all cases. */
async function bundle(folder: string): Promise<void> {
  await build({
    root: fileURLToPath(new URL('./page', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true, chunkSizeWarningLimit: 4000 },
  });
}

/** Opens the page and gives back what its backend runs on. Nothing is served: the browser is handed the files. */
async function visit(page: Page, folder: string): Promise<string> {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    return route.fulfill({ path: join(folder, pathname === '/' ? 'index.html' : pathname) });
  });
  await page.goto('http://localhost/');
  await page
    .waitForFunction(() => 'ready' in globalThis, undefined, { timeout: 30_000 })
    .catch((cause) => {
      throw new Error(`the page did not start: ${said.join('; ')}`, { cause });
    });
  return (await page.evaluate('ready')) as string;
}
