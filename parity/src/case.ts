/** What a case gives: results by themselves, derivatives of any order, and what many steps of training lead to. */
export const kinds = ['forward', 'gradient', 'trained'] as const;
export type Kind = (typeof kinds)[number];

/** How far a backend may be off, as a share of the largest number expected in the same tensor (at least 1). */
export const bounds: Readonly<Record<Kind, number>> = { forward: 1e-5, gradient: 1e-4, trained: 1e-3 };

/** The numbers of tensors, by name. */
export type Numbers = Readonly<Record<string, ArrayLike<number>>>;
export type Results = { readonly [kind in Kind]?: Numbers };

/** In the order of the table; the functions of these packages are what the cases have to reach. */
export const groups = [
  'layers',
  'operations',
  'losses',
  'latents',
  'generators',
  'discriminators',
  'metrics',
  'elementary functions',
  'random streams',
  'optimizers',
  'recipes',
  'not a number',
] as const;
export type Group = (typeof groups)[number];

/** Something that has to give the same numbers on every backend. */
export interface Case {
  readonly group: Group;
  /** Begins with the name of the function that is tried, a comma after it where more follows. */
  readonly name: string;
  /** Computes on the backend in use, reads without blocking, and leaves no tensor behind. */
  run(options: CaseOptions): Promise<Results>;
  /** What is right, where tfjs on the processor is no judge of it. */
  readonly expected?: Results;
  /** Closer than the common bounds, where more is promised. */
  readonly bounds?: { readonly [kind in Kind]?: number };
}

export interface CaseOptions {
  /** How long recipes train. */
  readonly steps: number;
}

/** Steps that recipes are trained for unless a backend cannot afford them. */
export const trainingSteps = 100;

export const titleOf = ({ group, name }: Pick<Case, 'group' | 'name'>): string => `${group}: ${name}`;
