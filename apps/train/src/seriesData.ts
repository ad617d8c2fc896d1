import { readFile } from 'node:fs/promises';
import { type Examples, spec } from '@gm/core';
import { type Dataset, type Standardized, standardized } from '@gm/data';
import { tensor } from '@tensorflow/tfjs-core';
import { parse } from 'csv-parse/sync';
import { wrongFile, wrongOption } from './complain.js';

/** A series of numbers with its parts, in units of the spread of the first. */
export interface Series {
  readonly column: string;
  /** Nine tenths to train on. */
  readonly training: Standardized;
  /** The last tenth, in the units of the training part. */
  readonly test: Standardized;
}

/**
 * Reads a column of a CSV file: the one of that name, or the first that holds numbers only. The first line may name the columns.
 *
 * @throws GM_FILE when the file cannot be read, or a line has no number there; GM_OPTION for a column that is not there
 */
export async function readSeries(path: string, wanted?: string): Promise<Series> {
  const rows = rowsOf(path, await readFile(path, 'utf8'));
  const names = rows[0]!.some((cell) => !isNumber(cell)) ? rows.shift()! : rows[0]!.map((_, index) => `${index + 1}`);
  const place =
    wanted === undefined ? names.findIndex((_, at) => rows.every((row) => isNumber(row[at]))) : names.indexOf(wanted);
  if (place < 0) throw noColumn(path, wanted, names);
  const wrong = rows.findIndex((row) => !isNumber(row[place]));
  if (wrong >= 0) throw noNumber(path, names[place]!, wrong, rows[wrong]![place]);
  const values = rows.map((row) => Number(row[place]));
  const cut = Math.floor(0.9 * values.length);
  const training = standardized(values.slice(0, cut));
  return { column: names[place]!, training, test: standardized(values.slice(cut), training) };
}

/** Every stretch of `past` steps that is followed by `horizon` more, as a set of examples. */
export function stretchesOf({ values }: Standardized, past: number, horizon: number): Dataset {
  return {
    count: Math.max(0, values.length - past - horizon + 1),
    example: spec([past, 1]),
    at(places): Examples {
      const rows = new Float32Array(places.length * past);
      for (const [row, place] of Array.from(places).entries())
        rows.set(values.subarray(place, place + past), row * past);
      return { x: tensor(rows, [places.length, past, 1]) };
    },
  };
}

function rowsOf(path: string, text: string): string[][] {
  try {
    const rows = parse(text, { bom: true, trim: true, skip_empty_lines: true, relax_column_count: true }) as string[][];
    if (rows.length > 1) return rows;
  } catch (cause) {
    throw badFile(path, 'a CSV file', (cause as Error).message, cause);
  }
  throw badFile(path, 'a CSV file of several lines', 'one line or none');
}

const isNumber = (cell: string | undefined) => cell !== undefined && cell !== '' && Number.isFinite(Number(cell));

function badFile(path: string, expected: string, received: string, cause?: unknown) {
  const remedy = 'Name a file with a number for each step, one to a line, or columns with commas between them.';
  return wrongFile({ where: `--data series:${path}`, expected, received, remedy, cause });
}

function noNumber(path: string, column: string, line: number, cell: string | undefined) {
  const received = `${JSON.stringify(cell ?? '')} in line ${line + 1} of the data`;
  return badFile(path, `a number in every line of column ${column}`, received);
}

function noColumn(path: string, wanted: string | undefined, names: readonly string[]) {
  return wrongOption({
    where: `--column on --data series:${path}`,
    expected: wanted === undefined ? 'a column of numbers only' : `one of ${names.join(', ')}`,
    received: wanted ?? `none among ${names.join(', ')}`,
    remedy: 'Name a column that has a number in every line.',
  });
}
