import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type PreviewServer, preview } from 'vite';
import { expect } from 'vitest';
import { launch } from '../../../packages/backends/test/browser/chromium.js';

export { chromiumPath } from '../../../packages/backends/test/browser/chromium.js';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface Site {
  readonly url: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** The page as it was built, and a Chromium whose WebGPU runs on the processor. */
export async function openSite(): Promise<Site> {
  const server: PreviewServer = await preview({ root, logLevel: 'error', preview: { port: 0, host: '127.0.0.1' } });
  const browser = await launch('--enable-unsafe-webgpu');
  return {
    url: server.resolvedUrls!.local[0]!,
    browser,
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page has complained of so far. */
  readonly errors: readonly string[];
}

export interface VisitOptions {
  /** Behind the address: `?software#system=gan`. */
  readonly path?: string;
  readonly width?: number;
  readonly scheme?: 'light' | 'dark';
}

/** Opens the page in a browser of its own, and waits until it can train. */
export async function visit(
  { url, browser }: Site,
  { path = '', width = 1280, scheme = 'light' }: VisitOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    acceptDownloads: true,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${url}${path}`);
  await ready(page);
  return { page, context, errors };
}

/** Opens the page of that site, and fails when it has complained by the end. */
export const pageOf =
  (site: () => Site) =>
  async (options: VisitOptions, use: (visit: Visit) => Promise<void>): Promise<void> => {
    const visited = await visit(site(), options);
    try {
      await use(visited);
      expect(visited.errors).toEqual([]);
    } finally {
      await visited.context.close();
    }
  };

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

export const ready = (page: Page) =>
  expect
    .poll(
      () =>
        button(page, 'Train')
          .isEnabled()
          .catch(() => false),
      { timeout: 30_000 },
    )
    .toBe(true);

export const stepOf = async (page: Page): Promise<number> =>
  Number((await page.getByTestId('step').textContent())!.replaceAll(',', ''));

/** Trains until so many steps are done in all, then pauses. @returns the step it stands at */
export async function trainTo(page: Page, step: number, timeout = 60_000): Promise<number> {
  await button(page, 'Train').click();
  await expect.poll(() => stepOf(page), { timeout, interval: 100 }).toBeGreaterThanOrEqual(step);
  await button(page, 'Pause').click();
  await button(page, 'Train').waitFor();
  return stepOf(page);
}

/** The newest values and the first ones of a metric, as the page has recorded them. */
export const curveOf = (page: Page, metric: string): Promise<number[]> =>
  page.evaluate(
    (name) => (globalThis as never as { playground: Hooks }).playground.record.curves[name]?.values ?? [],
    metric,
  );

export interface Hooks {
  readonly engine: { tensors(): Promise<number> };
  readonly record: { readonly curves: Readonly<Record<string, { readonly values: number[] }>> };
}

export const temporary = () => mkdtempSync(join(tmpdir(), 'gm-playground-'));
