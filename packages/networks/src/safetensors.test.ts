import { fc } from '@fast-check/vitest';
import { isGmError } from '@gm/core';
import { expectError } from '@gm/core/testing';
import { describe, expect, it } from 'vitest';
import { fileOf } from '../test/safetensors.js';
import { decodeSafetensors, type SafetensorsFile } from './decodeSafetensors.js';
import { encodeSafetensors } from './encodeSafetensors.js';
import type { NamedArray } from './namedArray.js';

const zeros = (count: number) => new Uint8Array(count);
const member = (name: string, shape: string, offsets: string, dtype = 'F32') =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

describe('the file we write', () => {
  it('is, byte for byte, what the format says', () => {
    const bytes = encodeSafetensors(
      {
        seen: { dtype: 'bool', shape: [3], data: Uint8Array.of(1, 0, 1) },
        'a/kernel': { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, -2) },
        count: { dtype: 'int32', shape: [], data: Int32Array.of(-1) },
      },
      { step: '7' },
    );
    const json =
      '{"__metadata__":{"step":"7"},' +
      '"a/kernel":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},' +
      '"count":{"dtype":"I32","shape":[],"data_offsets":[8,12]},' +
      '"seen":{"dtype":"BOOL","shape":[3],"data_offsets":[12,15]}}';
    const padded = json.padEnd(Math.ceil(json.length / 8) * 8);
    const data = [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0xff, 0xff, 0xff, 0xff, 1, 0, 1];
    expect(bytes).toEqual(fileOf(padded, data));
  });

  it('has nothing in it when there is nothing', () => {
    const bytes = encodeSafetensors({});
    expect(bytes).toEqual(fileOf('{}      '));
    expect(decodeSafetensors(bytes)).toEqual({ arrays: {}, metadata: {} });
  });

  it('is the same when what was read is written again', () => {
    const array: NamedArray = { dtype: 'float32', shape: [1], data: Float32Array.of(5) };
    const bytes = encodeSafetensors(
      { b: array, 2: array, a: array, 1: { ...array, shape: [1, 1] } },
      { z: '', 1: 'é' },
    );
    const { arrays, metadata } = decodeSafetensors(bytes);
    expect(encodeSafetensors(arrays, metadata)).toEqual(bytes);
  });

  it('takes names that mean something to objects as mere names', () => {
    const array: NamedArray = { dtype: 'int32', shape: [], data: Int32Array.of(9) };
    const evil = JSON.parse('{"__proto__":null}') as Record<string, never>;
    const arrays = { ...evil, constructor: array } as Record<string, NamedArray>;
    Object.defineProperty(arrays, '__proto__', { value: array, enumerable: true });
    const metadata = JSON.parse('{"__proto__":"polluted"}') as Record<string, string>;
    const read = decodeSafetensors(encodeSafetensors(arrays, metadata));
    expect(Object.entries(read.arrays).map(([name]) => name)).toEqual(['__proto__', 'constructor'].sort());
    expect(Object.entries(read.metadata)).toEqual([['__proto__', 'polluted']]);
    expect(Object.getPrototypeOf(read.arrays)).toBeNull();
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
  });
});

describe('what cannot be written', () => {
  const array: NamedArray = { dtype: 'float32', shape: [2], data: new Float32Array(2) };
  const refuses = (arrays: Record<string, unknown>, ...words: string[]) =>
    expectError(() => encodeSafetensors(arrays as never), 'GM_CHECKPOINT', 'encodeSafetensors: expected', ...words);

  it.each(['', 'a b', 'ä', '../x', 'a..b', 'x'.repeat(257), 'a\n', '__metadata__'])('the name %j', async (name) => {
    await refuses({ [name]: array }, 'name');
  });

  it('data that do not fill the shape', async () => {
    await refuses({ a: { ...array, shape: [3] } }, "'a' to hold 3 values of 4 bytes for float32 [3], received 2 of 4.");
    await refuses({ a: { ...array, dtype: 'bool' } }, "'a' to hold 2 values of 1 bytes for bool [2], received 2 of 4.");
    await refuses({ a: { ...array, dtype: 'string' } }, '\'a\' of type float32, int32, bool, received "string".');
    await refuses({ a: { ...array, shape: [-2] } }, "a shape of at most 8 whole numbers for 'a', received [-2].");
    await refuses({ a: { ...array, shape: [1, 1, 1, 1, 1, 1, 1, 1, 2] } }, 'at most 8');
    await refuses(
      { a: { dtype: 'bool', shape: [1], data: Uint8Array.of(2) } },
      "'a' to hold the bytes 0 and 1, received 2.",
    );
  });

  it('too many tensors, or too long a header', async () => {
    const empty: NamedArray = { dtype: 'bool', shape: [0], data: zeros(0) };
    const many = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`t${index}`, empty]));
    await refuses(many, 'at most 10000 tensors, received 10001.');
    await expectError(
      () => encodeSafetensors({}, { long: 'x'.repeat(2 ** 24) }),
      'GM_CHECKPOINT',
      'a header of at most 16777216 bytes, received 16777248. Correct what is to be written.',
    );
  });

  it('metadata other than well-formed strings', async () => {
    const write = (metadata: unknown) => () => encodeSafetensors({}, metadata as Record<string, string>);
    await expectError(write({ a: 1 }), 'GM_CHECKPOINT', 'metadata of well-formed strings, received 1 for "a".');
    await expectError(write({ a: '\ud800' }), 'GM_CHECKPOINT', 'metadata of well-formed strings');
    await expectError(write(['a']), 'GM_CHECKPOINT', 'metadata as an object of strings, received ["a"].');
  });
});

describe('the files of others', () => {
  it('are read, whatever the order of members and tensors', () => {
    const header = `{"b":{"data_offsets":[4,12],"shape":[2],"dtype":"I32"}, ${member('a', '[]', '[0,4]')}\n}`;
    const { arrays } = decodeSafetensors(fileOf(header, [0, 0, 0x80, 0x3f, 1, 0, 0, 0, 2, 0, 0, 0]));
    expect(arrays).toEqual({
      a: { dtype: 'float32', shape: [], data: Float32Array.of(1) },
      b: { dtype: 'int32', shape: [2], data: Int32Array.of(1, 2) },
    });
  });

  it('are read as the Python package safetensors 0.8.0 writes them', () => {
    const base64 =
      '0AAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJucCJ9LCJhIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsxLDJdLCJkYXRhX29mZnNldHMi' +
      'OlswLDhdfSwibiI6eyJkdHlwZSI6IkkzMiIsInNoYXBlIjpbXSwiZGF0YV9vZmZzZXRzIjpbOCwxMl19LCJiL3NlZW4iOnsiZHR5cGUiOiJCT09MIiwi' +
      'c2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMTIsMTRdfX0gICAgICAgAADAPwAAAMD9////AQA=';
    expect(decodeSafetensors(Uint8Array.from(Buffer.from(base64, 'base64')))).toEqual({
      arrays: {
        a: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1.5, -2) },
        n: { dtype: 'int32', shape: [], data: Int32Array.of(-3) },
        'b/seen': { dtype: 'bool', shape: [2], data: Uint8Array.of(1, 0) },
      },
      metadata: { format: 'np' },
    });
  });

  it('are read from anywhere in a larger buffer, also a Node Buffer', () => {
    const bytes = encodeSafetensors({ a: { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) } });
    for (const shift of [0, 1, 2, 3, 4]) {
      const room = Buffer.alloc(bytes.length + 8);
      room.set(bytes, shift);
      const { arrays } = decodeSafetensors(room.subarray(shift, shift + bytes.length) as Uint8Array);
      expect(arrays.a!.data).toEqual(Float32Array.of(1, 2));
    }
  });

  it('may hold empty tensors anywhere', () => {
    const header = `{${member('a', '[0,3]', '[4,4]')},${member('b', '[1]', '[0,4]')},${member('c', '[0]', '[0,0]')}}`;
    const { arrays } = decodeSafetensors(fileOf(header, zeros(4)));
    expect(Object.values(arrays).map(({ data }) => data.length)).toEqual([0, 1, 0]);
  });

  it('may hold NaN and infinities', () => {
    const data = new Uint8Array(Float32Array.of(Number.NaN, -Infinity).buffer);
    const { arrays } = decodeSafetensors(fileOf(`{${member('a', '[2]', '[0,8]')}}`, data));
    expect(arrays.a!.data).toEqual(Float32Array.of(Number.NaN, -Infinity));
  });
});

const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const one = member('a', '[1]', '[0,4]');
const nest = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;

/** Name, file, words of the refusal. */
const attacks: [string, Uint8Array, string][] = [
  ['no bytes', zeros(0), 'expected at least 8 bytes, received 0.'],
  ['seven bytes', zeros(7), 'expected at least 8 bytes, received 7.'],
  ['an empty header', fileOf(''), 'received "" at its beginning.'],
  ['a header longer than the file', fileOf('{}', [], 3n), 'expected a header of at most 2 bytes, received 3.'],
  ['a header of 2⁶⁴ − 1 bytes', fileOf('{}', [], 2n ** 64n - 1n), 'received 18446744073709551615.'],
  ['a header of 2³² + 2 bytes', fileOf('{}', [], 2n ** 32n + 2n), 'received 4294967298.'],
  [
    'a header above the limit',
    fileOf(zeros(2 ** 24 + 1)),
    'expected a header of at most 16777216 bytes, received 16777217.',
  ],
  ['a header that does not begin with {', fileOf(' {}'), '" {}" at its beginning'],
  ['a byte order mark', fileOf('\ufeff{}'), 'at its beginning'],
  ['a list for a header', fileOf('[]'), 'at its beginning'],
  [
    'bytes that are not UTF-8',
    fileOf(Uint8Array.of(0x7b, 0xff, 0x7d)),
    'expected a header in JSON as the format has it',
  ],
  ['metadata that are not UTF-8', fileOf(latin1('{"__metadata__":{"a":"\xff"}}')), 'not valid'],
  ['text that is not JSON', fileOf('{"a":}'), 'expected a header in JSON'],
  ['text behind the JSON', fileOf('{}{}'), 'expected a header in JSON'],
  ['zeros behind the JSON', fileOf('{}\0\0'), 'outside a string'],
  ['a string without end', fileOf('{"a'), 'a string without end'],
  ['a string that ends in a backslash', fileOf('{"a\\'), 'a string without end'],
  ['a nest', fileOf(nest(3)), 'more than 3 levels'],
  ['a nest deep enough to overflow a stack', fileOf(nest(1_000_000)), 'more than 3 levels'],
  ['a nest of objects', fileOf(`${'{"a":'.repeat(500_000)}1${'}'.repeat(500_000)}`), 'more than 3 levels'],
  ['a tensor twice', fileOf(`{${one},${one}}`, zeros(4)), 'the key "a" twice'],
  [
    'a tensor twice, once in escapes',
    fileOf(`{${one},${one.replace('"a"', '"\\u0061"')}}`, zeros(4)),
    'the key "a" twice',
  ],
  ['a shape twice', fileOf(`{${one.replace('"shape"', '"shape":[9],"shape" ')}}`, zeros(4)), 'the key "shape" twice'],
  ['metadata twice', fileOf('{"__metadata__":{},"__metadata__":{}}'), 'the key "__metadata__" twice'],
  ['metadata that is not of strings', fileOf('{"__metadata__":{"a":1}}'), 'metadata of well-formed strings'],
  ['metadata that is null', fileOf('{"__metadata__":null}'), '"n" outside a string'],
  ['metadata that is a list', fileOf('{"__metadata__":["a"]}'), 'metadata as an object of strings'],
  [
    'metadata with half a surrogate pair',
    fileOf('{"__metadata__":{"a":"\\ud800"}}'),
    'metadata of well-formed strings',
  ],
  ['a tensor that is a number', fileOf('{"a":1}'), "expected an object for 'a', received 1."],
  ['a tensor that is a list', fileOf('{"a":[1]}'), "expected an object for 'a', received [1]."],
  ['a name that climbs', fileOf(`{${member('../../etc/passwd', '[1]', '[0,4]')}}`, zeros(4)), "without '..'"],
  ['a name of nothing', fileOf(`{${member('', '[1]', '[0,4]')}}`, zeros(4)), 'expected names of 1 to 256'],
  [
    'a name without end',
    fileOf(`{${member('x'.repeat(257), '[1]', '[0,4]')}}`, zeros(4)),
    'expected names of 1 to 256',
  ],
  ['a name with a line break', fileOf(`{${member('a\\n', '[1]', '[0,4]')}}`, zeros(4)), 'expected names of 1 to 256'],
  [
    'a type we do not read',
    fileOf(`{${member('a', '[1]', '[0,2]', 'F16')}}`, zeros(2)),
    '\'a\' of type F32, I32, BOOL, received "F16".',
  ],
  ['a type that objects have', fileOf(`{${member('a', '[1]', '[0,4]', 'toString')}}`, zeros(4)), 'of type F32'],
  ['no type', fileOf('{"a":{"shape":[1],"data_offsets":[0,4]}}', zeros(4)), 'received none.'],
  ['no shape', fileOf('{"a":{"dtype":"F32","data_offsets":[0,4]}}', zeros(4)), "whole numbers for 'a', received none."],
  ['no offsets', fileOf('{"a":{"dtype":"F32","shape":[1]}}', zeros(4)), "expected two offsets for 'a', received none."],
  [
    'a member too many',
    fileOf(`{${one.replace('{', '{"evil":1,')}}`, zeros(4)),
    'expected dtype, shape and data_offsets for \'a\', received "evil".',
  ],
  ['the prototype as a member', fileOf(`{${one.replace('{', '{"__proto__":{},')}}`, zeros(4)), 'received "__proto__".'],
  ['the prototype as a tensor', fileOf('{"__proto__":{"shape":[1]}}', zeros(4)), "'__proto__' of type F32"],
  ['a negative size', fileOf(`{${member('a', '[-1]', '[0,4]')}}`, zeros(4)), '"-" outside a string'],
  ['a fraction', fileOf(`{${member('a', '[1.0]', '[0,4]')}}`, zeros(4)), '"." outside a string'],
  ['a size in powers', fileOf(`{${member('a', '[1e0]', '[0,4]')}}`, zeros(4)), '"e" outside a string'],
  ['a size as a string', fileOf(`{${member('a', '["1"]', '[0,4]')}}`, zeros(4)), 'whole numbers for'],
  [
    'nine axes',
    fileOf(`{${member('a', '[1,1,1,1,1,1,1,1,1]', '[0,4]')}}`, zeros(4)),
    'a shape of at most 8 whole numbers',
  ],
  [
    'sizes whose product overflows 64 bits to a small number',
    fileOf(`{${member('a', '[4194305,4194305,211106198978564]', '[0,16]')}}`, zeros(16)),
    'a shape of at most 8 whole numbers',
  ],
  [
    'a product that overflows before a zero',
    fileOf(`{${member('a', '[4503599627370496,4503599627370496,0]', '[0,0]')}}`),
    'a shape of',
  ],
  ['a size above 2⁵³', fileOf(`{${member('a', '[9007199254740993]', '[0,4]')}}`, zeros(4)), 'a shape of'],
  ['one offset', fileOf(`{${member('a', '[1]', '[4]')}}`, zeros(4)), "expected two offsets for 'a', received [4]."],
  ['three offsets', fileOf(`{${member('a', '[1]', '[0,4,4]')}}`, zeros(4)), 'expected two offsets'],
  ['offsets that run backwards', fileOf(`{${member('a', '[1]', '[4,0]')}}`, zeros(4)), 'expected 4 bytes'],
  [
    'offsets that are too near',
    fileOf(`{${member('a', '[2]', '[0,4]')}}`, zeros(4)),
    "expected 8 bytes for 'a' of F32 [2], received offsets [0, 4].",
  ],
  ['offsets that are too far', fileOf(`{${member('a', '[1]', '[0,8]')}}`, zeros(8)), 'expected 4 bytes'],
  ['an offset behind the end', fileOf(`{${member('a', '[1]', '[4,8]')}}`, zeros(4)), "expected 'a' to begin at byte 0"],
  [
    'data that are cut off',
    fileOf(`{${member('a', '[2]', '[0,8]')}}`, zeros(7)),
    'expected 8 bytes of data, received 7.',
  ],
  ['data behind the last tensor', fileOf(`{${one}}`, zeros(5)), 'expected 4 bytes of data, received 5.'],
  ['data without a tensor', fileOf('{}', zeros(4)), 'expected 0 bytes of data, received 4.'],
  [
    'a hole',
    fileOf(`{${one},${member('b', '[1]', '[8,12]')}}`, zeros(12)),
    "expected 'b' to begin at byte 4 of the data, received 8.",
  ],
  [
    'an overlap',
    fileOf(`{${member('a', '[2]', '[0,8]')},${member('b', '[1]', '[4,8]')}}`, zeros(8)),
    "expected 'b' to begin at byte 8",
  ],
  ['two tensors in one place', fileOf(`{${one},${member('b', '[1]', '[0,4]')}}`, zeros(4)), 'to begin at byte 4'],
  [
    'a truth value of 2',
    fileOf(`{${member('a', '[1]', '[0,1]', 'BOOL')}}`, [2]),
    "expected 'a' to hold the bytes 0 and 1, received 2.",
  ],
];

describe('a damaged or hostile file is refused', () => {
  it.each(attacks)('%s', async (_, bytes, words) => {
    await expectError(
      () => decodeSafetensors(bytes),
      'GM_CHECKPOINT',
      'decodeSafetensors: ',
      words,
      'The file is damaged',
    );
  });

  it('more than 10,000 tensors', async () => {
    const members = Array.from({ length: 10_001 }, (_, index) => member(`t${index}`, '[0]', '[0,0]'));
    await expectError(
      () => decodeSafetensors(fileOf(`{${members}}`)),
      'GM_CHECKPOINT',
      'at most 10000 tensors, received 10001.',
    );
  });

  it('a header of one string of 16 MiB does not overflow the stack', () => {
    const text = 'x'.repeat(2 ** 24 - 64);
    const { metadata } = decodeSafetensors(fileOf(`{"__metadata__":{"a":"${text}"}}`));
    expect(metadata.a).toHaveLength(text.length);
  });

  it('something that is no bytes', async () => {
    await expectError(
      () => decodeSafetensors('{}' as never),
      'GM_CHECKPOINT',
      'expected a Uint8Array, received string.',
    );
  });
});

const name = fc.stringMatching(/^[A-Za-z0-9_/-]{1,12}$/).filter((text) => text !== '__metadata__');
const array = fc.array(fc.nat(3), { maxLength: 4 }).chain((shape): fc.Arbitrary<NamedArray> => {
  const length = shape.reduce((product, size) => product * size, 1);
  const exactly = { minLength: length, maxLength: length };
  return fc.oneof(
    fc.float32Array(exactly).map((data) => ({ dtype: 'float32' as const, shape, data })),
    fc.int32Array(exactly).map((data) => ({ dtype: 'int32' as const, shape, data })),
    fc.uint8Array({ ...exactly, max: 1 }).map((data) => ({ dtype: 'bool' as const, shape, data })),
  );
});
const content = fc.record({
  arrays: fc.dictionary(name, array, { maxKeys: 6 }),
  metadata: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), { maxKeys: 4 }),
});

/** A change of a file: flipped, cut, grown or overwritten bytes. */
const mutation = fc.oneof(
  fc.record({ at: fc.nat(), bit: fc.nat(7) }).map(({ at, bit }) => (bytes: Uint8Array) => {
    const changed = bytes.slice();
    changed[at % bytes.length]! ^= 1 << bit;
    return changed;
  }),
  fc.nat().map((end) => (bytes: Uint8Array) => bytes.slice(0, end % bytes.length)),
  fc
    .uint8Array({ minLength: 1, maxLength: 9 })
    .map((more) => (bytes: Uint8Array) => Uint8Array.from([...bytes, ...more])),
  fc
    .record({ at: fc.nat(), with: fc.constantFrom(...'{}[],:"0123456789 \\u-.e') })
    .map((change) => (bytes: Uint8Array) => {
      const changed = bytes.slice();
      changed[8 + (change.at % Math.max(1, bytes.length - 8))] = change.with.charCodeAt(0);
      return changed;
    }),
  fc.record({ from: fc.nat(), to: fc.nat() }).map(({ from, to }) => (bytes: Uint8Array) => {
    const changed = bytes.slice();
    [changed[from % bytes.length], changed[to % bytes.length]] = [
      bytes[to % bytes.length]!,
      bytes[from % bytes.length]!,
    ];
    return changed;
  }),
);

function isValid({ arrays, metadata }: SafetensorsFile): boolean {
  const kinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
  return (
    Object.values(metadata).every((value) => typeof value === 'string') &&
    Object.values(arrays).every(
      ({ dtype, shape, data }) =>
        data instanceof kinds[dtype] && data.length === shape.reduce((product, size) => product * size, 1),
    )
  );
}

describe('whatever is written', () => {
  it('is read again as it was', () => {
    fc.assert(
      fc.property(content, ({ arrays, metadata }) => {
        const read = decodeSafetensors(encodeSafetensors(arrays, metadata));
        expect(new Map(Object.entries(read.arrays))).toEqual(new Map(Object.entries(arrays)));
        expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(metadata)));
      }),
      { numRuns: 1000 },
    );
  });

  it('holds its numbers at offsets where they can be viewed', () => {
    fc.assert(
      fc.property(content, ({ arrays, metadata }) => {
        const bytes = encodeSafetensors(arrays, metadata);
        for (const { data } of Object.values(decodeSafetensors(bytes).arrays)) expect(data.buffer).toBe(bytes.buffer);
      }),
      { numRuns: 200 },
    );
  });

  it('is, once damaged, refused with a code or still read as valid arrays', () => {
    fc.assert(
      fc.property(content, fc.array(mutation, { minLength: 1, maxLength: 3 }), ({ arrays, metadata }, mutations) => {
        const start: Uint8Array = encodeSafetensors(arrays, metadata);
        const damaged = mutations.reduce((bytes, mutate) => (bytes.length > 0 ? mutate(bytes) : bytes), start);
        expect(outcome(damaged)).not.toBe('wrong');
      }),
      { numRuns: 10_000 },
    );
  });

  it('never reads another error out of arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: 'binary', maxLength: 200 }), (bytes, text) => {
        expect([outcome(bytes), outcome(fileOf(text)), outcome(fileOf(`{${text}}`, bytes))]).not.toContain('wrong');
      }),
      { numRuns: 2000 },
    );
  });
});

function outcome(bytes: Uint8Array): 'read' | 'refused' | 'wrong' {
  try {
    return isValid(decodeSafetensors(bytes)) ? 'read' : 'wrong';
  } catch (error) {
    return isGmError(error, 'GM_CHECKPOINT') ? 'refused' : 'wrong';
  }
}
