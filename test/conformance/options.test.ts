/** Options at the two doors: types, offs, durations, names. */
import { Client, type ClientOptions, HandlerStack, HttpResponse, type Middleware } from 'sluice';
import { mockHandler } from 'sluice/testing';
import { describe, expect, it } from 'vitest';
import { rejection } from './site-of-all-handlers.ts';

const uri = 'http://example.test/';
const client = (options: ClientOptions = {}, mock = mockHandler([new HttpResponse(), new HttpResponse()])) =>
  new Client({ handler: HandlerStack.create(mock), ...options });

const wrong: Record<string, unknown[]> = {
  baseUri: [1, {}],
  uriVars: ['x', 1],
  headers: ['x', 1, true, { A: {} }, { A: true }, ['a', 'b']],
  query: [1, true],
  arrayFormat: ['dots', 1],
  body: [true, 1, { a: 1 }],
  formParams: ['a=1', 1],
  multipart: ['x', { a: 1 }],
  auth: ['x', ['a'], ['a', 1], ['a', 'b', 'ntlm'], {}, { bearer: 1 }],
  allowRedirects: [
    'x',
    5,
    { max: -1 },
    { max: 'x' },
    { strict: 'x' },
    { protocols: 'http' },
    { onRedirect: 1 },
    { maxx: 3 },
    { keepHeader: ['a'] },
  ],
  httpErrors: ['x', 1],
  cookies: ['a=1', 1],
  decodeContent: [1, {}],
  retry: [
    -1,
    1.5,
    'x',
    true,
    { limit: -1 },
    { limit: 'x' },
    { methods: 'GET' },
    { statuses: [1000] },
    { decider: 1 },
    { limt: 3 },
  ],
  delay: [-1, 0.5, '5', 'x', Number.NaN, {}, true],
  timeout: [-1, 0.5, '5', '1 s', 'x', Number.NaN, {}, true],
  connectTimeout: [-1, '5'],
  headersTimeout: [-1, '5'],
  readTimeout: [-1, '5'],
  signal: [1, {}, 'x'],
  stream: ['x', 1],
  sink: [1, {}],
  maxResponseSize: [-1, 1.5, '1MB', 0, true],
  maxHeaderSize: [-1, 1.5, '1KB', true],
  expect: ['x', -1],
  onHeaders: [1, 'x', {}],
  onStats: [1],
  progress: [1],
  denyPrivateNetwork: ['x', 1],
  allowAbsoluteUrls: ['x'],
  keepAlive: ['x'],
  redact: ['x', [1]],
  proxy: [1, true],
  verify: [1, {}],
  version: ['4', 1.1],
  forceIpResolve: ['v5', 4],
  lookup: ['x'],
  localAddress: [1],
  socketPath: [1],
  debug: ['x', 1, {}],
};

describe('a wrong option', () => {
  const rows = Object.entries(wrong).flatMap(([name, values]) => values.map((value) => [name, value] as const));

  it.each(rows)('%s: %j is a TypeError that names it, in a call, before anything is sent', async (name, value) => {
    const mock = mockHandler([new HttpResponse()]);
    const error = await rejection(client({}, mock).post(uri, { [name]: value }));
    expect([
      error.name,
      error.message.toLowerCase().includes(name.toLowerCase()) || /redirect|header|body/i.test(error.message),
    ]).toEqual(['TypeError', true]);
    expect(mock.requests.length).toBe(0);
  });

  it.each(rows)('%s: %j is a TypeError of the constructor', (name, value) => {
    if (name === 'body' || name === 'headers') return;
    expect(() => client({ [name]: value })).toThrow(TypeError);
  });

  it('headers that cannot be are a TypeError of the constructor', () => {
    for (const headers of ['x', 1, { A: {} }, { 'bad name': 'x' }, { A: 'a\r\nb' }])
      expect(() => client({ headers: headers as never })).toThrow(TypeError);
  });

  it('handler is a TypeError of the constructor', () => {
    for (const handler of [1, 'x', {}, null])
      expect(() => new Client({ handler: handler as never })).toThrow(TypeError);
  });

  it('says what was given and what was expected', async () => {
    const error = await rejection(client().get(uri, { timeout: 'soon' }));
    expect(error.message).toMatch(/timeout/);
    expect(error.message).toMatch(/soon/);
    expect(error.message).toMatch(/1\.5s|milliseconds/);
  });
});

describe('switching off', () => {
  const names = Object.keys(wrong).filter((name) => !['body'].includes(name));

  it.each(
    names.flatMap(
      (name) =>
        [
          [name, null],
          [name, undefined],
        ] as const,
    ),
  )('%s: %j is accepted', async (name, value) => {
    if (name === 'version' || name === 'baseUri') expect((await client().get(uri, { [name]: value })).status).toBe(200);
    else expect((await client({ [name]: value } as never).get(uri, { [name]: value })).status).toBe(200);
  });

  it.each(names)('%s: false is accepted', async (name) => {
    expect((await client().get(uri, { [name]: false })).status).toBe(200);
  });
});

describe('bodies', () => {
  it.each([
    [{ body: 'a', json: 1 }],
    [{ json: 1, formParams: {} }],
    [{ formParams: {}, multipart: [] }],
    [{ body: 'a', multipart: [] }],
    [{ body: 'a', json: null }],
  ])('%j exclude each other', async (options) => {
    const error = await rejection(client().post(uri, options as never));
    expect(error.name).toBe('TypeError');
    for (const name of Object.keys(options)) expect(error.message).toContain(name);
    expect(() => client(options as never)).toThrow(TypeError);
  });

  it('one of which is off do not', async () => {
    expect((await client().post(uri, { body: null, json: 1 })).status).toBe(200);
  });
});

describe('names', () => {
  it.each([
    ['timout', 'timeout'],
    ['header', 'headers'],
    ['http_error', 'httpErrors'],
    ['allowRedirect', 'allowRedirects'],
    ['Timeout', 'timeout'],
    ['formparams', 'formParams'],
    ['decode_contents', 'decodeContent'],
  ])('%s is a TypeError: did you mean %s', async (given, meant) => {
    const error = await rejection(client().get(uri, { [given]: 1 } as never));
    expect([error.name, error.message]).toEqual([
      'TypeError',
      expect.stringMatching(new RegExp(`did you mean.*${meant}`)),
    ]);
    expect(() => client({ [given]: 1 } as never)).toThrow(/did you mean/);
  });

  it('far from every known one are for the user’s own layers', async () => {
    const mock = mockHandler([new HttpResponse()]);
    await client({}, mock).get(uri, { tenantOfThisCall: 'x' } as never);
    expect((mock.lastOptions as Record<string, unknown>)['tenantOfThisCall']).toBe('x');
  });

  it('close to a known one may be declared by a layer', async () => {
    const layer: Middleware & { options?: string[] } = (next) => next;
    layer.options = ['headerz'];
    const stack = HandlerStack.create(mockHandler([new HttpResponse()])).push(layer, 'mine');
    expect((await new Client({ handler: stack }).get(uri, { headerz: 1 } as never)).status).toBe(200);
  });
});

describe('durations', () => {
  const pairs: [unknown, number][] = [
    [1500, 1500],
    ['1.5s', 1500],
    ['250ms', 250],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['0s', 0],
    [0, 0],
    [false, 0],
  ];

  it.each(pairs)('%j is %i milliseconds', async (given, expected) => {
    const mock = mockHandler([new HttpResponse()]);
    await client({}, mock).get(uri, { connectTimeout: given as never });
    expect(mock.lastOptions?.connectTimeout).toBe(expected);
  });

  it('of a fraction of a millisecond is an error that says what to write', async () => {
    expect((await rejection(client().get(uri, { timeout: 2.5 }))).message).toContain("'2.5s'");
  });
});

describe('a refused request', () => {
  it.each([
    ['an empty method', () => client().request('', uri)],
    ['CR/LF in the method', () => client().request('GET\r\nX: y', uri)],
    ['CR/LF in the URI', () => client().get(`${uri}\r\nX: y`)],
    ['CR/LF in a header', () => client().get(uri, { headers: { 'X-A': 'a\r\nEvil: 1' } })],
    ['LF in a header’s name', () => client().get(uri, { headers: { 'X\nA': 'a' } })],
    ['NUL in a header', () => client().get(uri, { headers: { 'X-A': 'a\0' } })],
    ['a header that is an object', () => client().get(uri, { headers: { 'X-A': {} as never } })],
    ['CR/LF in a user name', () => client().get(uri, { headers: { Authorization: 'Basic a\r\n' } })],
  ])('for %s is a TypeError', async (_, call) => {
    expect((await rejection(call())).name).toBe('TypeError');
  });

  it.each([
    'ftp://example.test/',
    'file:///etc/passwd',
    'mailto:a@b',
    'data:,x',
    'javascript:1',
    'http:///x',
    'http://',
    'http:example.test',
    'http://exa mple.test/',
    'http://a.test\\@b.test/',
    'relative',
  ])('for %s is a RequestError that names what was given', async (given) => {
    const error = await rejection(client().get(given));
    expect(error.name).toBe('RequestError');
    expect(error.message).toContain(given.slice(0, 6));
  });
});
