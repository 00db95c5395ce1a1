/** `attempts` of an error is how often the request was sent: 0 when nothing was even tried. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  Client,
  type ClientOptions,
  HandlerStack,
  HttpRequest,
  HttpResponse,
  isTransferError,
  NetworkError,
  nodeHttpHandler,
  type RequestOptions,
  streamHandler,
  undiciHandler,
} from '../../src/index.ts';
import { breaker } from '../../src/resilience/index.ts';
import { startServer } from '../../src/testing/index.ts';

const uri = 'http://127.0.0.1:1/';

async function failed(call: Promise<unknown>): Promise<{ code: string; attempts: number }> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isTransferError(error)) throw new Error(`not one of ours: ${String(error)}`);
  const { code, attempts } = error;
  return { code, attempts };
}

describe('nothing was sent', () => {
  it.each<[what: string, code: string, call: (client: Client) => Promise<unknown>]>([
    ['a relative URI without a base', 'ERR_URI', (client) => client.get('users')],
    ['a scheme that nobody speaks', 'ERR_URI', (client) => client.get('ftp://h.test/')],
    ['an option that no handler has', 'ERR_UNSUPPORTED', (client) => client.get(uri, { version: '3' })],
    [
      'a length that is not the body’s',
      'ERR_BODY_LENGTH',
      (client) => client.post(uri, { body: 'abc', headers: { 'Content-Length': '5' } }),
    ],
    [
      'a coding of transfer beside the framing',
      'ERR_REQUEST',
      (client) => client.post(uri, { body: 'abc', headers: { 'Transfer-Encoding': 'xchunked' } }),
    ],
    ['a certificate that is not there', 'ERR_TLS_OPTIONS', (client) => client.get(uri, { ca: '/no/such.pem' })],
    [
      'a part whose file is not there',
      'ERR_BODY_FILE',
      (client) => client.post(uri, { multipart: [{ name: 'a', path: '/no/such/file' }] }),
    ],
  ])('for %s', async (_, code, call) => {
    for (const handler of [undefined, undiciHandler(), nodeHttpHandler(), streamHandler()]) {
      await using client = new Client(handler && { handler: HandlerStack.create(handler) });
      expect(await failed(call(client))).toEqual({ code, attempts: 0 });
      // Whoever would send again has no reason to.
      await using patient = client.extend({ retry: { limit: 2, delay: () => 0 } });
      expect(await failed(call(patient))).toEqual({ code, attempts: 0 });
    }
  });

  it('by a client that was destroyed', async () => {
    const client = new Client();
    await client.destroy();
    expect(await failed(client.get(uri))).toEqual({ code: 'ERR_CLIENT_CLOSED', attempts: 0 });
    expect(await failed(client.send(new HttpRequest('GET', uri)))).toMatchObject({ attempts: 0 });
  });

  it('where a circuit is open: what was sent before counts', async () => {
    const stack = HandlerStack.create(async () => {
      throw new NetworkError('down');
    }).push(breaker({ threshold: 2 }), 'breaker');
    const client = new Client({ handler: stack });
    const retry: RequestOptions['retry'] = { limit: 5, delay: () => 0 };
    expect(await failed(client.get(uri, { retry }))).toEqual({ code: 'ERR_CIRCUIT_OPEN', attempts: 2 });
    expect(await failed(client.get(uri))).toEqual({ code: 'ERR_CIRCUIT_OPEN', attempts: 0 });
  });
});

describe('something was tried', () => {
  const patient: ClientOptions = { retry: { limit: 2, delay: () => 0 } };

  it('where there is no connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    await using client = new Client();
    const gone = `http://127.0.0.1:${port}/`;
    expect(await failed(client.get(gone))).toEqual({ code: 'ERR_CONNECT_REFUSED', attempts: 1 });
    expect(await failed(client.get(gone, patient))).toEqual({ code: 'ERR_CONNECT_REFUSED', attempts: 3 });
  });

  it('where the answer is bad, or the network fails', async () => {
    await using server = await startServer();
    await using client = new Client({ baseUri: server.origin });
    expect(await failed(client.get('/status/404'))).toEqual({ code: 'ERR_CLIENT_ERROR', attempts: 1 });
    expect(await failed(client.get('/close-before-head', patient))).toEqual({ code: 'ERR_CLOSED', attempts: 3 });
  });

  it('by a handler whose error knows no request', async () => {
    const client = new Client({
      handler: HandlerStack.create(async () => {
        throw new NetworkError('down');
      }),
    });
    expect(await failed(client.get(uri))).toEqual({ code: 'ERR_NETWORK', attempts: 1 });
    expect(await failed(client.get(uri, patient))).toEqual({ code: 'ERR_NETWORK', attempts: 3 });
  });

  it('before a redirect to where nothing is sent: of the request that was not', async () => {
    let asked = 0;
    const client = new Client({
      handler: HandlerStack.create(async () => {
        asked += 1;
        return new HttpResponse(302, { Location: 'http://h.test/b' });
      }),
      allowRedirects: { max: 1 },
    });
    expect(await failed(client.get(uri))).toEqual({ code: 'ERR_TOO_MANY_REDIRECTS', attempts: 1 });
    expect(asked).toBe(2);
  });
});
