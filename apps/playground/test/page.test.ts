import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { decodeCheckpoint, encodeCheckpoint, readMetrics, restoreCheckpoint } from '@gm/trainers';
import { dispose } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultsFor, PRESETS } from '../src/composition/presets.js';
import { toHash } from '../src/composition/url.js';
import {
  button,
  chromiumPath,
  curveOf,
  type Hooks,
  openSite,
  ready,
  type Site,
  stepOf,
  temporary,
  trainTo,
  type Visit,
  visit,
} from './browser.js';
import { composed } from './inNode.js';

const STEPS = 50;
/** Steps whose loss is the same on WebGPU and in Node, but for rounding. */
const ALIKE = 12;
/** For a processor that plays the graphics processor. */
const NARROW = { batch: 8, hidden: 32 };
const PATIENCE = 240_000;

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** By which share the mean of five values in a row falls, from the first five of 50 to the lowest. */
function fallOf(values: readonly number[]): number {
  const means = Array.from({ length: STEPS - 4 }, (_, from) => mean(values.slice(from, from + 5)));
  return (means[0]! - Math.min(...means)) / Math.abs(means[0]!);
}

/** Falls by this share at least, from its first five values to its lowest five in a row, within 50 steps. */
const FALLS: Readonly<Record<string, readonly [metric: string, share: number]>> = {
  VAE: ['autoencoder/loss', 0.3],
  Classifier: ['classifier/loss', 0.5],
  'Semi-supervised': ['discriminator/loss', 0.3],
  'Character RNN': ['generator/loss', 0.2],
  // Of adversaries: the loss of the one that has to tell them apart, while its rival has not caught up.
  GAN: ['discriminator/loss', 0.1],
  LSGAN: ['discriminator/loss', 0.3],
  'VAE-GAN': ['discriminator/loss', 0.4],
  'WGAN-GP': ['discriminator/loss', 0.1],
};

describe.skipIf(chromiumPath === undefined)('the playground in Chromium', () => {
  let site: Site;
  let folder: string;
  beforeAll(async () => {
    site = await openSite();
    folder = temporary();
  });
  afterAll(async () => {
    await site?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  /** Opens the page, and fails when it has complained by the end. */
  const onPage = async (options: Parameters<typeof visit>[1], use: (visit: Visit) => Promise<void>) => {
    const visited = await visit(site, options);
    try {
      await use(visited);
      expect(visited.errors).toEqual([]);
    } finally {
      await visited.context.close();
    }
  };

  it.each(PRESETS)('trains the preset $name on wasm', { timeout: PATIENCE }, async ({ name, composition }) => {
    const [metric, share] = FALLS[name]!;
    let values: number[] = [];
    await onPage({}, async ({ page }) => {
      await button(page, name).click();
      await expect.poll(() => page.url()).toContain(toHash(composition));
      await ready(page);
      expect(await page.getByTestId('backend').textContent()).toBe('wasm');
      await trainTo(page, STEPS);
      expect(await page.getByRole('alert').isVisible()).toBe(false);
      values = await curveOf(page, metric);
    });
    expect(fallOf(values), `${metric}: ${values}`).toBeGreaterThan(share);
  });

  it.each(PRESETS)('trains $name, narrowed, on WebGPU as Node does on wasm', { timeout: PATIENCE }, async (preset) => {
    const [metric] = FALLS[preset.name]!;
    const composition = { ...preset.composition, ...NARROW };
    let values: number[] = [];
    await onPage({ path: `?software#${toHash(composition)}` }, async ({ page }) => {
      expect(await page.getByTestId('backend').textContent()).toBe('webgpu');
      await trainTo(page, STEPS, PATIENCE);
      expect(await page.getByRole('alert').isVisible()).toBe(false);
      values = await curveOf(page, metric);
    });
    const session = await composed(composition);
    const expected: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const batch = await session.source.at(step);
      expected.push((await readMetrics(session.run.step(batch)))[metric]!);
      dispose(batch);
    }
    session.dispose();
    for (const [step, value] of expected.slice(0, ALIKE).entries())
      expect(
        Math.abs(values[step]! - value) / Math.max(0.1, Math.abs(value)),
        `${metric} of step ${step + 1}: ${values[step]} and ${value}`,
      ).toBeLessThan(0.01);
    // Later on rounding tells the two apart, but both learn.
    expect(fallOf(values)).toBeGreaterThan(0.5 * fallOf(expected));
  });

  it('pauses, steps once, and resumes at the same step after a reload', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      const paused = await trainTo(page, 30);
      await page.waitForTimeout(300);
      expect(await stepOf(page)).toBe(paused);
      await button(page, 'Step').click();
      await expect.poll(() => stepOf(page)).toBe(paused + 1);
      await expect.poll(() => page.evaluate(kept)).toBe(paused + 1);
      await page.reload();
      await ready(page);
      expect(await stepOf(page)).toBe(paused + 1);
      await expect.poll(() => page.locator('p[role=status]').textContent()).toContain(`Resumed at step ${paused + 1}`);
      await button(page, 'Step').click();
      await expect.poll(() => stepOf(page)).toBe(paused + 2);
    });
  });

  it('gives a checkpoint that Node goes on with, and takes one of Node', async () => {
    const composition = { ...defaultsFor('vae', 'moons'), seed: 5 };
    await onPage({ path: `#${toHash(composition)}` }, async ({ page }) => {
      const step = await trainTo(page, 20);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        button(page, 'Download checkpoint').click(),
      ]);
      expect(download.suggestedFilename()).toBe(`vae-${step}.safetensors`);
      const session = await composed(composition);
      restoreCheckpoint(session.run, await decodeCheckpoint(readFileSync(await download.path())));
      expect(session.run.steps).toBe(step);
      for (let more = 0; more < 3; more++) {
        const batch = await session.source.at(session.run.steps);
        dispose(session.run.step(batch));
        dispose(batch);
      }
      const file = join(folder, 'node.safetensors');
      writeFileSync(file, await encodeCheckpoint(session.run));
      session.dispose();
      await page.getByLabel('Checkpoint file').setInputFiles(file);
      await expect.poll(() => stepOf(page)).toBe(step + 3);
      await button(page, 'Step').click();
      await expect.poll(() => stepOf(page)).toBe(step + 4);
    });
  });

  it('refuses a file that is no checkpoint of this composition, says why, and can train nevertheless', async () => {
    const file = join(folder, 'other.safetensors');
    writeFileSync(file, 'no checkpoint');
    await onPage({ path: '#system=gan&data=ring' }, async ({ page }) => {
      await page.getByLabel('Checkpoint file').setInputFiles(file);
      await expect.poll(() => page.getByRole('alert').textContent()).toContain('other.safetensors');
      await ready(page);
      await trainTo(page, 5);
      expect(await page.getByRole('alert').isVisible()).toBe(false);
    });
  });

  it('says which part of an address is wrong', async () => {
    const { page, context } = await visit(site, {}).then(async (visited) => {
      await visited.page.goto('about:blank');
      await visited.page.goto(`${site.url}#system=vae&latent=-1`);
      return visited;
    });
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('latent');
    await context.close();
  });

  it('exports the program that makes the composition', async () => {
    await onPage({ path: '#system=gan&data=ring&loss=hinge' }, async ({ page }) => {
      await button(page, 'Export TypeScript').click();
      const text = (await page.getByRole('dialog').locator('code').textContent())!;
      for (const part of ["from '@gm/trainers'", 'hinge()', "toy('ring'", 'gan({']) expect(text).toContain(part);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        button(page, 'Download program.ts').click(),
      ]);
      expect(readFileSync(await download.path(), 'utf8')).toBe(text);
    });
  });

  it('greys what does not fit, with the reason', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      const generator = page.getByLabel('Generator', { exact: true });
      await expect.poll(() => generator.locator('option[value=dcgan]').isDisabled(), { timeout: 20_000 }).toBe(true);
      expect(await generator.locator('option[value=mlp]').isDisabled()).toBe(false);
      await page.locator('.field', { has: generator }).locator('summary').click();
      await expect
        .poll(() => page.getByText('dcganGenerator: expected output of shape [height, width, channels]').isVisible())
        .toBe(true);
    });
  });

  it('asks before a long run is thrown away', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      const step = await trainTo(page, 250);
      await button(page, 'VAE').click();
      await button(page, 'Keep the run').click();
      expect(await stepOf(page)).toBe(step);
      await button(page, 'VAE').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Start anew' }).click();
      await expect.poll(() => stepOf(page)).toBe(0);
    });
  });

  it('ends with the preset that was chosen last, however fast', async () => {
    await onPage({}, async ({ page }) => {
      for (const name of ['GAN', 'Classifier', 'VAE-GAN', 'WGAN-GP']) await button(page, name).click();
      await ready(page);
      await trainTo(page, 5);
      expect(await curveOf(page, 'discriminator/penalty')).not.toEqual([]);
      expect(page.url()).toContain('data=moons');
      expect(await page.getByRole('alert').isVisible()).toBe(false);
    });
  });

  it('leaves no tensor behind in 500 steps of training and looking', { timeout: 120_000 }, async () => {
    await onPage({ path: '#system=gan&data=ring&latent=8' }, async ({ page }) => {
      const tensors = () =>
        page.evaluate(() => (globalThis as never as { playground: Hooks }).playground.engine.tensors());
      const first = await trainTo(page, 50);
      const before = await tensors();
      await trainTo(page, first + 500);
      expect(await tensors()).toBe(before);
    });
  });

  it.each([1280, 390])('keeps everything in its place while it loads and trains, %i pixels wide', async (width) => {
    await onPage({ width }, async ({ page, context }) => {
      await context.addInitScript(watchShifts);
      await page.reload();
      await ready(page);
      await trainTo(page, 50);
      // Below 0.1 is called good: https://web.dev/articles/cls
      expect(await page.evaluate(() => (globalThis as never as { shifted: number }).shifted)).toBeLessThan(0.1);
    });
  });

  it('draws points by the keyboard and trains on them', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      await page.getByLabel('Data', { exact: true }).selectOption('points');
      await expect.poll(() => page.getByRole('alert').textContent()).toContain('Draw at least 8 points');
      await page.getByRole('img', { name: /^Drawing area/ }).focus();
      for (let point = 0; point < 9; point++)
        for (const key of ['Space', 'ArrowRight', 'ArrowUp']) await page.keyboard.press(key);
      await button(page, 'Use 9 points').click();
      await ready(page);
      await trainTo(page, 10);
      expect(page.url()).toContain('points=');
    });
  });

  it('takes images of one’s own, and keeps them over a reload', async () => {
    await onPage({ path: '#system=vae&data=digits' }, async ({ page }) => {
      await page.getByLabel('Data', { exact: true }).selectOption('images');
      const files = await page.evaluate(drawImages, 16);
      const images = files.map((data, index) => ({
        name: `${index}.png`,
        mimeType: 'image/png',
        buffer: Buffer.from(data, 'base64'),
      }));
      await page.getByLabel('Drop images here, or choose them').setInputFiles(images);
      await ready(page);
      await expect.poll(() => page.getByText('16 images, 28 × 28, grey.').isVisible()).toBe(true);
      const step = await trainTo(page, 5);
      await expect.poll(() => page.evaluate(kept)).toBe(step);
      await page.reload();
      await ready(page);
      expect(await stepOf(page)).toBe(step);
      expect(await page.getByText('16 images, 28 × 28, grey.').isVisible()).toBe(true);
    });
  });

  it('chooses samples for their neighbours and for the way between them, and walks over the map', async () => {
    await onPage({}, async ({ page }) => {
      await trainTo(page, 10);
      await button(page, 'Sample 1').click();
      await page.getByRole('img', { name: 'The eight training images nearest to it' }).waitFor();
      await expect.poll(() => page.getByText(/^Distances \d/).isVisible()).toBe(true);
      await button(page, 'Sample 12').click();
      await page.getByRole('img', { name: 'The way between the two samples' }).waitFor();
      await page.getByRole('tab', { name: 'Map' }).click();
      const place = page.getByRole('slider', { name: 'Place on the latent plane' });
      await place.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowUp');
      expect(await place.getAttribute('aria-valuetext')).toBe('0.15 to the right, 0.15 up');
      await page.getByRole('tab', { name: 'Reconstructions' }).click();
      await page.getByRole('img', { name: 'Their reconstructions' }).waitFor();
    });
  });

  it('walks where the pointer drags, and says what that place gives', async () => {
    await onPage({}, async ({ page }) => {
      await trainTo(page, 5);
      await page.getByRole('tab', { name: 'Map' }).click();
      const place = page.getByRole('slider', { name: 'Place on the latent plane' });
      await place.scrollIntoViewIfNeeded();
      const { x, y, width, height } = (await place.boundingBox())!;
      await page.mouse.move(x + width / 2, y + height / 2);
      await page.mouse.down();
      await page.mouse.move(x + 0.75 * width, y + 0.25 * height, { steps: 4 });
      await page.mouse.up();
      await expect.poll(() => place.getAttribute('aria-valuetext')).toBe('1.50 to the right, 1.50 up');
      await expect.poll(() => page.locator('h3.place').textContent()).toContain('z = (1.50, 1.50)');
      await page.getByRole('img', { name: 'What this place gives' }).waitFor();
    });
  });

  it('shows how fast it is, and curves of losses, gradient norms and other metrics', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      await trainTo(page, 60);
      const figures = await page.locator('.numbers dd').allTextContents();
      expect(figures.filter((figure) => !/^[\d,.]+$/.test(figure))).toEqual([]);
      expect(await page.locator('.numbers dt').allTextContents()).toEqual([
        'step',
        'epoch',
        'loss',
        'steps/s',
        'examples/s',
      ]);
      for (const metric of ['generator/loss', 'generator/gradientNorm', 'discriminator/gradientNorm'])
        expect((await curveOf(page, metric)).length).toBeGreaterThanOrEqual(60);
      const charts = page.getByRole('region', { name: 'Curves' });
      for (const chart of [/^Losses: .*generator\/loss \d/, /^Gradient norms: .* \d/, /^Other metrics: .* \d/])
        await charts.getByRole('img', { name: chart }).waitFor();
      expect(await charts.locator('canvas').count()).toBe(3);
    });
  });

  it('goes as fast as it is told, while it trains', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      const speed = page.getByRole('slider', { name: 'Speed' });
      await speed.fill('0');
      expect(await speed.getAttribute('aria-valuetext')).toBe('1 steps/s');
      await button(page, 'Train').click();
      await expect.poll(() => stepOf(page)).toBeGreaterThanOrEqual(1);
      await page.waitForTimeout(3500);
      expect(await stepOf(page)).toBeLessThanOrEqual(5);
      await speed.fill('6');
      expect(await speed.getAttribute('aria-valuetext')).toBe('no limit');
      await expect.poll(() => stepOf(page)).toBeGreaterThan(60);
    });
  });

  it('learns as fast as it is told, from the next step on', async () => {
    const losses = async (factor: string) => {
      let values: number[] = [];
      await onPage({ path: '#system=classifier&data=moons' }, async ({ page }) => {
        await page.getByRole('slider', { name: 'Learning rate' }).fill(factor);
        for (let step = 1; step <= 6; step++) {
          await button(page, 'Step').click();
          await expect.poll(() => stepOf(page)).toBe(step);
        }
        await expect.poll(async () => (await curveOf(page, 'classifier/loss')).length).toBe(6);
        values = await curveOf(page, 'classifier/loss');
      });
      return values;
    };
    const [slow, usual, fast] = [await losses('0'), await losses('3'), await losses('6')];
    expect(slow[0]).toBe(usual[0]); // nothing has moved yet
    expect(fast[0]).toBe(usual[0]);
    expect(slow[5]).toBeGreaterThan(usual[5]!);
    expect(fast[5]).toBeLessThan(usual[5]!);
  });

  it('shows the layers of the plane that are asked for', async () => {
    await onPage({ path: '#system=gan&data=ring' }, async ({ page }) => {
      await trainTo(page, 20);
      const plane = page.getByRole('img', { name: /^The plane with/ });
      const painted = () => plane.evaluate((canvas) => (canvas as never as { toDataURL(): string }).toDataURL());
      const pictures = new Set([await painted()]);
      /** It is painted after the box is ticked: waits for a picture that has not been there. */
      const another = async () => {
        await expect.poll(async () => !pictures.has(await painted())).toBe(true);
        pictures.add(await painted());
      };
      for (const layer of ['Density of the samples', 'Where its gradient pulls them']) {
        await page.getByLabel(layer).check();
        await expect.poll(() => plane.getAttribute('aria-label')).toContain(layer.toLowerCase());
        await another();
      }
      for (const layer of ['What the discriminator sees', 'Training data', 'Samples']) {
        await page.getByLabel(layer, { exact: true }).uncheck();
        await another();
      }
      expect(await plane.getAttribute('aria-label')).toBe(
        'The plane with density of the samples, where its gradient pulls them',
      );
      expect(pictures.size).toBe(6);
    });
  });

  it('shares its address, by the clipboard or to be copied by hand', async () => {
    await onPage({ path: '#system=gan&data=ring&loss=hinge' }, async ({ page, context }) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      await button(page, 'Share').click();
      await expect.poll(() => page.locator('p[role=status]').textContent()).toContain('The address is copied.');
      const address = await page.evaluate(() => navigator.clipboard.readText());
      expect(address).toBe(page.url());
      // Where the clipboard is refused:
      await page.evaluate(() => Object.assign(navigator.clipboard, { writeText: () => Promise.reject(new Error()) }));
      await button(page, 'Share').click();
      await expect.poll(() => page.getByLabel('Address of this composition').inputValue()).toBe(address);
      await page.goto('about:blank');
      await page.goto(address);
      await ready(page);
      expect(await page.getByLabel('Adversarial loss', { exact: true }).inputValue()).toBe('hinge');
    });
  });

  it('shows a column for each class where the parts are told it', async () => {
    await onPage({ path: '#system=vae&data=digits' }, async ({ page }) => {
      await page.getByLabel('The parts are told the class').check();
      await expect.poll(() => page.url()).toContain('conditional=true');
      await ready(page);
      await expect.poll(() => page.locator('.heads span').allTextContents()).toEqual([...'0123456789']);
      await page.getByRole('img', { name: '60 samples' }).waitFor();
    });
  });

  it('speaks', async () => {
    await onPage({ path: '#system=language-model&data=text' }, async ({ page }) => {
      await button(page, 'Speak').click();
      await expect
        .poll(async () => (await page.locator('blockquote').textContent())!.length, { timeout: 30_000 })
        .toBeGreaterThan(400);
    });
  });

  it('works without a network after its first load', async () => {
    await onPage({ path: '#system=vae&data=digits' }, async ({ page, context }) => {
      await page.evaluate(() => navigator.serviceWorker.ready);
      await expect.poll(() => page.evaluate(() => caches.keys().then((keys) => keys.length))).toBeGreaterThan(0);
      await page.reload();
      await ready(page);
      await context.setOffline(true);
      await page.reload();
      await ready(page);
      await trainTo(page, 5);
      await context.setOffline(false);
    });
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 320],
  ] as const)('has no accessibility violation, %s, %i pixels wide', { timeout: 120_000 }, async (scheme, width) => {
    await onPage({ scheme, width, path: '#system=semi-supervised&data=digits' }, async ({ page }) => {
      await page.evaluate(axe);
      const violations = async () => {
        const found = await page.evaluate(() => (globalThis as never as { axe: { run(): Promise<Found> } }).axe.run());
        return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      };
      await trainTo(page, 3);
      for (const tab of await page.getByRole('tab').all()) {
        await tab.click();
        await page.waitForTimeout(300);
        expect(await violations()).toEqual([]);
      }
      await button(page, 'Export TypeScript').click();
      expect(await violations()).toEqual([]);
      // Nothing has to be scrolled to the side.
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    });
  });
});

interface Found {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** In the page: adds up how far things have moved by themselves. */
function watchShifts(): void {
  const sums = globalThis as never as { shifted: number };
  sums.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
      if (!entry.hadRecentInput) sums.shifted += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
}

/** In the page: the step of the kept run. */
function kept(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('keyval-store');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asking = opening.result.transaction('keyval').objectStore('keyval').get('run');
      asking.onsuccess = () => resolve(asking.result?.step);
      asking.onerror = () => reject(asking.error);
    };
  });
}

/** In the page: so many small pictures, as PNG in base64. */
async function drawImages(count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const canvas = new OffscreenCanvas(40, 30);
      const context = canvas.getContext('2d')!;
      context.fillStyle = `hsl(${20 * index} 80% 60%)`;
      context.fillRect(index, 5, 20, 20);
      const bytes = new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer());
      return btoa(String.fromCharCode(...bytes));
    }),
  );
}
