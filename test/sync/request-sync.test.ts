import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Client,
  ClientError,
  CookieJar,
  type Handler,
  HandlerStack,
  type RequestOptions,
  tap,
} from '../../src/index.ts';
import { mockHandler } from '../../src/testing/index.ts';
import { seededBytes } from '../../src/testing/site-payload.ts';
import { built } from '../support/built.ts';

let site: ChildProcess;
let client: Client;

beforeAll(async () => {
  site = spawn(process.execPath, [built('test/sync/site-process.ts')], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(site.stdout!, 'data');
  client = new Client({ baseUri: String(line).trim(), headers: { 'X-App': 'sync' } });
}, 30_000);
afterAll(async () => {
  site.stdin!.end();
  await once(site, 'close');
});

function thrownBy(call: () => unknown): Error & Record<string, unknown> {
  try {
    call();
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('nothing was thrown');
}

/** Runs a script that asks; its lines, once it has ended by itself. */
async function run(script: string, how: string, preload: string): Promise<{ code: unknown; lines: string[] }> {
  const origin = client.requestSync('GET', '/').url;
  const child = spawn(process.execPath, [built(`test/sync/${script}`), origin, how, preload], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { code, lines: text.trim().split('\n') };
}

describe('the thread that sends', () => {
  it.each([
    ['does not start', 'at-once exits', 'RequestError ERR_UNSUPPORTED'],
    ['ends before the answer', 'sending exits', 'NetworkError ERR_NETWORK'],
    ['runs out of memory', 'sending memory', 'NetworkError ERR_NETWORK'],
    ['fails outside of a request', 'sending throws', 'RequestError ERR_REQUEST'],
  ])(
    'that %s is an error, and the next call works',
    async (_, how, failure) => {
      const { code, lines } = await run('asker.ts', how, fileURLToPath(new URL('dying-thread.cjs', import.meta.url)));
      expect([code, ...lines]).toEqual([0, failure, '200']);
    },
    60_000,
  );

  it('is one for each thread that asks, and holds no process', async () => {
    const { code, lines } = await run('asking-threads.ts', '', '');
    expect([code, ...lines]).toEqual([0, ...Array(4).fill('50 answers')]);
  }, 60_000);
});

describe('requestSync', () => {
  it('returns the whole response', () => {
    const response = client.requestSync('GET', '/bytes/100000');
    expect(response).toMatchObject({ status: 200, statusText: 'OK' });
    expect(response.url).toMatch(/\/bytes\/100000$/);
    expect(response.headers.get('content-length')).toBe('100000');
    expect(Buffer.from(response.body).equals(seededBytes(100_000))).toBe(true);
  });

  it("sends the client's options and the call's", () => {
    const options = {
      json: { name: 'Ada' },
      query: new URLSearchParams({ a: '1' }),
      headers: [['X-Call', '2']] as const,
    };
    const echoed = client.requestSync(
      'POST',
      new URL('/anything', client.requestSync('GET', '/').url),
      options as RequestOptions,
    );
    const text = echoed.text();
    for (const part of ['Ada', 'a=1', 'sync', 'X-Call']) expect(text.toLowerCase()).toContain(part.toLowerCase());
    expect(echoed.json<{ method: string }>().method).toBe('POST');
  });

  it('writes dates, sets, maps and URLs of a query and a template as a request does', () => {
    const response = client.requestSync('GET', '/anything{/id*}', {
      uriVars: new Map([['id', new Set([10n, new Date(0)])]]),
      query: { since: new Date(0), of: new Map([['u', new URL('http://h/')]]), n: Object(5) },
    });
    expect(decodeURIComponent(response.url.replace(/^http:\/\/[^/]+/, ''))).toBe(
      '/anything/10/1970-01-01T00:00:00.000Z?since=1970-01-01T00:00:00.000Z&of[u]=http://h/&n=5',
    );
    expect(thrownBy(() => client.requestSync('GET', '/', { query: { a: Promise.resolve() } as never }))).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining('the value of "a"'),
    });
  });

  it('decodes the text by its charset, and the body by its coding', () => {
    expect(client.requestSync('GET', '/text?charset=shift_jis').text()).toBe('日本語\n');
    expect(client.requestSync('GET', '/gzip').json()).toBeTypeOf('object');
  });

  it('follows redirects', () => {
    expect(client.requestSync('GET', '/redirect/2').status).toBe(200);
  });

  it('blocks until the answer is there', () => {
    const started = performance.now();
    client.requestSync('GET', '/delay/100');
    expect(performance.now() - started).toBeGreaterThanOrEqual(99);
  });

  it("throws a request's errors, with the caller's stack", () => {
    const error = thrownBy(() => client.requestSync('GET', '/status/404'));
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({ code: 'ERR_CLIENT_ERROR', response: { status: 404 } });
    expect(error.stack?.split('\n').find((line) => line.includes('    at '))).toContain('request-sync.test.ts');
  });

  it.each([
    ['http://127.0.0.1:1/', {}, 'ConnectError', 'ERR_CONNECT_REFUSED'],
    ['/delay/5000', { timeout: 20 }, 'TimeoutError', 'ERR_TIMEOUT_TOTAL'],
    ['/close-before-head', {}, 'NetworkError', expect.any(String)],
    ['relative', { baseUri: null }, 'RequestError', 'ERR_URI'],
  ])('throws what %s rejects with', (uri, options, name, code) => {
    expect(thrownBy(() => client.requestSync('GET', uri, options))).toMatchObject({ name, code });
  });

  it.each<[string, string, RequestOptions]>([
    ['GET', '/status/404', {}],
    ['GET', '/status/503', { query: { token: 'secret-value' } }],
    ['GET', '/delay/5000', { headersTimeout: 20 }],
    ['GET', '/truncated', {}],
    ['GET', '/redirect/9', {}],
    ['GET', '/bytes/1000', { maxResponseSize: 10 }],
    ['GET', 'http://127.0.0.1:1/', {}],
    ['GET', 'http://nowhere.invalid/', {}],
    ['GET', 'ftp://127.0.0.1/', {}],
    ['GET', '/', { timeout: '3 parsecs' }],
    ['POST', '/', { json: 1, body: 'x' }],
    ['BAD METHOD', '/', {}],
  ])('throws for %s %s with %j what request rejects with', async (method, uri, options) => {
    const facts = (error: unknown) => {
      const { name, message, code, phase, errno, attempts } = error as Record<string, unknown>;
      const words = String(message).replace(/\bafter \d+ ms/, 'after … ms');
      return { kind: (error as object).constructor, name, words, code, phase, errno, attempts };
    };
    const rejection = await client.request(method, uri, options).catch((error: unknown) => error);
    expect(facts(thrownBy(() => client.requestSync(method, uri, options)))).toEqual(facts(rejection));
    expect(rejection).toBeInstanceOf(Error);
  });

  it('throws a BodyError for what is not JSON', () => {
    const response = client.requestSync('GET', '/text');
    expect(thrownBy(() => response.json())).toMatchObject({ code: 'ERR_BODY_JSON' });
  });

  it('throws a TypeError of the request as one', () => {
    const error = thrownBy(() => client.requestSync('GET', '/', { timeout: -1 }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain('timeout');
  });

  it.each<[string, RequestOptions]>([
    ['progress', { progress: () => undefined }],
    ['retry.delay', { retry: { delay: () => 0 } }],
    ['body', { body: Readable.from(['x']) }],
    ['body', { body: new ReadableStream() }],
    ['signal', { signal: AbortSignal.timeout(1000) }],
    ['cookies', { cookies: new CookieJar() }],
    ['cookies', { cookies: true }],
    ['multipart[0].contents', { multipart: [{ name: 'a', contents: Readable.from(['x']) }] }],
    ['json', { json: () => 1 }],
  ])('refuses %s, which cannot leave its thread, by name', (name, options) => {
    const error = thrownBy(() => client.requestSync('GET', '/', options));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(`option ${name} is `);
  });

  it('leaves out what the call switches off', () => {
    const watched = client.extend({ cookies: true, signal: AbortSignal.timeout(60_000), onStats: () => undefined });
    expect(thrownBy(() => watched.requestSync('GET', '/', { cookies: { a: '1' } }))).toBeInstanceOf(TypeError);
    expect(watched.requestSync('GET', '/', { cookies: false, signal: null, onStats: null }).status).toBe(200);
  });

  it('refuses what has the name of a default layer or handler, and is none', () => {
    const handlerName = String(HandlerStack.create()).split(' > ').at(-1)!;
    const handler: Handler = () => Promise.reject(new Error('not in this thread'));
    const named = Object.assign(handler, { handlerName });
    const layer = (next: Handler): Handler => next;
    const renamed = HandlerStack.create().remove('debug').push(layer, 'debug');
    expect(String(renamed)).toBe(String(HandlerStack.create()));
    for (const stack of [HandlerStack.create(named), HandlerStack.create().setHandler(named), renamed]) {
      const error = thrownBy(() => new Client({ handler: stack }).requestSync('GET', 'http://127.0.0.1:1/'));
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toMatchObject({
        message: expect.stringContaining('requestSync needs a client with the default stack'),
      });
    }
  });

  it('takes a default stack that was copied, or edited and put back', () => {
    const layer = (next: Handler): Handler => next;
    for (const stack of [HandlerStack.create().clone(), HandlerStack.create().push(layer, 'own').remove('own')]) {
      const error = thrownBy(() => new Client({ handler: stack }).requestSync('GET', 'http://127.0.0.1:1/'));
      expect(error).toMatchObject({ name: 'ConnectError' });
    }
  });

  it('refuses a client whose layers or handler are its own', () => {
    const layered = new Client();
    layered.stack!.push(tap(), 'mine');
    for (const own of [
      layered,
      new Client({ handler: mockHandler([]) }),
      new Client({ handler: HandlerStack.create(mockHandler([])) }),
    ]) {
      expect(thrownBy(() => own.requestSync('GET', 'http://127.0.0.1:1/'))).toBeInstanceOf(TypeError);
    }
  });
});
