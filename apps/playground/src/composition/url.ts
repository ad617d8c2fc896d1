import { type Composition, checkComposition, isData, isSystem, withBatchFor } from './composition.js';
import { defaultsFor } from './presets.js';

/** What differs from the defaults of its system and data, as the part of an address behind the #. */
export function toHash(composition: Composition): string {
  const defaults = defaultsFor(composition.system, composition.data);
  const parameters = new URLSearchParams({ system: composition.system, data: composition.data });
  for (const [field, value] of Object.entries(composition)) {
    if (String(value) !== String(defaults[field as keyof Composition])) parameters.set(field, String(value));
  }
  return parameters.toString();
}

/**
 * The composition that such an address says, or undefined where it says none.
 *
 * @throws when a field is unknown or out of its limits, naming it
 */
export function fromHash(hash: string): Composition | undefined {
  const given = Object.fromEntries(new URLSearchParams(hash.replace(/^#/, '')));
  const { system, data = 'digits' } = given;
  if (system === undefined) return undefined;
  if (!isSystem(system)) throw new Error(`system: there is none called ${system}`);
  if (!isData(data)) throw new Error(`data: there are none called ${data}`);
  const defaults = defaultsFor(system, data);
  const fields = Object.entries(given).map(([field, text]) => [
    field,
    read(defaults[field as keyof Composition], text),
  ]);
  return withBatchFor(checkComposition({ ...defaults, ...Object.fromEntries(fields) }));
}

/** An empty text is no number, and no other word than these two is a yes or a no. */
const numberOf = (text: string) => (text.trim() === '' ? Number.NaN : Number(text));
const truthOf = (text: string) => (text === 'true' || text === 'false' ? text === 'true' : text);

/** As the kind of thing that the default is; what is none of that kind is left to be refused. */
function read(example: Composition[keyof Composition] | undefined, text: string): unknown {
  if (typeof example === 'number') return numberOf(text);
  if (typeof example === 'boolean') return truthOf(text);
  if (Array.isArray(example)) return text === '' ? [] : text.split(',').map(numberOf);
  return text;
}
