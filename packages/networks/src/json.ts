const QUOTE = 34;
const BACKSLASH = 92;
/** All that a safetensors header has outside strings. */
const PLAIN = /[\d:, \t\r\n]/;

/**
 * Passes when `text` may go into JSON.parse: no key of an object twice (JSON.parse would keep the last in silence), no more than
 * `depth` levels (a deep nest would overflow its stack), and outside strings nothing but brackets and unsigned whole numbers.
 * The rest of the grammar is left to JSON.parse.
 *
 * @throws SyntaxError
 */
export function checkJson(text: string, depth: number): void {
  const open: Set<string>[] = [];
  let at = 0;
  while (at < text.length) {
    const character = text[at]!;
    const start = at++;
    if (character === '"') {
      at = endOfString(text, start);
      if (isKey(text, at)) addKey(open.at(-1), JSON.parse(text.slice(start, at)) as string);
    } else if (character === '{' || character === '[') {
      if (open.push(new Set()) > depth) throw new SyntaxError(`more than ${depth} levels`);
    } else if (character === '}' || character === ']') {
      open.pop();
    } else if (!PLAIN.test(character)) {
      throw new SyntaxError(`${JSON.stringify(character)} outside a string`);
    }
  }
}

/** A loop: a regular expression overflows its stack on a string of some megabytes. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) return at + 1;
  }
  throw new SyntaxError('a string without end');
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\r' || text[at] === '\n') at++;
  return text[at] === ':';
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (keys?.has(key)) throw new SyntaxError(`the key ${JSON.stringify(key)} twice`);
  keys?.add(key);
}
