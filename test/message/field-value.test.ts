import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Client, HandlerStack, HttpResponse } from '../../src/index.ts';
import { isFields, textOf } from '../../src/message/field-value.ts';
import { encodeForm, encodeQuery, type FieldsInit, mergeQuery } from '../../src/message/query.ts';

class Money {
  constructor(readonly cents: number) {}
  toString(): string {
    return `${this.cents / 100} EUR`;
  }
}
class Moment {
  readonly at = 0;
  toString(): string {
    return 'Thu Jan 01 1970';
  }
  toJSON(): string {
    return '1970-01-01T00:00:00.000Z';
  }
}
class Opaque {
  readonly secret = 'planted';
}

describe('values of a query and a form', () => {
  it.each([
    ['a date', new Date(0), 'a=1970-01-01T00%3A00%3A00.000Z'],
    ['a date of another realm', runInNewContext('new Date(0)'), 'a=1970-01-01T00%3A00%3A00.000Z'],
    ['a URL', new URL('http://h/x?y=1'), 'a=http%3A%2F%2Fh%2Fx%3Fy%3D1'],
    ['a bigint', 10n, 'a=10'],
    ['boxed text', Object('x'), 'a=x'],
    ['a boxed number', Object(5), 'a=5'],
    ['a boxed boolean', Object(false), 'a=false'],
    ['a boxed bigint', Object(7n), 'a=7'],
    ['a set', new Set([1, 'x']), 'a%5B0%5D=1&a%5B1%5D=x'],
    ['an empty set', new Set(), ''],
    [
      'a map',
      new Map<unknown, unknown>([
        ['x', 1],
        [2, new Date(0)],
      ]),
      'a%5Bx%5D=1&a%5B2%5D=1970-01-01T00%3A00%3A00.000Z',
    ],
    ['dates in a list', [new Date(0)], 'a%5B0%5D=1970-01-01T00%3A00%3A00.000Z'],
    ['an instance that writes itself', new Money(250), 'a=2.5%20EUR'],
    ['an instance with a toJSON of text', new Moment(), 'a=1970-01-01T00%3A00%3A00.000Z'],
    ['parameters', new URLSearchParams('x=1&y=2'), 'a=x%3D1%26y%3D2'],
    ['a record of another realm', runInNewContext('({ b: [1] })'), 'a%5Bb%5D%5B0%5D=1'],
    ['a record without a prototype', Object.assign(Object.create(null), { b: 1 }), 'a%5Bb%5D=1'],
  ])('%s', (_, value, expected) => {
    expect(encodeQuery({ a: value })).toBe(expected);
    expect(encodeQuery(new Map([['a', value]]))).toBe(expected);
    expect(encodeForm({ a: value })).toBe(expected.replaceAll('%20', '+'));
  });

  it.each([
    ['a function', () => 'planted', 'got function'],
    ['a symbol', Symbol('planted'), 'got symbol'],
    ['a promise', Promise.resolve('planted'), 'a promise'],
    ['an instance without text', new Opaque(), 'Opaque'],
    ['an invalid date', new Date(Number.NaN), 'an invalid date'],
    ['an invalid date of another realm', runInNewContext('new Date(NaN)'), 'an invalid date'],
    ['a blob', new Blob(['planted']), 'Blob'],
    ['bytes', Buffer.from('planted'), 'Buffer'],
    ['a buffer', new ArrayBuffer(3), 'ArrayBuffer'],
    ['an error', new Error('planted'), 'Error'],
    ['a weak map', new WeakMap(), 'WeakMap'],
    ['half of a surrogate pair', 'planted\ud83d', 'half of a surrogate pair'],
  ])('%s is refused, with its key', (_, value, found) => {
    for (const data of [{ since: value }, { since: [value] }, { deep: { since: value } }]) {
      for (const format of ['indices', 'brackets', 'repeat', 'comma'] as const) {
        const attempt = () => encodeQuery(data as FieldsInit, format);
        expect(attempt).toThrow(TypeError);
        expect(attempt).toThrow(found);
        expect(attempt).toThrow('since');
        expect(attempt).not.toThrow('planted');
      }
    }
  });

  it('refuses a map with keys that are objects', () => {
    expect(() => encodeQuery({ a: new Map([[{}, 1]]) } as never)).toThrow(
      'a key of the map "a" must be text or a number',
    );
  });

  it('refuses a record in a list of commas', () => {
    expect(() => encodeQuery({ a: [{ b: 1 }] }, 'comma')).toThrow("arrayFormat: 'comma' cannot write");
    expect(encodeQuery({ a: [[1, 2], new Set([3]), new Date(0)] }, 'comma')).toBe(
      'a=1%2C2%2C3%2C1970-01-01T00%3A00%3A00.000Z',
    );
  });

  it.each([
    [new Set(), ''],
    [new Map(), ''],
    [[], ''],
    [{}, ''],
    [new Date(0), 'a=1970-01-01T00%3A00%3A00.000Z'],
  ])('%o over a key of the URI', (value, expected) => {
    expect(mergeQuery('a=1', undefined, { a: value })).toBe(expected);
    expect(mergeQuery('a=1', undefined, new Map([['a', value]]))).toBe(expected);
  });

  it('writes what an object writes of itself, once', () => {
    let asked = 0;
    const value = { __proto__: { toString: () => `${++asked}`, __proto__: {} } };
    expect(textOf(value, 'a')).toBe('1');
  });

  it('takes no toJSON from a polluted prototype', () => {
    const polluted = Object.prototype as { toJSON?: unknown };
    polluted.toJSON = () => 'evil';
    try {
      expect(encodeQuery({ a: new Money(100), b: { c: 1 } })).toBe('a=1%20EUR&b%5Bc%5D=1');
      expect(() => encodeQuery({ a: new Opaque() } as never)).toThrow('Opaque');
    } finally {
      delete polluted.toJSON;
    }
  });
});

describe('the doors', () => {
  const sent: { url: string; body: string }[] = [];
  const stack = HandlerStack.create(async (request) => {
    sent.push({ url: request.url, body: new TextDecoder().decode(request.body?.bytes) });
    return new HttpResponse(200);
  });
  const client = new Client({ handler: stack, baseUri: 'http://h/' });

  class Search {
    readonly lang = 'en';
    readonly since = new Date(0);
  }
  interface Typed {
    lang: string;
    page?: number;
  }

  it('takes maps, instances with properties and interfaces as query, form and variables', async () => {
    const typed: Typed = { lang: 'en' };
    for (const fields of [new Map([['lang', 'en']]), typed]) {
      sent.length = 0;
      await client.post('x{?lang}', { query: fields, formParams: fields, uriVars: fields });
      expect(sent).toEqual([{ url: 'http://h/x?lang=en', body: 'lang=en' }]);
    }
    await client.get('x', { query: new Search() });
    expect(sent[1]?.url).toBe('http://h/x?lang=en&since=1970-01-01T00%3A00%3A00.000Z');
  });

  it.each([
    ['a date', new Date(0)],
    ['a set', new Set(['a'])],
    ['a promise', Promise.resolve({})],
    ['a form', new FormData()],
    ['headers', new Headers({ a: 'b' })],
    ['a URL', new URL('http://h/')],
    ['a list', ['a']],
  ])('%s is no record of values', async (_, value) => {
    for (const name of ['query', 'formParams', 'uriVars']) {
      await expect(client.post('x', { [name]: value })).rejects.toThrow(TypeError);
      await expect(client.post('x', { [name]: value })).rejects.toThrow(`option ${name} must be`);
      expect(() => new Client({ [name]: value })).toThrow(`option ${name} must be`);
    }
  });

  it.each([{ a: Symbol('x') }, { a: Promise.resolve() }, { a: new Date(Number.NaN) }])(
    'the constructor refuses a query of %o, and a call rejects',
    async (query) => {
      expect(() => new Client({ query: query as never })).toThrow(/the value of "a"/);
      await expect(client.get('x', { query: query as never })).rejects.toThrow(/the value of "a"/);
      await expect(client.get('x', { formParams: query as never })).rejects.toThrow(/the value of "a"/);
      await expect(client.get('x{a}', { uriVars: query as never })).rejects.toThrow(/the value of "a"/);
    },
  );

  it('sends no request for another resource when a variable has no text', async () => {
    sent.length = 0;
    await expect(client.delete('users/{id}', { uriVars: { id: Promise.resolve(1) } })).rejects.toThrow(TypeError);
    await expect(client.delete('users/{id}/keys', { uriVars: { id: '..' } })).rejects.toMatchObject({
      code: 'ERR_URI',
    });
    await client.delete('users/{id}', { uriVars: { id: 10n } });
    expect(sent.map(({ url }) => url)).toEqual(['http://h/users/10']);
  });

  it('extends a map by a record, key by key', async () => {
    sent.length = 0;
    await client
      .extend({
        query: new Map([
          ['a', 1],
          ['b', 2],
        ]),
      })
      .extend({ query: { b: 3 } })
      .get('x');
    expect(sent[0]?.url).toBe('http://h/x?a=1&b=3');
  });

  it('knows what a record of values is', () => {
    expect([{}, new Map(), new Search(), new (class {})(), Object.create(null)].map(isFields)).toEqual([
      true,
      true,
      true,
      true,
      true,
    ]);
    expect([new Date(), new Set(), [1], Promise.resolve(), new URLSearchParams('a=1')].map(isFields)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
