import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Result, Task } from './page/run.js';
import { serve } from './server.js';

export interface Place {
  /** Of what a bundler has made. */
  readonly folder: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether a worker of the page does the task. */
  readonly inWorker?: boolean;
  /** As a browser that has never heard of it. */
  readonly withoutWebgpu?: boolean;
}

/** Opens a page, of which an error that nobody catches fails the test, and closes it after use. */
export async function onPage<T>(
  browser: Browser,
  { folder, headers = {}, withoutWebgpu }: Place,
  use: (page: Page, said: readonly string[]) => Promise<T>,
): Promise<T> {
  const server = await serve(folder, headers);
  const page = await browser.newPage();
  const [said, errors]: [string[], string[]] = [[], []];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  try {
    if (withoutWebgpu) await page.addInitScript("Object.defineProperty(Navigator.prototype, 'gpu', { get() {} })");
    await page.goto(server.url);
    await page.waitForFunction(() => 'runHere' in globalThis, undefined, { timeout: 20_000 });
    const result = await use(page, said);
    expect(errors, 'errors that nobody caught').toEqual([]);
    return result;
  } finally {
    await page.close();
    server.close();
  }
}

/** Has a page, or its worker, do a task. */
export function visit(browser: Browser, task: Task, place: Place): Promise<Result> {
  return onPage(browser, place, async (page, said) => {
    const result = await (place.inWorker
      ? page.evaluate((task) => runInWorker(task), task)
      : page.evaluate((task) => runHere(task), task));
    expect(result.crash, said.join('\n')).toBeUndefined();
    if (result.report?.name === 'wasm' && !place.inWorker) {
      await page.evaluate(() => complainOfStrings());
      expect(said.join('\n'), 'what tfjs prints out of its memory').toContain('Unsupported input_type');
    }
    return result;
  });
}
