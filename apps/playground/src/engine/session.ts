import type {
  BatchSource,
  Encoder,
  FeatureDiscriminator,
  GaussianPosterior,
  Likelihood,
  Network,
  Prior,
  Recurrent,
} from '@gm/core';
import type { Alphabet, Dataset } from '@gm/data';
import { type Game, type GameTrainer, train } from '@gm/trainers';
import { engine as tfEngine, type Variable } from '@tensorflow/tfjs-core';
import type { Composition } from '../composition/composition.js';
import { evaluate, type Functions, type Scope } from '../composition/evaluate.js';
import { FUNCTIONS } from '../composition/library.js';
import { programOf } from '../composition/program.js';
import { objectionTo } from './objection.js';

type AnyOptimizer = (options: { readonly learningRate: number }) => unknown;

/** A composition made real. What a system does not have is not there. */
export interface Session {
  readonly composition: Composition;
  // biome-ignore lint/suspicious/noExplicitAny: batches of whatever its game takes
  readonly run: GameTrainer<any>;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly source: BatchSource<any>;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly game: Game<any, any>;
  readonly data?: Dataset;
  readonly encoder?: Network & Encoder<GaussianPosterior>;
  /** z → x, or what the likelihood reads. */
  readonly decoder?: Network;
  readonly prior?: Prior;
  readonly likelihood?: Likelihood;
  readonly discriminator?: Network & FeatureDiscriminator;
  /** Of classes. */
  readonly classifier?: Network & FeatureDiscriminator;
  readonly speaker?: Recurrent;
  readonly alphabet?: Alphabet;
  dispose(): void;
}

export interface ComposeOptions {
  readonly functions: Functions;
  /** Multiplies every learning rate, at each step anew. */
  rateFactor(): number;
}

/**
 * Makes the parts, the run and its batches, all checked against each other; nothing is left behind where they do not fit.
 *
 * @throws what the parts complain of
 */
export async function compose(composition: Composition, { functions, rateFactor }: ComposeOptions): Promise<Session> {
  const objection = objectionTo(composition);
  if (objection) throw new Error(objection);
  const before = variables();
  const scope: Scope = {};
  let game: Session['game'] | undefined;
  const own = () => variables().filter((one) => !before.includes(one));
  const clear = (made: readonly Variable[]) => {
    (scope.run as GameTrainer<unknown> | undefined)?.dispose();
    for (const variable of variables().filter((one) => made.includes(one))) variable.dispose();
  };
  const caught: Functions = {
    trainer: (made, options) => {
      game = made;
      return FUNCTIONS.trainer!(made, options);
    },
  };
  try {
    await evaluate(programOf(composition), { ...FUNCTIONS, ...functions, ...scaled(rateFactor), ...caught }, scope);
    const { run, source } = scope as unknown as Session;
    const looked = train(run, source, { steps: run.steps + 1 });
    await looked.next(); // checks the data, and moves nothing yet
    await looked.return();
    const made = own(); // and none of what is composed beside it later
    return { ...rolesOf(composition, scope), composition, run, source, game: game!, dispose: () => clear(made) };
  } catch (error) {
    clear(own());
    throw error;
  }
}

/** Optimizers whose rate can be turned while they are used. */
function scaled(factor: () => number): Functions {
  const turned = (name: string) => (options: { readonly learningRate: number }) =>
    (FUNCTIONS[name] as AnyOptimizer)({
      ...options,
      learningRate: (() => options.learningRate * factor()) as never,
    });
  return Object.fromEntries(['adam', 'adamW', 'rmsprop', 'sgd'].map((name) => [name, turned(name)]));
}

function rolesOf(composition: Composition, scope: Scope): Partial<Session> {
  const { data, encoder, prior, likelihood, generator, decoder = generator, network, discriminator, alphabet } = scope;
  const { system } = composition;
  if (system === 'language-model') return { speaker: generator, alphabet } as Partial<Session>;
  const classifier = system === 'semi-supervised' ? discriminator : network;
  // That of an adversarial autoencoder judges codes.
  const judge = system === 'adversarial-autoencoder' || system === 'semi-supervised' ? undefined : discriminator;
  const roles = { data, encoder, decoder, prior, likelihood, discriminator: judge, classifier };
  return Object.fromEntries(Object.entries(roles).filter(([, part]) => part !== undefined)) as Partial<Session>;
}

const variables = () => Object.values(tfEngine().registeredVariables);
