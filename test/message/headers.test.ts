import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type HeadersInit, HttpHeaders, isToken } from '../../src/message/headers.ts';

const name = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/);
const value = fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?$/);
const lines = fc.array(fc.tuple(name, value), { maxLength: 12 });
const anyCase = (text: string, upper: boolean) => (upper ? text.toUpperCase() : text.toLowerCase());

describe('properties', () => {
  it('joins the lines of a cookie with a semicolon, those of any other field with a comma', () => {
    const lines = ['a=1', 'b=2'];
    const headers = new HttpHeaders({ Cookie: lines, Accept: lines });
    expect([headers.get('cookie'), headers.get('accept')]).toEqual(['a=1; b=2', 'a=1, b=2']);
  });

  it('keep lines, their order and the case of names, whatever they are', () => {
    fc.assert(
      fc.property(lines, (given) => {
        const headers = new HttpHeaders(given);
        expect([...headers]).toEqual(given);
        expect(headers.size).toBe(given.length);
        expect(headers.toRaw()).toEqual(given.flat());
        expect([...new HttpHeaders(headers)]).toEqual(given);
        expect([...new HttpHeaders([...headers])]).toEqual(given);
      }),
    );
  });

  it('find every line in any case', () => {
    fc.assert(
      fc.property(lines, name, fc.boolean(), (given, wanted, upper) => {
        const headers = new HttpHeaders([...given, [wanted, 'x']]);
        const expected = [...given, [wanted, 'x']]
          .filter(([one]) => one!.toLowerCase() === wanted.toLowerCase())
          .map(([, v]) => v);
        const asked = anyCase(wanted, upper);
        expect(headers.getAll(asked)).toEqual(expected);
        expect(headers.get(asked)).toBe(expected.join(', '));
        expect(headers.has(asked)).toBe(true);
      }),
    );
  });

  it('read the bytes of a parser as they read strings', () => {
    fc.assert(
      fc.property(lines, (given) => {
        const raw = HttpHeaders.fromRaw(given.flat().map((field) => Buffer.from(field, 'latin1')));
        expect([...raw]).toEqual(given);
        for (const [one] of given) expect(raw.get(one.toLowerCase())).toBe(new HttpHeaders(given).get(one));
      }),
    );
  });

  it('with, without and merge leave all other lines and the original alone', () => {
    fc.assert(
      fc.property(lines, name, value, (given, one, set) => {
        const headers = new HttpHeaders(given);
        const others = given.filter(([other]) => other.toLowerCase() !== one.toLowerCase());
        const isOther = ([other]: readonly [string, string]) => other.toLowerCase() !== one.toLowerCase();
        expect([...headers.with(one, set)].filter(isOther)).toEqual(others);
        expect(headers.with(one, set).getAll(one)).toEqual([set]);
        expect([...headers.without(one)]).toEqual(others);
        expect([...headers.merge(new HttpHeaders([[one, set]]))]).toEqual([...others, [one, set]]);
        expect([...headers]).toEqual(given);
      }),
    );
  });

  it('refuse every character that could end a line, wherever it stands inside', () => {
    const forbidden = fc.constantFrom('\r', '\n', '\0', '\x0b', '\x7f', '\u0100', '\u2028', '😀');
    fc.assert(
      fc.property(value, forbidden, value, (before, bad, after) => {
        expect(() => new HttpHeaders({ a: before + bad + after })).toThrow(TypeError);
        expect(() => HttpHeaders.empty.with('a', before + bad + after)).toThrow(TypeError);
        expect(() => HttpHeaders.empty.withAdded('a', [before + bad + after])).toThrow(TypeError);
        expect(() => new HttpHeaders({ [`a${bad}`]: 'x' })).toThrow(TypeError);
      }),
    );
  });
});

describe('what headers can be made from', () => {
  it.each<[string, HeadersInit | null | undefined, [string, string][]]>([
    ['nothing', undefined, []],
    ['null', null, []],
    [
      'a record',
      { A: 'b', 'x-y': 'z' },
      [
        ['A', 'b'],
        ['x-y', 'z'],
      ],
    ],
    [
      'a record of lists',
      { A: ['1', '2'], b: [] },
      [
        ['A', '1'],
        ['A', '2'],
      ],
    ],
    ['numbers', { A: 12 }, [['A', '12']]],
    ['a value of undefined', { A: undefined, B: 'c' }, [['B', 'c']]],
    [
      'pairs',
      [
        ['A', '1'],
        ['a', '2'],
      ],
      [
        ['A', '1'],
        ['a', '2'],
      ],
    ],
    ['a Map', new Map([['A', '1']]), [['A', '1']]],
    ["the web's Headers", new Headers({ A: '1' }), [['a', '1']]],
    ['space around a value', { A: ' \t b c\t ' }, [['A', 'b c']]],
    ['nothing but space', { A: ' \t ' }, [['A', '']]],
  ])('%s', (_, init, expected) => {
    expect([...new HttpHeaders(init)]).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ['text', 'A: b', 'must be a record or an iterable of pairs, got string'],
    ['an object as value', { A: {} }, 'the value of header "A" must be a string or a list of strings, got Object'],
    ['null as value', { A: null }, 'got null'],
    ['a boolean', { A: true }, 'got boolean'],
    ['a list in a list', { A: [['b']] }, 'got a list'],
    ['pairs that are none', [['A']], 'must hold [name, value] pairs'],
    ['a list of text', ['A: b'], 'must hold [name, value] pairs'],
    ['an empty name', { '': 'x' }, 'a header name must be a token (RFC 9110 §5.1), got ""'],
    ['a name with a space', { 'A b': 'x' }, 'a header name must be a token'],
    ['a name with a colon', { 'A:': 'x' }, 'a header name must be a token'],
    ['a line end', { A: 'b\r\nC: d' }, 'the value of header "A" has the character U+000D at 1'],
    ['a character above U+00FF', { A: 'a€' }, 'has the character U+20AC at 1'],
    ['a character of two units', { A: 'ab😀' }, 'has the character U+1F600 at 2'],
  ])('not %s', (_, init, message) => {
    expect(() => new HttpHeaders(init as HeadersInit)).toThrow(message);
    expect(() => new HttpHeaders(init as HeadersInit)).toThrow(TypeError);
  });

  it('never shows a bad value, which may be a credential', () => {
    expect(() => new HttpHeaders({ Authorization: 'Bearer s3cret\n' + 'x' })).toThrow(/^(?!.*s3cret)/s);
  });

  it('trims a value of many spaces in one pass', () => {
    const spaces = ' '.repeat(200_000);
    expect(new HttpHeaders({ A: `${spaces}a${spaces}b${spaces}` }).get('a')).toBe(`a${spaces}b`);
  });

  it('reads no key of a polluted prototype', () => {
    const init = Object.create({ Evil: 'x' }) as Record<string, string>;
    init['A'] = 'b';
    expect([...new HttpHeaders(init)]).toEqual([['A', 'b']]);
  });
});

describe('reading', () => {
  const headers = new HttpHeaders([
    ['Set-Cookie', 'a=1'],
    ['X', '1'],
    ['set-cookie', 'b=2, c'],
    ['x', '2'],
  ]);

  it('gives null and no lines for what is not there', () => {
    expect(headers.get('y')).toBeNull();
    expect(headers.getAll('y')).toEqual([]);
    expect(headers.has('y')).toBe(false);
  });

  it('gives Set-Cookie line by line', () => {
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2, c']);
  });

  it('iterates like the web does', () => {
    expect([...headers.keys()]).toEqual(['Set-Cookie', 'X', 'set-cookie', 'x']);
    expect([...headers.values()]).toEqual(['a=1', '1', 'b=2, c', '2']);
    expect([...headers.entries()]).toEqual([...headers]);
    const seen: string[] = [];
    headers.forEach((value, name, all) => {
      seen.push(`${name}=${value}`, String(all === headers));
    });
    expect(seen.slice(2, 4)).toEqual(['X=1', 'true']);
  });
});

describe('changing', () => {
  const headers = new HttpHeaders([
    ['A', '1'],
    ['B', '2'],
    ['a', '3'],
  ]);

  it('puts a replaced line at the place of the first', () => {
    expect([...headers.with('a', ['x', 'y'])]).toEqual([
      ['a', 'x'],
      ['a', 'y'],
      ['B', '2'],
    ]);
  });

  it('adds after the others', () => {
    expect([...headers.withAdded('b', ['4', '5'])].slice(3)).toEqual([
      ['b', '4'],
      ['b', '5'],
    ]);
  });

  it('gives the same instance when there is nothing to remove or merge', () => {
    expect(headers.without('x', 'y')).toBe(headers);
    expect(headers.merge(HttpHeaders.empty)).toBe(headers);
    expect(HttpHeaders.empty.merge(headers)).toBe(headers);
  });
});

describe('what is shown', () => {
  const headers = new HttpHeaders({
    Authorization: 'Bearer s3cret',
    Cookie: 'sid=s3cret',
    'X-Own': 's3cret',
    A: ['1', '2'],
  });

  it('masks secrets in inspect and JSON, and the names that are given beside the list', () => {
    expect(JSON.parse(JSON.stringify(headers))).toEqual({
      authorization: '***',
      cookie: '***',
      'x-own': 's3cret',
      a: ['1', '2'],
    });
    expect(inspect(headers)).toContain("authorization: '***'");
    expect(headers.masked(['x-own'])['x-own']).toBe('***');
  });
});

it.each([
  ['GET', true],
  ['x-y!', true],
  ['', false],
  ['a b', false],
  ['a\n', false],
  ['ä', false],
  ['a:', false],
])('isToken(%j) is %s', (text, expected) => {
  expect(isToken(text)).toBe(expected);
});
