import { type Case, type Group, groups, type Kind, kinds, titleOf } from './case.js';
import { cases } from './cases/index.js';
import { compared, type Deviations, missed } from './compare.js';
import { type EngineName, type EngineOptions, expectedOf, open } from './engine.js';

/** The worst of a group. */
export interface Row {
  readonly group: Group;
  readonly cases: number;
  readonly errors: { readonly [kind in Kind]?: number };
}

/** What an engine gave, or why there is none. */
export interface Report {
  readonly engine: EngineName;
  readonly missing?: string;
  readonly device?: string;
  readonly steps?: number;
  readonly seconds?: number;
  readonly rows: readonly Row[];
  /** Cases beyond their bound, with what is wrong. */
  readonly misses: readonly string[];
}

/** Tries every case on an engine, and says how each group went. */
export async function reportOf(name: EngineName, options: EngineOptions, say: (line: string) => void): Promise<Report> {
  const engine = await open(name, options);
  if ('missing' in engine) return { engine: name, missing: engine.missing, rows: [], misses: [] };
  const { device, steps } = engine;
  const begun = performance.now();
  const misses: string[] = [];
  const rows: Row[] = [];
  const deviationsOf = async (tried: Case): Promise<Deviations> => {
    const expected = await expectedOf(tried, steps);
    return compared(await engine.measure(tried), expected, tried.bounds);
  };
  try {
    for (const group of groups) {
      const tried = cases.filter((candidate) => candidate.group === group);
      const found: Deviations[] = [];
      for (const one of tried) {
        const deviations = await deviationsOf(one).catch((error: Error) => error);
        if (deviations instanceof Error) misses.push(`${titleOf(one)} fails: ${deviations.message}`);
        else misses.push(...missed(deviations).map((what) => `${titleOf(one)} ${what}`));
        if (!(deviations instanceof Error)) found.push(deviations);
      }
      rows.push({ group, cases: tried.length, errors: worst(found) });
      say(`${group}: ${tried.length} cases`);
    }
  } finally {
    await engine.close();
  }
  return { engine: name, device, steps, seconds: (performance.now() - begun) / 1000, rows, misses };
}

function worst(found: readonly Deviations[]): Row['errors'] {
  const of = (kind: Kind) => found.flatMap((deviations) => deviations[kind]?.error ?? []);
  return Object.fromEntries(kinds.filter((kind) => of(kind).length > 0).map((kind) => [kind, Math.max(...of(kind))]));
}
