import { type Spec, showRange, sizeOf } from '@gm/core';
import { countParameters } from '@gm/networks';
import pc from 'picocolors';
import type { Composition } from './composed.js';
import type { Data } from './datasets.js';
import type { Settings } from './settings.js';

let stream: NodeJS.WriteStream = process.stdout;

/** From now on what is said goes to stderr, because stdout is for a program. */
export function keepStdoutClean(): void {
  stream = process.stderr;
}

/** A line for the person at the terminal. */
export function say(text = ''): void {
  stream.write(`${text}\n`);
}

/** Lines of a name and what it is. */
export function sayPairs(pairs: Readonly<Record<string, string>>): void {
  const width = Math.max(...Object.keys(pairs).map((name) => name.length));
  for (const [name, value] of Object.entries(pairs)) say(`${pc.bold(name.padEnd(width))}  ${value}`);
}

/** Rows under a head, columns as wide as they need to be. */
export function sayTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  say(pc.bold(line(head)));
  for (const row of rows) say(line(row));
}

/** The composition: parts, shapes, parameter counts. */
export function sayComposition({ networks }: Composition, settings: Settings): void {
  const rows = Object.entries(networks).map(([role, network]) => [
    role,
    choiceOf(role, settings),
    `${shapeOf(network.input)} → ${shapeOf(network.output)}`,
    countParameters(network).toLocaleString('en'),
  ]);
  sayTable(['part', 'choice', 'shapes', 'parameters'], rows);
}

/** The data in one line. */
export function describeData({ name, train }: Data): string {
  const labels = train.classes === undefined ? 'no labels' : `${train.classes} classes`;
  return `${name}: ${train.count.toLocaleString('en')} examples ${shapeOf(train.example)}, ${labels}`;
}

function shapeOf({ shape, range }: Spec): string {
  const sizes = sizeOf(shape) === 1 && shape.length === 0 ? '[]' : `[${shape.join(', ')}]`;
  return `${sizes} ${typeof range === 'string' ? range : `in ${showRange(range)}`}`;
}

const CHOICE: Readonly<Record<string, (settings: Settings) => string | undefined>> = {
  encoder: ({ encoder }) => encoder,
  decoder: ({ generator }) => generator,
  generator: ({ generator }) => generator,
  discriminator: ({ discriminator }) => discriminator,
  classifier: ({ discriminator }) => discriminator,
};

function choiceOf(role: string, settings: Settings): string {
  return CHOICE[role]?.(settings) ?? '';
}
