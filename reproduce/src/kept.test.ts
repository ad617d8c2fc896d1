import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keyed, once } from './kept.js';

const folder = mkdtempSync(join(tmpdir(), 'gm-kept-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('what is computed once', () => {
  it('is read again under the same settings, in whatever order they are told, and computed anew under others', async () => {
    let computed = 0;
    const score = (settings: Record<string, string | number>) =>
      once(join(folder, `${keyed('gan-1', settings)}.json`), () => ++computed);
    expect(await score({ steps: 10, learningRate: 1e-3 })).toBe(1);
    expect(await score({ learningRate: 1e-3, steps: 10 })).toBe(1);
    expect(await score({ steps: 11, learningRate: 1e-3 })).toBe(2);
    expect(await score({ steps: 10, learningRate: 2e-3 })).toBe(3);
    expect(await score({ steps: 10, learningRate: 1e-3, network: 'abc' })).toBe(4);
    expect(await score({ steps: 10, learningRate: 1e-3 })).toBe(1);
  });

  it('has a name that a person and a file system can read', () => {
    expect(keyed('NS-GAN-1', { steps: 10 })).toMatch(/^NS-GAN-1-[0-9a-f]{8}$/);
  });
});
