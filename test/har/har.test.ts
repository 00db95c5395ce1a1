import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HarOptions, har } from '../../src/har/har.ts';
import type { HarEntry } from '../../src/har/har-format.ts';
import { Client, type ClientOptions, ConnectError, HandlerStack, HttpResponse, NetworkError } from '../../src/index.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { type MockItem, mockHandler } from '../../src/testing/mock-handler.ts';
import { startServer } from '../../src/testing/server.ts';
import { faultsOfHar } from './schema.ts';

function archived(answers: readonly MockItem[], options: HarOptions = {}, given: ClientOptions = {}) {
  const archive = har(options);
  const handler = HandlerStack.create(mockHandler(answers)).push(archive.layer);
  return { archive, client: new Client({ handler, httpErrors: false, ...given }) };
}

const url = 'http://h.test/a';
const no = () => 0;

describe('the archive', () => {
  it('has an entry for each attempt and hop, in order, and is valid', async () => {
    const { archive, client } = archived([
      new HttpResponse(302, { Location: '/b?x=1' }),
      new HttpResponse(503),
      new NetworkError('the line is dead', { code: 'ERR_RESET' }),
      new HttpResponse(200, { 'Content-Type': 'text/plain' }, 'hello'),
    ]);
    await client.get(url, { retry: { limit: 2, delay: no } });
    const seen = archive.log.entries.map((entry) => [
      entry.request.url,
      entry.response.status,
      entry._attempt,
      entry._hop,
      entry._error?.code,
    ]);
    expect(seen).toEqual([
      [url, 302, 1, 0, undefined],
      ['http://h.test/b?x=1', 503, 1, 1, undefined],
      ['http://h.test/b?x=1', 0, 2, 1, 'ERR_RESET'],
      ['http://h.test/b?x=1', 200, 3, 1, undefined],
    ]);
    expect(archive.log.entries[0]?.response.redirectURL).toBe('/b?x=1');
    expect(archive.log.entries[1]?.request.queryString).toEqual([{ name: 'x', value: '1' }]);
    expect(faultsOfHar(archive)).toEqual([]);
    expect(faultsOfHar(JSON.parse(JSON.stringify(archive)))).toEqual([]);
  });

  it('numbers calls, so that what one of them sent can be put together', async () => {
    const answers = [302, 200, 503, 200].map(
      (status) => new HttpResponse(status, status === 302 ? { Location: '/b' } : {}),
    );
    const { archive, client } = archived(answers);
    await client.get(url);
    await client.get(url, { retry: { limit: 1, delay: no } });
    expect(archive.log.entries.map(({ _call, _hop, _attempt }) => [_call, _hop, _attempt])).toEqual([
      [1, 0, 1],
      [1, 1, 1],
      [2, 0, 1],
      [2, 0, 2],
    ]);
  });

  it('has entries in the order in which requests began, whichever ends first', async () => {
    let open: (response: HttpResponse) => void = () => undefined;
    const late = new Promise<HttpResponse>((resolve) => {
      open = resolve;
    });
    const { archive, client } = archived([late, new HttpResponse(200)]);
    const first = client.get('http://h.test/first');
    await client.get('http://h.test/second');
    open(new HttpResponse(200));
    await first;
    expect(archive.log.entries.map(({ request }) => request.url)).toEqual([
      'http://h.test/first',
      'http://h.test/second',
    ]);
  });

  it('says when a request began, by a clock that counts from 1970', async () => {
    const clock = new FakeClock(Date.UTC(2044, 10, 6, 8, 49, 37));
    const { archive, client } = archived([new HttpResponse()], {}, { clock });
    await client.get(url);
    expect(archive.log.entries[0]?.startedDateTime).toBe('2044-11-06T08:49:37.000Z');
  });

  it('copies itself for whoever writes it', async () => {
    const { archive, client } = archived([new HttpResponse()]);
    await client.get(url);
    archive.toJSON().log.entries.length = 0;
    expect(archive.log.entries).toHaveLength(1);
  });

  it('shows no code of an authorization answer, in the URL, in the query and where it is repeated', async () => {
    const { archive, client } = archived([new HttpResponse(200, { 'X-Echo': 'it was tops3cret' })]);
    await client.get('http://h.test/cb?code=tops3cret&state=abc');
    expect(archive.log.entries[0]?.request.url).toBe('http://h.test/cb?code=***&state=abc');
    expect(archive.log.entries[0]?.request.queryString).toContainEqual({ name: 'code', value: '***' });
    expect(JSON.stringify(archive)).not.toContain('tops3cret');
  });

  it('takes its name in a printed stack', () => {
    expect(String(new HandlerStack(mockHandler()).push(har().layer))).toBe('har > mock');
  });

  it.each([
    [{ bodies: -1 }, 'bodies'],
    [{ bodies: 'all' }, 'bodies'],
    [{ redact: 'x' }, 'redact'],
  ])('refuses the options %o', (options, name) => {
    expect(() => har(options as HarOptions)).toThrow(new RegExp(`option ${name} of har`));
  });
});

describe('bodies', () => {
  const content = ({ archive }: ReturnType<typeof archived>) => archive.log.entries[0]?.response.content;

  it('are left out unless asked for, with their size', async () => {
    const made = archived([new HttpResponse(200, {}, 'hello')]);
    await made.client.post(url, { body: 'sent' });
    expect(content(made)).toEqual({ size: 5, mimeType: 'x-unknown' });
    expect(made.archive.log.entries[0]?.request).toMatchObject({ bodySize: 4 });
    expect(made.archive.log.entries[0]?.request.postData).toBeUndefined();
  });

  it('are text where they are text, and base64 elsewhere', async () => {
    const answers = [
      new HttpResponse(200, { 'Content-Type': 'application/json' }, '{"a":"ü"}'),
      new HttpResponse(200, { 'Content-Type': 'image/png' }, new Uint8Array([137, 80, 255, 0])),
      new HttpResponse(200, { 'Content-Type': 'text/plain; charset=iso-8859-1' }, new Uint8Array([0xfc])),
    ];
    const { archive, client } = archived(answers, { bodies: true });
    for (const _ of answers) await client.post(url, { json: { b: 1 } });
    expect(archive.log.entries.map(({ response }) => [response.content.text, response.content.encoding])).toEqual([
      ['{"a":"ü"}', undefined],
      [Buffer.from([137, 80, 255, 0]).toString('base64'), 'base64'],
      ['/A==', 'base64'],
    ]);
    expect(archive.log.entries[0]?.request.postData).toEqual({ mimeType: 'application/json', text: '{"b":1}' });
  });

  it.each([false, true])('are decoded, and the answer is left as it was, stream: %s', async (stream) => {
    const text = 'a'.repeat(5000);
    const made = archived([new HttpResponse(200, { 'Content-Encoding': 'gzip' }, gzipSync(text))], { bodies: true });
    expect(await made.client.get(url, { stream }).text()).toBe(text);
    const size = gzipSync(text).byteLength;
    expect(content(made)).toMatchObject({ text, size: 5000, compression: 5000 - size });
    expect(faultsOfHar(made.archive)).toEqual([]);
  });

  it('beyond the limit are not kept, and it says so', async () => {
    const made = archived([new HttpResponse(200, {}, 'hello!')], { bodies: 5 });
    expect(await made.client.get(url).text()).toBe('hello!');
    expect(content(made)).toEqual({
      size: 6,
      mimeType: 'x-unknown',
      comment: 'the body is longer than the limit of 5 bytes',
    });
  });

  it('that are streamed and never read have an entry all the same', async () => {
    const made = archived([new HttpResponse(200, {}, 'hello')], { bodies: true });
    const response = await made.client.get(url, { stream: true });
    expect(made.archive.log.entries).toHaveLength(1);
    await response.discard();
    expect(faultsOfHar(made.archive)).toEqual([]);
  });
});

describe('over a real server', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-har-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('has timings whose sum is the time, and saves a valid file for its owner alone', async () => {
    await using server = await startServer();
    const archive = har({ bodies: true });
    const handler = HandlerStack.create().push(archive.layer);
    await using client = new Client({ handler, baseUri: `${server.origin}/`, httpErrors: false });
    await client.get('gzip');
    await client.get('bytes/100000', { stream: true }).bytes();
    await client.post('anything', { formParams: { a: 1 } });
    await client.attempt('GET', 'close-in-body');
    await client.attempt('GET', 'http://127.0.0.1:1/');
    const path = join(folder, 'deep', 'session.har');
    await archive.save(path);
    const saved = JSON.parse(readFileSync(path, 'utf8')) as { log: { entries: HarEntry[] } };
    expect(faultsOfHar(saved)).toEqual([]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const { time, timings } of saved.log.entries) {
      const { blocked, dns, connect, send, wait, receive } = timings;
      const sum = [blocked, dns, connect, send, wait, receive].reduce((all, one) => all + Math.max(0, one), 0);
      expect(time).toBeCloseTo(sum, 2);
    }
    expect(saved.log.entries[0]?.timings.connect).toBeGreaterThan(0);
    expect(saved.log.entries.map(({ response, _error }) => [response.status, _error?.code])).toEqual([
      [200, undefined],
      [200, undefined],
      [200, undefined],
      [200, 'ERR_BODY_TRUNCATED'],
      [0, 'ERR_CONNECT_REFUSED'],
    ]);
  });

  it('says which file cannot be written', async () => {
    await expect(har().save(`${folder}/\0`)).rejects.toThrow(/the HAR file .* cannot be written/);
  });
});

describe('secrets', () => {
  const SECRET = 'tops3cretvalue';

  it('are nowhere in the archive, whatever part holds them', async () => {
    const echo = (text: string) => ({ 'Content-Type': 'text/plain', 'X-Echo': `you sent ${text}` });
    const answers = [
      new HttpResponse(200, { 'Set-Cookie': `sid=${SECRET}; Path=/; HttpOnly`, ...echo(SECRET) }, `again: ${SECRET}`),
      new HttpResponse(302, { Location: `/b?token=${SECRET}` }, JSON.stringify({ access_token: SECRET })),
      new HttpResponse(200, {}, new Uint8Array([255, ...Buffer.from(SECRET), 254])),
      new HttpResponse(200, { 'Content-Encoding': 'gzip' }, gzipSync(JSON.stringify({ nested: { x: [SECRET] } }))),
      new ConnectError(`could not reach http://u:${SECRET}@h.test/`, { code: 'ERR_CONNECT' }),
    ];
    const { archive, client } = archived(answers, { bodies: true, redact: ['x-own'] }, { cookies: true });
    await client.get(`http://h.test/?api_key=${SECRET}#${SECRET}`);
    await client.post(url, { auth: ['ada', SECRET], json: { password: SECRET, 'x-own': SECRET } });
    await client.post(url, { formParams: { client_secret: SECRET, a: 1 }, headers: { 'X-Own': SECRET } });
    await client
      .post(url, { multipart: [{ name: 'password', contents: SECRET }], auth: { bearer: SECRET } })
      .catch(() => undefined);
    const text = JSON.stringify(archive);
    expect(text).not.toContain(SECRET);
    for (const { request, response } of archive.log.entries) {
      const bodies = [request.postData?.text, response.content.text].map((one) => one ?? '');
      for (const body of bodies) expect(Buffer.from(body, 'base64').toString('latin1')).not.toContain(SECRET);
    }
    expect(archive.log.entries[0]?.response.cookies).toEqual([
      { name: 'sid', value: '***', path: '/', httpOnly: true },
    ]);
    expect(faultsOfHar(archive)).toEqual([]);
  });

  it('leave all else as it was', async () => {
    const body = JSON.stringify({ id: 12345678901, token: null, list: [1.5, true], name: 'Ada' });
    const { archive, client } = archived([new HttpResponse(200, {}, body)], { bodies: true });
    await client.get(url);
    expect(archive.log.entries[0]?.response.content.text).toBe(body);
  });
});
