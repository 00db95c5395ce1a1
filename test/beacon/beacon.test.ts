import { spawn } from 'node:child_process';
import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client, HandlerStack, type HttpRequest, HttpResponse } from '../../src/index.ts';
import { mockHandler, startServer, type TestServer } from '../../src/testing/index.ts';
import { built } from '../support/built.ts';
import { certificates } from '../support/certificates.ts';
import { startHttp2Site } from '../support/http2-site.ts';

const MIB = 1_048_576;

/** Counts what comes whole, and answers none of it before `answer` is called. */
function silentListener() {
  const seen = { whole: 0, bytes: 0 };
  const held: (() => void)[] = [];
  const listener: RequestListener = (req, res) => {
    req.on('data', (chunk: Buffer) => {
      seen.bytes += chunk.length;
    });
    req.on('end', () => {
      seen.whole += 1;
      held.push(() => res.end());
    });
    req.on('error', () => undefined);
  };
  return { seen, listener, answer: () => held.splice(0).forEach((one) => void one()) };
}

/** Runs the sender to its end; its lines. */
async function run(...args: readonly string[]): Promise<{ code: unknown; lines: string[] }> {
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  const child = spawn(process.execPath, [built('test/beacon/sender.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, lines: text.trim().split('\n') };
}

/** What the kernel still had when the process ended is on its way. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a process that sends beacons', () => {
  it.each(['http', 'https'])('ends by itself before the answer, with all bytes at the server (%s)', async (scheme) => {
    const { seen, listener } = silentListener();
    const tls = scheme === 'https' ? { tls: (await certificates()).server } : {};
    await using server = await startServer({ listener, ...tls });
    const { code, lines } = await run(server.origin, String(30 * MIB));
    expect([code, lines.at(-1)]).toEqual([0, 'flushed true']);
    // On an idle machine a few; the server never answers at all.
    expect(Number(lines[0])).toBeLessThan(2000);
    await until(() => seen.whole === 1);
    expect(seen.bytes).toBe(30 * MIB);
  });

  it('does not end while beacons wait for their turn', async () => {
    const { seen, listener, answer } = silentListener();
    await using server = await startServer({
      listener: (req, res) => {
        listener(req, res);
        req.on('end', () => setImmediate(answer));
      },
    });
    const { code, lines } = await run(server.origin, '1000', '20');
    expect([code, lines.filter((line) => line === 'flushed true')]).toEqual([0, Array(20).fill('flushed true')]);
    expect(seen.whole).toBe(20);
  });

  it('ends with exit code 0 when nobody listens', async () => {
    const server = await startServer();
    await server.close();
    expect(await run(server.origin, '10')).toMatchObject({
      code: 0,
      lines: [expect.anything(), 'ERR_CONNECT_REFUSED', 'flushed false'],
    });
  });
});

describe('client.beacon', () => {
  let server: TestServer;
  let client: Client;
  let failures: unknown[];

  beforeEach(async () => {
    server = await startServer();
    failures = [];
    client = new Client({ baseUri: server.origin, onError: (error) => void failures.push(error) });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('returns at once, and posts', async () => {
    const { flushed, done } = client.beacon('/anything', { json: { a: 1 } });
    expect(server.requests).toHaveLength(0);
    expect(await flushed).toBe(true);
    expect((await done)?.status).toBe(200);
    expect(server.requests[0]).toMatchObject({ method: 'POST' });
    expect(failures).toEqual([]);
  });

  it('uses another method that it is given', async () => {
    await client.beacon('/anything', { method: 'PUT', body: 'x' }).done;
    expect(server.requests[0]?.method).toBe('PUT');
  });

  it('is flushed before the answer', async () => {
    const { listener, answer } = silentListener();
    await using silent = await startServer({ listener });
    const { flushed, done } = client.beacon(silent.origin, { body: new Uint8Array(MIB) });
    expect(await flushed).toBe(true);
    const pending = Symbol('pending');
    expect(await Promise.race([done, Promise.resolve(pending)])).toBe(pending);
    await until(() => silent.requests.length === 1);
    const drained = client.drain();
    const stop = setInterval(answer, 5);
    await drained;
    clearInterval(stop);
    expect((await done)?.status).toBe(200);
  });

  it('sends what would mean something to a shell as it is', async () => {
    const formParams = { a: "'; touch /tmp/pwn; '", b: '@/etc/passwd', c: '<file', d: '$(id) `id` %s & |' };
    expect(await client.beacon('/anything', { formParams }).flushed).toBe(true);
    await client.drain();
    expect(Object.fromEntries(new URLSearchParams(String(server.requests[0]?.body)))).toEqual(formParams);
  });

  it('keeps its connection until the answer: the server sees nobody leave', async () => {
    let isLeft: boolean | undefined;
    await using patient = await startServer({
      listener(req, res) {
        req.resume().on('end', async () => {
          // A FIN that came with the request is read before these turns are over.
          for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
          isLeft = req.socket.readableEnded || req.socket.destroyed;
          res.end();
        });
      },
    });
    const { flushed, done } = client.beacon(patient.origin, { body: 'x' });
    expect(await flushed).toBe(true);
    expect((await done)?.status).toBe(200);
    expect(isLeft).toBe(false);
  });

  it.each([
    ['a bad status', '/status/503', { httpErrors: false }, 'ERR_SERVER_ERROR'],
    ['a status of the client', '/status/404', {}, 'ERR_CLIENT_ERROR'],
    ['a connection that breaks', '/reset-before-head', {}, expect.any(String)],
    ['a relative URI', 'nowhere', { baseUri: null }, 'ERR_URI'],
  ])('tells onError of %s', async (_, uri, options, code) => {
    const { flushed, done } = client.beacon(uri, options);
    expect(await done).toBe(undefined);
    expect(await flushed).toBeTypeOf('boolean');
    expect(failures).toEqual([expect.objectContaining({ code })]);
  });

  it('tells onError what a function of httpErrors calls an error, and of no other status', async () => {
    const judged: number[] = [];
    const httpErrors = (status: number) => {
      judged.push(status);
      return status === 200 || status >= 500;
    };
    for (const status of [200, 404, 503]) await client.beacon(`/status/${status}`, { httpErrors }).done;
    expect(judged).toEqual([200, 404, 503]);
    expect(failures).toEqual([
      expect.objectContaining({ code: 'ERR_BAD_RESPONSE' }),
      expect.objectContaining({ code: 'ERR_SERVER_ERROR' }),
    ]);
    // A handler without layers has nobody else to judge.
    const handler = async ({ url }: HttpRequest) => new HttpResponse(Number(url.slice(-3)));
    const plain = new Client({
      handler,
      onError: (error) => void failures.push(error),
      httpErrors: (status) => status === 404,
    });
    for (const status of [404, 503]) await plain.beacon(`http://h.test/${status}`).done;
    expect(failures.slice(2)).toEqual([expect.objectContaining({ code: 'ERR_CLIENT_ERROR' })]);
  });

  it('tells onError of a sink, for the answer goes nowhere', async () => {
    expect(await client.beacon('/anything', { sink: '/nowhere/file' }).done).toBe(undefined);
    expect(failures).toEqual([expect.any(TypeError)]);
    expect(String(failures[0])).toContain('option sink makes no sense for a beacon, whose answer is dropped');
    // One that the client has for its other requests is no mistake.
    expect((await client.extend({ sink: '/nowhere/file' }).beacon('/anything').done)?.status).toBe(200);
  });

  it.each([
    ['the call', {}, { version: '2' }],
    ['the client', { version: '2' }, {}],
  ] as const)('speaks the version that %s asks for', async (_, defaults, options) => {
    await using site = await startHttp2Site();
    await using h2 = new Client({ baseUri: site.origin, ca: (await certificates()).ca.cert, ...defaults });
    const response = await h2.beacon('/anything', { json: { a: 1 }, ...options }).done;
    expect([response?.status, response?.protocolVersion]).toEqual([200, '2']);
  });

  it('tells onError of a mistake in options', async () => {
    await client.beacon('/', { timeout: -1 }).done;
    expect(failures).toEqual([expect.any(TypeError)]);
  });

  it("tells the call's onError instead of the client's, and survives what it throws", async () => {
    const own: unknown[] = [];
    const onError = (error: unknown) => {
      own.push(error);
      throw new Error('from the callback');
    };
    expect(await client.beacon('/status/500', { onError }).done).toBe(undefined);
    expect([own.length, failures.length]).toEqual([1, 0]);
  });

  it('uses connections again', async () => {
    for (let i = 0; i < 5; i++) await client.beacon('/anything', { body: String(i) }).done;
    expect(server.totalConnections).toBe(1);
  });

  it('has no more under way than maxInFlight, and drain waits for those that wait', async () => {
    let open = 0;
    let most = 0;
    await using busy = await startServer({
      listener: (req, res) => {
        most = Math.max(most, ++open);
        req.resume().on('end', () => {
          open -= 1;
          res.end();
        });
      },
    });
    const bounded = new Client({ baseUri: busy.origin, maxInFlight: 3 });
    const sent = Array.from({ length: 1000 }, (_, i) => bounded.beacon('/', { body: String(i) }));
    await bounded.drain();
    expect((await Promise.all(sent.map(({ flushed }) => flushed))).every(Boolean)).toBe(true);
    expect(busy.requests).toHaveLength(1000);
    expect(most).toBeLessThanOrEqual(3);
    await bounded.close();
  });

  it('passes the layers, and asks a handler of the user itself', async () => {
    const mock = mockHandler([new HttpResponse(200, {}, 'ok'), new HttpResponse(500)]);
    const mocked = new Client({ handler: HandlerStack.create(mock), onError: (error) => void failures.push(error) });
    expect(await mocked.beacon('http://service.example/', { json: 1 }).flushed).toBe(true);
    expect(mock.lastRequest?.headers.get('content-type')).toBe('application/json');
    expect(await mocked.beacon('http://service.example/').flushed).toBe(false);
    expect(failures).toHaveLength(1);
  });

  it('can be sent again after the client was closed', async () => {
    await client.beacon('/anything').done;
    await client.close();
    expect((await client.beacon('/anything').done)?.status).toBe(200);
  });

  it('is refused, and onError told, after the client was destroyed', async () => {
    await client.beacon('/anything').done;
    await client.destroy();
    const { flushed, done } = client.beacon('/anything');
    expect([await flushed, await done]).toEqual([false, undefined]);
    expect(failures).toEqual([expect.objectContaining({ name: 'NetworkError', code: 'ERR_CLIENT_CLOSED' })]);
  });

  it('ends with an error when the client is destroyed', async () => {
    const { listener } = silentListener();
    await using silent = await startServer({ listener });
    const { flushed, done } = client.beacon(silent.origin, { body: 'x' });
    await flushed;
    await client.destroy();
    expect(await done).toBe(undefined);
    expect(failures).toEqual([expect.objectContaining({ code: 'ERR_CLIENT_CLOSED' })]);
  });
});
