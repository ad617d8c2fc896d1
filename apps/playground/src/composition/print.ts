import { type Input, isList, isTerm, type Program, type Term } from './term.js';

/** Members that a data set need not have, and that a program asks for only where its own has them. */
const OPTIONAL: readonly string[] = ['classes'];
/** As wide as a line may become. */
const WIDTH = 100;

/** The statements as TypeScript. */
export function printProgram(program: Program): string {
  return program.map(({ name, value }) => `const ${name} = ${print(value, `const ${name} = `.length, '')};`).join('\n');
}

/** Every function that is called, in order of appearance. */
export function calledIn(program: Program): readonly string[] {
  const found = new Set<string>();
  const look = (input: Input): void => {
    if (typeof input !== 'object') return;
    if (isTerm(input) && 'of' in input) {
      if (typeof input.of === 'string') found.add(input.of);
      else look(input.of);
    }
    if (isTerm(input)) {
      if ('inputs' in input) input.inputs.forEach(look);
    } else Object.values(input).forEach(look);
  };
  for (const { value } of program) look(value);
  return [...found];
}

/** On one line where it fits, else one field or item to a line. */
function print(input: Input, column: number, indent: string): string {
  const flat = printFlat(input);
  if (column + flat.length <= WIDTH || typeof input !== 'object') return flat;
  if (isTerm(input)) return printTerm(input, (some, at) => print(some, column + at, indent));
  const deeper = `${indent}  `;
  const lines = isList(input)
    ? input.map((item) => print(item, deeper.length, deeper))
    : Object.entries(input).map(([field, value]) => printField(field, value, deeper));
  const [open, close] = isList(input) ? '[]' : '{}';
  return `${open}\n${lines.map((line) => `${deeper}${line},\n`).join('')}${indent}${close}`;
}

function printField(field: string, value: Input, indent: string): string {
  const printed = print(value, indent.length + field.length + 2, indent);
  return printed === field ? field : `${field}: ${printed}`;
}

function printFlat(input: Input): string {
  if (typeof input === 'string') return `'${input.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (typeof input !== 'object') return String(input);
  if (isTerm(input)) return printTerm(input, printFlat);
  if (isList(input)) return `[${input.map(printFlat).join(', ')}]`;
  const fields = Object.entries(input).map(([field, value]) => {
    const printed = printFlat(value);
    return printed === field ? field : `${field}: ${printed}`;
  });
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

function printTerm(term: Term, inner: (input: Input, at: number) => string): string {
  if ('name' in term) return term.name;
  if ('member' in term) return `${inner(term.of, 0)}.${term.member}${OPTIONAL.includes(term.member) ? '!' : ''}`;
  const start = 'method' in term ? `${inner(term.of, 0)}.${term.method}(` : `${term.waited ? 'await ' : ''}${term.of}(`;
  return `${start}${term.inputs.map((input) => inner(input, start.length)).join(', ')})`;
}
