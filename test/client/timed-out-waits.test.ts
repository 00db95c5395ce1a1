import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { fetchHandler } from '../../src/handlers/fetch/fetch.ts';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import type { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { mapRequest } from '../../src/middleware/map-request.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import type { Handler } from '../../src/stack/handler.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';

const never = () => new Promise<never>(() => undefined);

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.closeAllConnections());
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** The message of a call whose total timeout passes once `ready` has come about. */
async function messageOf(
  handler: HandlerStack | Handler,
  uri: string,
  options: RequestOptions,
  ready: Promise<unknown>,
): Promise<string> {
  const clock = new FakeClock();
  const client = new Client({
    handler: handler instanceof HandlerStack ? handler : HandlerStack.create(handler),
    clock,
  });
  const call = client.request('POST', uri, { timeout: '30s', ...options }).then((response) => response.text());
  const told = call.then(String, ({ message }: Error) => message);
  await ready;
  await clock.advance(30_000);
  await client.destroy();
  return told;
}

/** A promise, and what resolves it. */
function moment(): { readonly came: Promise<void>; come(): void } {
  let come!: () => void;
  const came = new Promise<void>((resolve) => {
    come = resolve;
  });
  return { came, come };
}

async function* waitingFlow(): AsyncGenerator<HttpRequest, void, HttpResponse> {
  yield await never();
}

const handlers = { undici: undiciHandler, node: nodeHttpHandler, stream: streamHandler, fetch: fetchHandler };

describe.each(Object.entries(handlers))('over %s, the message of a total timeout', (name, handler) => {
  const stream = name === 'stream';

  it('says that the response head was waited for', async () => {
    const { came, come } = moment();
    const uri = await serve(come);
    expect(await messageOf(handler(), uri, { stream }, came)).toBe(
      `POST ${uri}: timed out after 30000 ms, waiting for the response head; the timeout option allows 30000 ms for the whole call`,
    );
  });

  it('says that the body was waited for', async () => {
    const { came, come } = moment();
    const uri = await serve((_, response) => response.write('a'));
    const options = { stream, progress: come };
    expect(await messageOf(handler(), uri, options, came)).toContain(
      'timed out after 30000 ms, waiting for the rest of the response body; ',
    );
  });

  it.skipIf(name === 'fetch')('says that the connection was waited for', async () => {
    const { came, come } = moment();
    const lookup = () => {
      come();
      return never();
    };
    expect(await messageOf(handler(), 'http://a.test/', { stream, lookup, connectTimeout: 0 }, came)).toContain(
      'waiting for the connection (DNS, TCP, TLS); ',
    );
  });
});

describe('the message of a total timeout', () => {
  it('says that a free connection was waited for', async () => {
    const { came, come } = moment();
    const uri = await serve(come);
    const clock = new FakeClock();
    const client = new Client({ connections: 1, clock, headersTimeout: 0 });
    const first = client.get(uri).catch(() => undefined);
    await came;
    const second = client.get(uri, { timeout: '30s' });
    const told = expect(second).rejects.toThrow('waiting for a free connection; ');
    await clock.advance(30_000);
    await told;
    await client.destroy();
    await first;
  });

  it('says that the server takes no more of the body', async () => {
    const { came, come } = moment();
    const uri = await serve(come);
    const body = (async function* () {
      yield 'a';
      await never();
    })();
    expect(await messageOf(undiciHandler(), uri, { body, headersTimeout: 0 }, came)).toContain(
      'waiting for the request body to be sent; ',
    );
  });

  it.each<[string, RequestOptions, string]>([
    ['a decider', { retry: { limit: 1, decider: never } }, 'a function of the retry option'],
    ['a function that credentials are asked of', { auth: waitingFlow }, 'the auth option'],
    ['onRedirect', { allowRedirects: { onRedirect: never } }, 'allowRedirects.onRedirect'],
  ])('says that %s was waited for', async (_, options, words) => {
    const handler = async () => new HttpResponse(302, { Location: '/x' });
    expect(await messageOf(handler, 'http://a.test/', options, Promise.resolve())).toContain(`waiting for ${words}; `);
  });

  it('says which layer was waited for', async () => {
    const mapped = HandlerStack.create(never).push(mapRequest(never), 'mapped');
    expect(await messageOf(mapped, 'http://a.test/', {}, Promise.resolve())).toContain(
      'waiting for a function of mapRequest(); ',
    );
  });

  it('over a mock says what the mock holds back', async () => {
    expect(await messageOf(mockHandler([never]), 'http://a.test/', {}, Promise.resolve())).toContain(
      'waiting for the response head; ',
    );
  });

  it('says nothing of a wait that nobody can tell of', async () => {
    expect(await messageOf(never, 'http://a.test/', {}, Promise.resolve())).toBe(
      'POST http://a.test/: timed out after 30000 ms; the timeout option allows 30000 ms for the whole call',
    );
  });
});
