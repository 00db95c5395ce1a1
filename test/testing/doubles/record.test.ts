import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { har } from '../../../src/har/har.ts';
import type { Har } from '../../../src/har/har-format.ts';
import {
  Client,
  type ClientOptions,
  HandlerStack,
  HttpResponse,
  type OAuth2Token,
  oauth2,
  type RequestOptions,
} from '../../../src/index.ts';
import { type RecordOptions, record } from '../../../src/testing/doubles/record.ts';
import { mockHandler } from '../../../src/testing/mock-handler.ts';
import { startServer } from '../../../src/testing/server.ts';
import { faultsOfHar } from '../../har/schema.ts';
import { randomExchanges } from './random-exchanges.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-record-'));
  file = join(folder, 'tape.har');
});
afterEach(() => rmSync(folder, { recursive: true }));

const cassette = () => JSON.parse(readFileSync(file, 'utf8')) as Har;
const offline = async () => {
  throw new Error('there is no network');
};
const clientOf = (options: RecordOptions, given: ClientOptions = {}) =>
  new Client({ handler: HandlerStack.create(record(file, options)), httpErrors: false, ...given });

describe('a cassette', () => {
  it.each([1, 2, 3])('gives 100 random exchanges again without a network, seed %i', async (seed) => {
    const { recorded, replayed } = await randomExchanges(file, seed, 10_000);
    expect(faultsOfHar(cassette())).toEqual([]);
    expect(recorded.filter((one) => Object.hasOwn(one as object, 'code')).length).toBeGreaterThan(3);
    for (const again of replayed) expect(again).toEqual(recorded);
  });

  it('holds no secret of the requests or the answers', async () => {
    const SECRET = 'tops3cretvalue';
    const answers = [
      new HttpResponse(200, { 'Set-Cookie': `sid=${SECRET}; Path=/` }, `<token>${SECRET}</token>`),
      new HttpResponse(200, { 'Content-Encoding': 'gzip' }, gzipSync(JSON.stringify({ access_token: SECRET, a: 1 }))),
      new HttpResponse(302, { Location: `/c?token=${SECRET}` }),
      new HttpResponse(200, {}, new Uint8Array([255, ...Buffer.from(SECRET)])),
    ];
    const run = async (options: RecordOptions, secret: string) => {
      await using client = clientOf(options, { baseUri: 'http://h.test/', cookies: true });
      const first = await client.post('a', { formParams: { password: secret }, auth: ['ada', secret] });
      const second = await client.get('b', { query: { api_key: secret } }).json();
      const third = await client.post('c', { json: { client_secret: secret }, auth: { bearer: secret } });
      return [first.cookies, second, third.redirects.length, (await third.bytes()).byteLength];
    };
    await run({ mode: 'record', handler: mockHandler(answers) }, SECRET);
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(SECRET);
    for (const { response, request } of cassette().log.entries) {
      for (const body of [response.content.text, request.postData?.text]) {
        expect(Buffer.from(body ?? '', 'base64').toString('latin1')).not.toContain(SECRET);
      }
    }
    // Another secret finds the same answers.
    expect(await run({ mode: 'replay' }, 'an0therSecret')).toEqual([
      { sid: '***' },
      { access_token: '***', a: 1 },
      1,
      4,
    ]);
  });
});

describe('the mode', () => {
  const answer = (text: string) => mockHandler([new HttpResponse(200, {}, text)]);

  it('auto records what is not there, and answers what is', async () => {
    expect(
      await clientOf({ handler: answer('first') })
        .get('http://h.test/a')
        .text(),
    ).toBe('first');
    const both = clientOf({ handler: answer('second') });
    expect(await both.get('http://h.test/a').text()).toBe('first');
    expect(await both.get('http://h.test/b').text()).toBe('second');
    expect(cassette().log.entries.map(({ request }) => request.url)).toEqual(['http://h.test/a', 'http://h.test/b']);
  });

  it('record begins anew', async () => {
    await clientOf({ handler: answer('first') }).get('http://h.test/a');
    await clientOf({ handler: answer('second'), mode: 'record' }).get('http://h.test/b');
    expect(cassette().log.entries.map(({ request }) => request.url)).toEqual(['http://h.test/b']);
  });

  it('update asks again, and keeps what was not asked', async () => {
    const handler = mockHandler(['a1', 'a2', 'b'].map((text) => new HttpResponse(200, {}, text)));
    const client = clientOf({ handler });
    for (const path of ['a', 'a', 'b']) await client.get(`http://h.test/${path}`);
    await clientOf({ handler: answer('new'), mode: 'update' }).get('http://h.test/a');
    expect(cassette().log.entries.map(({ response }) => response.content.text)).toEqual(['b', 'new']);
  });

  it('replay says that there is no file', async () => {
    const error = await clientOf({ mode: 'replay' })
      .get('http://h.test/')
      .catch((reason) => reason);
    expect(error).toMatchObject({ name: 'RequestError', code: 'ERR_MOCK_UNMATCHED' });
    expect(error.message).toContain(`the cassette ${file} is not there; make it with mode: 'record'`);
    expect(existsSync(file)).toBe(false);
  });

  it('replay shows the nearest entry and the difference', async () => {
    const handler = mockHandler([new HttpResponse(), new HttpResponse()]);
    const client = clientOf({ handler });
    await client.post('http://h.test/users?x=1', { json: { name: 'Ada', tags: ['a'] } });
    await client.get('http://h.test/other');
    const replay = clientOf({ mode: 'replay' });
    const error = await replay
      .post('http://h.test/users?x=2', { json: { name: 'Eve', tags: ['a'] } })
      .catch((reason) => reason);
    expect(error.message).toContain(
      `${file} has no answer; the nearest is POST http://h.test/users?x=1:\n  query.x[0]: expected "1", got "2"\n  body.name: expected "Ada", got "Eve"`,
    );
  });

  it('replay says that an answer was given before', async () => {
    await clientOf({ handler: answer('once') }).get('http://h.test/');
    const replay = clientOf({ mode: 'replay' });
    await replay.get('http://h.test/');
    await expect(replay.get('http://h.test/')).rejects.toThrow(/its one answer was given already by .*tape\.har/);
  });
});

describe('which recording belongs to a request', () => {
  const ask = async (
    options: RecordOptions,
    first: [string, RequestOptions?],
    then: [string, RequestOptions?],
  ): Promise<string> => {
    const handler = mockHandler([new HttpResponse(200, {}, 'recorded')]);
    await clientOf({ ...options, handler, mode: 'record' }).post(...first);
    return clientOf({ ...options, mode: 'replay' })
      .post(...then)
      .text()
      .catch((error: { code: string }) => error.code);
  };
  const url = 'http://h.test/';
  const rows: [string, RecordOptions, [string, RequestOptions?], [string, RequestOptions?], boolean][] = [
    ['the query is a set', {}, [`${url}?a=1&b=2`], [`${url}?b=2&a=1`], true],
    ['the query counts', {}, [`${url}?a=1`], [`${url}?a=2`], false],
    ['unless it is left out', { match: { query: false } }, [`${url}?a=1`], [`${url}?a=2`], true],
    ['the origin counts', {}, [url], ['http://other.test/'], false],
    [
      'unless one is put in the place of all',
      { normalize: (request) => request.with({ url: request.url.replace(/^http:..[^/]+/, 'http://api.test') }) },
      [`${url}a?b=1`],
      ['http://other.test/a?b=1'],
      true,
    ],
    [
      'or a function looks at the rest',
      { match: (request, recorded) => new URL(request.url).pathname === new URL(recorded.url).pathname },
      [`${url}a`],
      ['http://other.test/a'],
      true,
    ],
    ['headers do not count', {}, [url, { headers: { 'X-A': '1' } }], [url, { headers: { 'X-A': '2' } }], true],
    [
      'unless they are named',
      { match: { headers: ['x-a'] } },
      [url, { headers: { 'X-A': '1' } }],
      [url, { headers: { 'X-A': '2' } }],
      false,
    ],
    ['JSON is a value', {}, [url, { json: { a: 1, b: 2 } }], [url, { json: { b: 2, a: 1 } }], true],
    ['the body counts', {}, [url, { body: 'a' }], [url, { body: 'b' }], false],
    ['unless it is left out', { match: { body: false } }, [url, { body: 'a' }], [url, { body: 'b' }], true],
    [
      'a boundary says nothing',
      {},
      [url, { multipart: [{ name: 'a', contents: '1' }] }],
      [url, { multipart: [{ name: 'a', contents: '1' }] }],
      true,
    ],
    [
      'a function decides',
      { match: (request, recorded) => request.url.slice(0, 15) === recorded.url.slice(0, 15) },
      [`${url}aa`],
      [`${url}ab`],
      true,
    ],
    [
      'what differs each time is made the same',
      { normalize: (request) => request.with({ body: String(request.body).replace(/\d+/, '0') }) },
      [url, { body: 'at 17' }],
      [url, { body: 'at 18' }],
      true,
    ],
  ];
  it.each(rows)('%s', async (_, options, first, then, isFound) => {
    expect(await ask(options, first, then)).toBe(isFound ? 'recorded' : 'ERR_MOCK_UNMATCHED');
  });
});

describe('a client with oauth2', () => {
  it.each(['record', 'auto'] as const)('recorded in mode %s is replayed, its token masked', async (mode) => {
    const server = await startServer({
      listener: (request, response) => {
        const isToken = request.url === '/token';
        const token = {
          access_token: 'tops3cret',
          token_type: 'Bearer',
          expires_in: 3600,
          refresh_token: 'l0ngsecret',
        };
        response.writeHead(!isToken && request.headers.authorization !== 'Bearer tops3cret' ? 401 : 200, {
          'Content-Type': 'application/json',
        });
        response.end(JSON.stringify(isToken ? token : { path: request.url }));
      },
    });
    const run = async (options: RecordOptions) => {
      await using inner = clientOf(options, { baseUri: `${server.origin}/` });
      const formParams = { grant_type: 'refresh_token', refresh_token: 'l0ngsecret' };
      const refresh = () => inner.post('token', { formParams }).json<OAuth2Token>();
      const api = inner.extend({ auth: oauth2({ refresh }) });
      return [await api.get('users/1').json(), await api.get('users/2').json()];
    };
    const recorded = await run({ mode });
    await server.close();
    expect(recorded).toEqual([{ path: '/users/1' }, { path: '/users/2' }]);
    expect(await run({ mode: 'replay', handler: offline })).toEqual(recorded);
    expect(await run({ mode: 'auto', handler: offline })).toEqual(recorded);
    const [token] = cassette().log.entries;
    expect(JSON.parse(token!.response.content.text!)).toEqual({
      access_token: '***',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: '***',
    });
    expect(readFileSync(file, 'utf8')).not.toMatch(/tops3cret|l0ngsecret/);
  });
});

describe('the file', () => {
  it.each([
    ['cut', '{"log":{"entries":[{"request"', /tape\.har is no JSON/],
    ['of another kind', '{"a":1}', /tape\.har is no HAR/],
    [
      'with a status that is none',
      '{"log":{"entries":[{"request":{"method":"GET","url":"http://h.test/"},"response":{"status":1}}]}}',
      /entry 0 of .*tape\.har/,
    ],
  ])('that is %s is refused, and left as it is', async (_, text, message) => {
    writeFileSync(file, text);
    await expect(clientOf({ handler: mockHandler([new HttpResponse()]) }).get('http://h.test/')).rejects.toThrow(
      message,
    );
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('of another tool is replayed', async () => {
    const entry = {
      request: { method: 'GET', url: 'http://h.test/a', headers: [{ name: ':authority', value: 'h.test' }] },
      response: {
        status: 200,
        httpVersion: 'h2',
        headers: [],
        content: { mimeType: 'text/plain', text: 'from a browser' },
      },
    };
    const blocked = {
      request: { method: 'GET', url: 'http://h.test/b' },
      response: { status: 0, _error: 'net::ERR_FAILED' },
    };
    writeFileSync(file, JSON.stringify({ log: { version: '1.2', creator: {}, entries: [entry, blocked] } }));
    const client = clientOf({ mode: 'replay' });
    expect(await client.get('http://h.test/a').text()).toBe('from a browser');
    await expect(client.get('http://h.test/b')).rejects.toMatchObject({ name: 'NetworkError' });
  });

  it('that sluice/har has saved is replayed', async () => {
    await using server = await startServer();
    const archive = har({ bodies: true });
    const ask = async (client: Client) => {
      const failed = await client
        .attempt('GET', 'close-in-body')
        .then(([, error]) => (error as { code?: string })?.code);
      const { redirects, status } = await client.get('redirect/1');
      const streamed = await client.get('bytes/70000', { stream: true }).bytes();
      return [failed, redirects, status, await client.get('gzip').text(), Buffer.from(streamed).toString('base64')];
    };
    const baseUri = `${server.origin}/`;
    await using live = new Client({ handler: HandlerStack.create().push(archive.layer), baseUri });
    const seen = await ask(live);
    await archive.save(file);
    expect(await ask(clientOf({ mode: 'replay' }, { baseUri }))).toEqual(seen);
  });

  it('edited by hand gives what stands there', async () => {
    const head = { 'Content-Type': 'application/json', 'Content-Length': '7' };
    await clientOf({ handler: mockHandler([new HttpResponse(200, head, '{"a":1}')]) }).get('http://h.test/');
    const edited = cassette();
    edited.log.entries[0]!.response.content.text = '{"a":"changed"}';
    edited.log.entries[0]!.response.status = 201;
    writeFileSync(file, JSON.stringify(edited));
    const response = await clientOf({ mode: 'replay' }).get('http://h.test/');
    expect([response.status, await response.json()]).toEqual([201, { a: 'changed' }]);
    expect(response.headers.get('content-length')).toBe('15');
  });

  it('has each of many at once, in their order', async () => {
    const handler = mockHandler(Array.from({ length: 50 }, (_, at) => new HttpResponse(200, {}, `${at}`)));
    await using client = clientOf({ handler });
    await Promise.all(Array.from({ length: 50 }, (_, at) => client.get(`http://h.test/${at}`)));
    expect(cassette().log.entries.map(({ request }) => request.url)).toEqual(
      Array.from({ length: 50 }, (_, at) => `http://h.test/${at}`),
    );
  });

  it('has no part of what the caller stopped', async () => {
    const stop = new AbortController();
    const waiting = async () => {
      stop.abort('enough');
      return new Promise<HttpResponse>(() => undefined);
    };
    const client = clientOf({ handler: mockHandler([waiting, new HttpResponse(200, {}, 'x')]) });
    const stopped = client.get('http://h.test/a', { signal: stop.signal });
    await expect(stopped).rejects.toBe('enough');
    await expect(
      client.get('http://h.test/b', {
        onHeaders: () => {
          throw new Error('mine');
        },
      }),
    ).rejects.toMatchObject({ code: 'ERR_ON_HEADERS' });
    expect(existsSync(file)).toBe(false);
  });

  it('says of a long body that was not read that its rest is not there', async () => {
    await using server = await startServer();
    const uri = server.url('/bytes/5000000');
    {
      await using client = clientOf({ mode: 'record' });
      for await (const _ of await client.get(uri, { stream: true })) break;
    }
    const error = await clientOf({ mode: 'replay' })
      .get(uri)
      .catch((reason) => reason);
    expect(error).toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TRUNCATED' });
    expect(error.message).toContain('it was not read when it was recorded');
  });
});

describe('a mistake in the options', () => {
  it.each([
    [{ mode: 'rewind' }, /option mode of record must be one of auto, record, replay, update, got "rewind"/],
    [{ handler: 1 }, /option handler of record must be a function/],
    [{ normalize: 1 }, /option normalize/],
    [{ match: 1 }, /option match/],
    [{ match: { path: true } }, /match of record has no setting path; there are query, headers, body/],
    [{ match: { header: ['a'] } }, /did you mean "headers"/],
    [{ match: ['query'] }, /match of record takes { query, headers, body }, got/],
    [{ match: { query: 'no' } }, /option match.query of record must be true or false, got string/],
    [{ match: { headers: 'accept' } }, /option match.headers of record must be a list of names, got string/],
    [{ redact: 'a' }, /option redact of record must be a list of names/],
  ])('%o', (options, message) => {
    expect(() => record(file, options as RecordOptions)).toThrow(message);
  });

  it('no file', () => {
    expect(() => record(undefined as never)).toThrow(/takes the path of a file/);
  });
});
