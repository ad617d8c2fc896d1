import { type Countable, NUMBERS } from '../composition/composition.js';

/** What is wrong with a number as it was typed, in words; nothing where it can be used. */
export function complaintOf(slot: Countable, text: string): string | undefined {
  const { min, max, integer } = NUMBERS[slot];
  const value = Number(text);
  const fits = text.trim() !== '' && value >= min && value <= max && (!integer || Number.isInteger(value));
  return fits ? undefined : `It has to be a ${integer ? 'whole ' : ''}number from ${min} to ${max}.`;
}

/** Below that a number without a lower limit is 0. */
const LEAST = 0.01;

/** The next one up or down: a whole number, or one of …, 0.1, 0.2, 0.5, 1, …, for rates and weights are tried by their size. */
export function stepped(slot: Countable, value: number, way: 1 | -1): number {
  const { min, max, integer } = NUMBERS[slot];
  if (integer) return Math.min(max, Math.max(min, value + way));
  const least = Math.max(min, LEAST * Number(min === 0));
  const places = [-6, -5, -4, -3, -2, -1, 0, 1].flatMap((power) =>
    [1, 2, 5].map((digit) => Number(`${digit}e${power}`)),
  );
  const all = [min, ...places.filter((place) => place >= least && place > min && place < max), max];
  return (way === 1 ? all.find((place) => place > value) : all.findLast((place) => place < value)) ?? value;
}
