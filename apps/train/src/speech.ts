import { type SeededRandom, seeded } from '@gm/core';
import { type Alphabet, alphabetOf } from '@gm/data';
import { type ChoiceOptions, sampleSymbols } from '@gm/generators';
import { dispose, tidy } from '@tensorflow/tfjs-core';
import { type Speaker, START } from './composed.js';
import type { Run } from './runFolder.js';

export interface SpeechOptions extends ChoiceOptions {
  /** What has been said so far; it is said again first, by each piece anew. Default: a line break, or the first character there is. */
  readonly prompt?: string;
  /** How many characters to draw. */
  readonly count: number;
  readonly seed: number;
}

/** Text from a recurrent generator, as it is drawn: first the prompt, if there is one, then a character at a time. */
export async function* speak(
  speaker: Speaker,
  { characters = [] }: Run['data'],
  { seed, ...options }: SpeechOptions,
): AsyncGenerator<string, void> {
  const random = seeded(seed).split('samples');
  const alphabet = alphabetOf(characters);
  yield* speaker.coded
    ? pieces(speaker, alphabet, { ...options, random })
    : onePiece(speaker, alphabet, { ...options, random });
}

type Options = Omit<SpeechOptions, 'seed'> & { readonly random: SeededRandom };

async function* onePiece({ generator }: Speaker, alphabet: Alphabet, { prompt, count, ...choice }: Options) {
  const { characters } = alphabet;
  const start = prompt ?? (characters.includes('\n') ? '\n' : characters[0]!);
  const symbols = sampleSymbols(generator, { prompt: alphabet.encode(start), length: count, ...choice });
  if (prompt !== undefined) yield prompt;
  for await (const symbol of symbols) yield alphabet.decode([symbol]);
}

/** A new code for each, a line between them. */
async function* pieces({ generator, coded }: Speaker, alphabet: Alphabet, { prompt = '', count, ...choice }: Options) {
  const { prior, startFrom, length: whole } = coded!;
  const told = prompt === '' ? [] : alphabet.encode(prompt);
  for (let left = count; left > 0; left -= whole) {
    const state = tidy(() => startFrom(prior.sample(1, choice.random)));
    const symbols = { prompt: [START, ...told], state, length: Math.min(left, whole), ...choice };
    try {
      yield prompt;
      for await (const symbol of sampleSymbols(generator, symbols)) yield alphabet.decode([symbol]);
    } finally {
      dispose(state);
    }
    if (left > whole) yield '\n';
  }
}
