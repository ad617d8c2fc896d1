import { type Recurrent, seeded } from '@gm/core';
import { alphabetOf } from '@gm/data';
import { type ChoiceOptions, sampleSymbols } from '@gm/generators';
import type { Run } from './runFolder.js';

export interface SpeechOptions extends ChoiceOptions {
  /** What has been said so far; it is said again first. Default: a line break, or the first character there is. */
  readonly prompt?: string;
  /** How many characters to draw. */
  readonly count: number;
  readonly seed: number;
}

/** Text from a recurrent generator, as it is drawn: first the prompt, if there is one, then a character at a time. */
export async function* speak(
  speaker: Recurrent,
  { characters = [] }: Run['data'],
  { prompt, count, seed, ...choice }: SpeechOptions,
): AsyncGenerator<string, void> {
  const alphabet = alphabetOf(characters);
  const start = prompt ?? (characters.includes('\n') ? '\n' : characters[0]!);
  const random = seeded(seed).split('samples');
  const symbols = sampleSymbols(speaker, { prompt: alphabet.encode(start), length: count, random, ...choice });
  if (prompt !== undefined) yield prompt;
  for await (const symbol of symbols) yield alphabet.decode([symbol]);
}
