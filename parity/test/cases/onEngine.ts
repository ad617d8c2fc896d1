import { afterAll, describe, expect, it } from 'vitest';
import { titleOf } from '../../src/case.js';
import { cases } from '../../src/cases/index.js';
import { compared, missed } from '../../src/compare.js';
import { type EngineName, expectedOf, open } from '../../src/engine.js';

/** Every case on that engine; skipped, with the reason in the title, where the machine lacks it. */
export async function testParity(name: EngineName): Promise<void> {
  const engine = await open(name);
  if ('missing' in engine) {
    describe.skip(`${name} (${engine.missing})`, () => it.each(cases.map(titleOf))('%s', () => undefined));
    return;
  }
  describe(`${name} (${engine.device}) gives the numbers of the processor`, () => {
    afterAll(() => engine.close());
    it.each(cases.map((tried) => [titleOf(tried), tried] as const))('%s', async (_, tried) => {
      const expected = await expectedOf(tried, engine.steps);
      expect(missed(compared(await engine.measure(tried), expected, tried.bounds))).toEqual([]);
    });
  });
}
