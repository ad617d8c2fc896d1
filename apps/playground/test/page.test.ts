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
  pageOf,
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

  const onPage = pageOf(() => site);

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
      await expect.poll(() => statusOf(page)).toBe(`Paused at step ${paused + 1}.`);
      await expect.poll(() => page.evaluate(kept)).toBe(paused + 1);
      expect(await page.getByTestId('kept').textContent()).toBe(`Kept at step ${paused + 1}.`);
      await page.reload();
      await ready(page);
      expect(await stepOf(page)).toBe(paused + 1);
      await expect.poll(() => page.locator('p[role=status]').textContent()).toContain(`Resumed at step ${paused + 1}`);
      await button(page, 'Step').click();
      await expect.poll(() => stepOf(page)).toBe(paused + 2);
    });
  });

  it('is reloaded while it trains, and comes back from less than three seconds before, as fast as it was', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      await page.getByRole('slider', { name: 'Learning rate' }).fill('4');
      await page.getByRole('slider', { name: 'Speed' }).fill('5'); // 100 steps/s
      await button(page, 'Train').click();
      await expect.poll(() => stepOf(page)).toBeGreaterThan(0);
      await page.waitForTimeout(1000);
      const said = await page.getByTestId('kept').textContent();
      await page.reload();
      await ready(page);
      expect(said).toMatch(/^Kept at step [1-9]/);
      expect(await stepOf(page)).toBeGreaterThanOrEqual(Number(said!.replace(/\D/g, '')));
      await button(page, 'Train').click();
      await page.waitForTimeout(4000);
      const before = await stepOf(page);
      await page.waitForTimeout(3000);
      await page.reload();
      await ready(page);
      expect(await stepOf(page)).toBeGreaterThanOrEqual(before);
      const { steps } = await page.evaluate(lossCurve);
      expect(steps).toEqual([...new Set(steps)].sort((a, b) => a - b)); // none twice
      expect(steps.at(-1)).toBe(await stepOf(page));
      await page.getByText('× 2').waitFor();
      await page.getByText('100 steps/s').waitFor();
    });
  });

  it('keeps a run for each composition, whichever tab it is in', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page, context }) => {
      const step = await trainTo(page, 10);
      await expect.poll(() => page.evaluate(kept)).toBe(step);
      const other = await context.newPage();
      await other.goto(`${site.url}#system=gan&data=ring`);
      await ready(other);
      const newest = await trainTo(other, 20);
      await expect.poll(() => other.evaluate(kept)).toBe(newest);
      await page.reload();
      await ready(page);
      expect([await stepOf(page), page.url()]).toEqual([step, `${site.url}#system=gan&data=moons`]);
      // The bare address goes on with the newest.
      await page.goto('about:blank');
      await page.goto(site.url);
      await ready(page);
      expect([await stepOf(page), page.url()]).toEqual([newest, `${site.url}#system=gan&data=ring`]);
    });
  });

  it('keeps the eight newest runs', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      for (let seed = 1; seed <= 10; seed++) {
        await page.getByLabel('Seed').fill(`${seed}`);
        await page.getByLabel('Seed').press('Enter');
        await expect.poll(() => page.url()).toContain(seed === 1 ? 'data=moons' : `seed=${seed}`);
        await ready(page);
        await button(page, 'Step').click();
        await expect.poll(() => page.getByTestId('kept').textContent()).toBe('Kept at step 1.');
      }
      const addresses = await page.evaluate(keptAddresses);
      expect(addresses.runs).toEqual([10, 9, 8, 7, 6, 5, 4, 3].map((seed) => `system=gan&data=moons&seed=${seed}`));
      expect(addresses.stored.sort()).toEqual(addresses.runs.map((one) => `run ${one}`).sort());
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
      const anew = page.getByRole('dialog').getByRole('button', { name: 'Start anew' });
      if (step > 200) await anew.click(); // a page that trains fast is asked
      await expect.poll(() => stepOf(page)).toBe(step + 3);
      await button(page, 'Step').click();
      await expect.poll(() => stepOf(page)).toBe(step + 4);
    });
  });

  it('refuses a file that is no checkpoint of this composition, says why, and loses nothing of the run', async () => {
    const file = join(folder, 'other.safetensors');
    writeFileSync(file, 'no checkpoint');
    await onPage({ path: '#system=gan&data=ring' }, async ({ page }) => {
      const step = await trainTo(page, 250);
      const curve = await curveOf(page, 'discriminator/loss');
      await page.getByLabel('Checkpoint file').setInputFiles(file);
      await button(page, 'Keep the run').click();
      expect(await page.getByRole('alert').isVisible()).toBe(false);
      await page.getByLabel('Checkpoint file').setInputFiles(file);
      await page.getByRole('dialog').getByRole('button', { name: 'Start anew' }).click();
      await expect.poll(() => page.getByRole('alert').textContent()).toContain('other.safetensors');
      await ready(page);
      expect(await statusOf(page)).toBe(`Paused at step ${step}.`);
      expect(await curveOf(page, 'discriminator/loss')).toEqual(curve);
      await button(page, 'Step').click();
      await expect.poll(() => stepOf(page)).toBe(step + 1);
      expect(await page.getByRole('alert').isVisible()).toBe(false);
    });
  });

  it('stays on its backend where the other one does not start', async () => {
    await onPage({ path: '#system=gan&data=ring' }, async ({ page }) => {
      const step = await trainTo(page, 30);
      const curve = await curveOf(page, 'discriminator/loss');
      await button(page, 'Train').click();
      await expect.poll(() => stepOf(page)).toBeGreaterThan(step);
      await page.getByLabel('Runs on').selectOption('webgpu');
      await expect.poll(() => page.getByRole('alert').textContent()).toContain('webgpu');
      await expect.poll(() => page.getByLabel('Runs on').inputValue()).toBe('auto');
      expect(await page.getByTestId('backend').textContent()).toBe('wasm');
      const here = await stepOf(page);
      await expect.poll(() => stepOf(page)).toBeGreaterThan(here); // it was training, and is
      await button(page, 'Pause').click();
      expect((await curveOf(page, 'discriminator/loss')).slice(0, step)).toEqual(curve);
    });
  });

  it('says which part of an address is wrong, and goes on with the run that is kept', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      const step = await trainTo(page, 5);
      await expect.poll(() => page.evaluate(kept)).toBe(step);
      for (const [wrong, field] of [
        ['latent=-1', 'latent'],
        ['conditional=yes', 'conditional'],
      ] as const) {
        await page.goto('about:blank');
        await page.goto(`${site.url}#system=vae&${wrong}`);
        await ready(page);
        await expect.poll(() => page.getByRole('alert').textContent()).toContain(field);
        expect([await stepOf(page), page.url()]).toEqual([step, `${site.url}#system=gan&data=moons`]);
      }
      await page.evaluate(() => Object.assign(location, { hash: '#system=vae&beta=' }));
      await expect.poll(() => page.getByRole('alert').textContent()).toContain('beta');
      expect([await stepOf(page), page.url()]).toEqual([step, `${site.url}#system=gan&data=moons`]);
    });
  });

  it('says which part of an address is wrong, and begins with the first preset where nothing is kept', async () => {
    const { page, context } = await visit(site, { path: '#system=vae&latent=-1' });
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('latent');
    expect(page.url()).toBe(`${site.url}#${toHash(PRESETS[0]!.composition)}`);
    await trainTo(page, 5);
    await context.close();
  });

  it('begins anew where what is kept is of a composition that it does not know', async () => {
    const { page, context } = await visit(site, { path: '#system=gan&data=moons' });
    const step = await trainTo(page, 5);
    await expect.poll(() => page.evaluate(kept)).toBe(step);
    await page.evaluate(spoilKept);
    for (const address of ['', '#system=gan&data=moons']) {
      await page.goto('about:blank');
      await page.goto(`${site.url}${address}`);
      await ready(page);
      await expect.poll(() => page.getByRole('alert').textContent()).toContain('data');
      expect(await stepOf(page)).toBe(0);
    }
    await trainTo(page, 5);
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

  it('asks as well before it starts anew, and before another address or images take its place', async () => {
    await onPage({ path: '#system=gan&data=moons' }, async ({ page }) => {
      const step = await trainTo(page, 250);
      const images = await page.evaluate(drawImages, 16);
      for (const begin of [
        () => button(page, 'Start anew').click(),
        () => page.evaluate(() => Object.assign(location, { hash: '#system=gan&data=spirals' })),
      ]) {
        await begin();
        await button(page, 'Keep the run').click();
        await expect.poll(() => page.url()).toBe(`${site.url}#system=gan&data=moons`);
        expect(await stepOf(page)).toBe(step);
      }
      await button(page, 'Start anew').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Start anew' }).click();
      await expect.poll(() => stepOf(page)).toBe(0);
      await expect.poll(() => page.evaluate(kept)).toBe(0);
      await page.getByLabel('Data', { exact: true }).selectOption('images');
      await page.getByLabel('Drop images here, or choose them').setInputFiles(filesOf(images));
      await ready(page);
      const trained = await trainTo(page, 250);
      await page.getByLabel('Drop images here, or choose them').setInputFiles(filesOf(images));
      await button(page, 'Keep the run').click();
      expect(await stepOf(page)).toBe(trained);
    });
  });

  it('goes from a text that is being spoken to another composition', async () => {
    await onPage({ path: '#system=language-model&data=text&hidden=16' }, async ({ page }) => {
      for (const name of ['GAN', 'VAE']) {
        await button(page, 'Train').click();
        await expect.poll(() => page.locator('blockquote[aria-busy=true]').count()).toBe(1);
        await button(page, name).click();
        if (await page.getByRole('dialog').isVisible())
          await page.getByRole('dialog').getByRole('button', { name: 'Start anew' }).click();
        await expect.poll(() => page.locator('.presets [aria-pressed=true]').textContent()).toBe(name);
        await ready(page);
        await page.waitForTimeout(500);
        expect(await page.getByRole('alert').isVisible()).toBe(false);
        await button(page, 'Character RNN').click();
        await expect.poll(() => page.locator('blockquote').count()).toBe(1);
        await ready(page);
      }
    });
  });

  it.each(['points', 'images'])(
    'says what is missing of one’s own %s after a reload, and can be changed',
    async (data) => {
      const { page, context } = await visit(site, {});
      await page.getByLabel('Data', { exact: true }).selectOption(data);
      const missing = data === 'points' ? 'Draw at least 8 points' : 'Drop at least 16 images';
      await expect.poll(() => page.getByRole('alert').textContent()).toContain(missing);
      await page.reload();
      await expect.poll(() => page.getByRole('alert').textContent()).toContain(missing);
      const choices = page.getByLabel('Data', { exact: true });
      await expect.poll(() => choices.locator('option:disabled').allTextContents()).toEqual(['Text: Moby-Dick']);
      expect(await page.locator('#choose-optimizer option:disabled').count()).toBe(0);
      await choices.selectOption('moons');
      await ready(page);
      await trainTo(page, 5);
      await context.close();
    },
  );

  it('greys systems that need the class where the data have none, and being told it', async () => {
    await onPage({ path: '#system=gan&data=swissRoll' }, async ({ page }) => {
      const system = page.getByLabel('System', { exact: true });
      await expect.poll(() => system.locator('option[value=classifier]').isDisabled()).toBe(true);
      expect(await system.locator('option[value=vae]').isDisabled()).toBe(false);
      expect(await page.getByLabel('The parts are told the class').isDisabled()).toBe(true);
      expect(await page.getByText('This needs the class of each example').count()).toBeGreaterThan(0);
      await page.goto(`${site.url}#system=vae&data=digits&encoder=conv&generator=conv`);
      await expect.poll(() => page.getByLabel('Width of layers').isDisabled()).toBe(true);
      await page.getByText('the convolutions that are chosen have widths of their own').waitFor();
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
      await page.getByRole('application', { name: 'Drawing area' }).focus();
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
      const images = filesOf(await page.evaluate(drawImages, 16));
      const broken = { name: 'holiday.png', mimeType: 'image/png', buffer: Buffer.from('no picture') };
      await page.getByLabel('Drop images here, or choose them').setInputFiles([broken, ...images]);
      await ready(page);
      await expect.poll(() => page.getByText('16 images, 28 × 28, grey.').isVisible()).toBe(true);
      await page.getByText(/^Left out, .*: holiday.png\.$/).waitFor();
      // They are kept before anything is trained.
      await expect.poll(() => page.evaluate(kept)).toBe(0);
      await page.reload();
      await ready(page);
      await page.getByText('16 images, 28 × 28, grey.').waitFor();
      await page.getByLabel('System', { exact: true }).selectOption('gan');
      await expect.poll(() => page.url()).toContain('system=gan');
      await ready(page);
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
        'loss of the discriminator',
        'steps/s',
        'examples/s',
      ]);
      for (const metric of ['generator/loss', 'generator/gradientNorm', 'discriminator/gradientNorm'])
        expect((await curveOf(page, metric)).length).toBeGreaterThanOrEqual(60);
      const charts = page.getByRole('region', { name: 'Curves' });
      for (const chart of [
        /^Losses: .*generator loss \d/,
        /^Gradient norms: .* \d/,
        /^Taken for real, probability: real \d/,
      ])
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
    ...PRESETS.map((preset) => ({ scheme: 'light' as const, width: 1280, preset })),
    ...presetsOf('VAE', 'GAN').map((preset) => ({ scheme: 'dark' as const, width: 1280, preset })),
    ...presetsOf('Semi-supervised').map((preset) => ({ scheme: 'light' as const, width: 320, preset })),
  ])(
    'has no accessibility violation, $scheme, $width pixels wide: $preset.name',
    { timeout: 120_000 },
    async ({ scheme, width, preset: { composition } }) => {
      await onPage({ scheme, width, path: `#${toHash(composition)}` }, async ({ page }) => {
        await page.evaluate(axe);
        const violations = async () => {
          const found = await page.evaluate(() =>
            (globalThis as never as { axe: { run(): Promise<Found> } }).axe.run(),
          );
          return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
        };
        await trainTo(page, 3);
        for (const tab of await page.getByRole('tab').all()) {
          await tab.click();
          await page.waitForTimeout(300);
          expect(await violations()).toEqual([]);
        }
        await button(page, 'Export TypeScript').click();
        await page.getByRole('dialog').waitFor();
        expect(await violations()).toEqual([]);
        // Nothing has to be scrolled to the side.
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      });
    },
  );
});

function presetsOf(...names: readonly string[]) {
  return PRESETS.filter(({ name }) => names.includes(name));
}

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

const statusOf = (page: Visit['page']) => page.locator('p[role=status]').textContent();

/** As a field for files takes them. */
const filesOf = (images: readonly string[]) =>
  images.map((data, index) => ({
    name: `${index}.png`,
    mimeType: 'image/png',
    buffer: Buffer.from(data, 'base64'),
  }));

/** In the page: the curve of the discriminator's loss. */
function lossCurve(): { steps: number[] } {
  const { record } = (
    globalThis as never as { playground: { record: { curves: Record<string, { steps: number[] }> } } }
  ).playground;
  return record.curves['discriminator/loss']!;
}

/** In the page: the step of the run that was kept last. */
function kept(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('keyval-store');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const store = opening.result.transaction('keyval').objectStore('keyval');
      const runs = store.get('runs');
      runs.onerror = () => reject(runs.error);
      runs.onsuccess = () => {
        if (!runs.result) return resolve(undefined);
        const run = store.get(`run ${runs.result[0]}`);
        run.onerror = () => reject(run.error);
        run.onsuccess = () => resolve(run.result?.step);
      };
    };
  });
}

/** In the page: the addresses of the kept runs, and all keys but that of their list. */
function keptAddresses(): Promise<{ runs: string[]; stored: string[] }> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('keyval-store');
    opening.onsuccess = () => {
      const store = opening.result.transaction('keyval').objectStore('keyval');
      const runs = store.get('runs');
      runs.onsuccess = () => {
        const keys = store.getAllKeys();
        keys.onsuccess = () =>
          resolve({ runs: runs.result, stored: (keys.result as string[]).filter((key) => key !== 'runs') });
      };
    };
  });
}

/** In the page: makes the run that was kept last one of data that there are not. */
function spoilKept(): Promise<void> {
  return new Promise((resolve) => {
    const opening = indexedDB.open('keyval-store');
    opening.onsuccess = () => {
      const store = opening.result.transaction('keyval', 'readwrite').objectStore('keyval');
      const runs = store.get('runs');
      runs.onsuccess = () => {
        const key = `run ${runs.result[0]}`;
        const run = store.get(key);
        run.onsuccess = () => {
          run.result.composition.data = 'fashion';
          store.put(run.result, key).onsuccess = () => resolve();
        };
      };
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
