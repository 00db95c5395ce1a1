import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { callOf } from '../../src/call/call.ts';
import { lastEventId, mayReconnect, noStreamOfEvents, reconnectionTime } from '../../src/client/reconnect-policy.ts';
import {
  Client,
  type ClientOptions,
  CookieJar,
  type Handler,
  HandlerStack,
  type HttpRequest,
  HttpResponse,
  NetworkError,
  oauth2,
  type RequestOptions,
  type ServerSentEvent,
} from '../../src/index.ts';
import { BodyError, ConnectError, TimeoutError } from '../../src/message/errors.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';
import { startServer } from '../../src/testing/server.ts';
import { everyTransport } from '../support/every-transport.ts';

const EVENTS = { 'Content-Type': 'text/event-stream' };

/** What one connection is answered with: events and an end, events and a break, another answer, no answer. */
type Connection = string | { text: string; breaks: Error } | HttpResponse | Error;

/** A client over connections that a test writes down; the last one stays open. */
function streaming(connections: Connection[], options: ClientOptions = {}) {
  const clock = new FakeClock();
  const asked: { at: number; request: HttpRequest }[] = [];
  const handler: Handler = async (request, given) => {
    const connection = connections[asked.length];
    asked.push({ at: clock.now(), request });
    if (connection instanceof Error) throw connection;
    if (connection instanceof HttpResponse) return connection;
    const isOpen = connection === undefined;
    const body = async function* () {
      const text = typeof connection === 'string' ? connection : (connection?.text ?? '');
      if (text !== '') yield new TextEncoder().encode(text);
      if (typeof connection === 'object') throw connection.breaks;
      if (!isOpen) return;
      await new Promise((_, reject) => {
        const signal = (given.signal || callOf(request)?.signal) as AbortSignal;
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    };
    return new HttpResponse(200, EVENTS, body());
  };
  const stack = HandlerStack.create(handler);
  const client = new Client({ clock, handler: stack, stream: true, ...options });
  return { clock, client, asked, stack };
}

const URL_A = 'http://a.test/events';

/** Reads in the background, and keeps what came and how it ended. */
function reader(events: AsyncIterable<ServerSentEvent<unknown>>) {
  const got: unknown[] = [];
  const state: { end: unknown } = { end: 'open' };
  const over = (async () => {
    try {
      for await (const { data } of events) got.push(data);
      state.end = 'done';
    } catch (error) {
      state.end = error;
    }
  })();
  return { got, state, over };
}

async function listen(client: Client, options?: RequestOptions) {
  return reader((await client.get(URL_A, options)).events({ reconnect: true }));
}

/** Lets streams hand over what is there: some take several turns of the event loop. */
async function flows(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise<void>((resolve) => void setImmediate(resolve));
}
const truncated = () => new BodyError('cut', { response: new HttpResponse(200), code: 'ERR_BODY_TRUNCATED' });

describe('when a stream is asked for again', () => {
  it.each<[retry: number | undefined, fruitless: number, wait: number]>([
    [undefined, 0, 3000],
    [undefined, 1, 3000],
    [undefined, 2, 3000],
    [undefined, 3, 4000],
    [undefined, 4, 8000],
    [undefined, 100, 30_000],
    [10, 0, 10],
    [0, 1, 0],
    [10, 2, 2000],
    [60_000, 9, 60_000],
    [Number.POSITIVE_INFINITY, 0, 2_147_483_647],
  ])('with retry %s and %i empty connections it is after %i ms', (retry, fruitless, wait) => {
    expect(reconnectionTime(retry, fruitless)).toBe(wait);
  });

  it.each<[what: string, error: unknown, may: boolean]>([
    ['a reset', new NetworkError('x', { code: 'ERR_RESET' }), true],
    ['a refusal', new ConnectError('x', { code: 'ERR_CONNECT_REFUSED' }), true],
    ['a body that broke off', truncated(), true],
    ['silence', new TimeoutError('x', { phase: 'read' }), true],
    ['the end of the time of the call', new TimeoutError('x', { phase: 'total' }), false],
    ['a certificate', new ConnectError('x', { code: 'ERR_TLS_HOST' }), false],
    ['the end of the client', new NetworkError('x', { code: 'ERR_CLIENT_CLOSED' }), false],
    ['a line that is too long', new BodyError('x', { response: new HttpResponse(), code: 'ERR_BODY_LINE' }), false],
    ['the reason of a caller', 'enough', false],
  ])('%s is no end: %o, %s', (_what, error, may) => {
    expect(mayReconnect(error)).toBe(may);
  });

  it.each([
    [200, 'text/event-stream', true],
    [200, 'Text/Event-Stream; charset=utf-8', true],
    [200, 'text/html', false],
    [200, undefined, false],
    [206, 'text/event-stream', false],
  ])('%i %s is a stream of events: %s', (status, type, isStream) => {
    const response = new HttpResponse(status, type === undefined ? {} : { 'Content-Type': type });
    expect(noStreamOfEvents(response) === undefined).toBe(isStream);
  });

  it('writes the id in UTF-8', () => {
    expect(lastEventId('1')).toBe('1');
    expect(lastEventId('\u2713')).toBe('\u00e2\u009c\u0093');
    expect(lastEventId('a\u0001')).toBeUndefined();
  });
});

describe('events({ reconnect: true })', () => {
  it('goes on after an end with the id of the last event, after the time the server sets', async () => {
    const { clock, client, asked } = streaming(['id: 1\ndata: a\n\n', 'retry: 50\nid: 2\ndata: b\n\n', 'data: c\n\n']);
    const { got } = await listen(client);
    await flows();
    await clock.advance(2999);
    expect(got).toEqual(['a']);
    await clock.advance(1);
    await flows();
    await clock.advance(50);
    await flows();
    await clock.advance(50);
    expect(got).toEqual(['a', 'b', 'c']);
    expect(asked.map(({ at }) => at)).toEqual([0, 3000, 3050, 3100]);
    const ids = asked.map(({ request }) => request.headers.get('last-event-id'));
    expect(ids).toEqual([null, '1', '2', '2']);
    expect(asked.map(({ request }) => request.headers.get('accept'))).toEqual([
      asked[0]!.request.headers.get('accept'),
      'text/event-stream',
      'text/event-stream',
      'text/event-stream',
    ]);
    await client.destroy();
  });

  it('keeps an id without data, drops half an event, and lets the server take the id back', async () => {
    const { clock, client, asked } = streaming(['id: 1\n\nid: 2\ndata: half', 'id\ndata: x\n\n']);
    const { got } = await listen(client);
    for (let i = 0; i < 2; i += 1) {
      await flows();
      await clock.advance(3000);
    }
    await flows();
    expect(got).toEqual(['x']);
    expect(asked.map(({ request }) => request.headers.get('last-event-id'))).toEqual([null, '1', null]);
    await client.destroy();
  });

  it('goes on after breaks and failures of the network, less often the more there are', async () => {
    const refused = () => new ConnectError('no', { code: 'ERR_CONNECT_REFUSED' });
    const { clock, client, asked } = streaming([
      { text: 'data: a\n\n', breaks: truncated() },
      refused(),
      refused(),
      refused(),
      refused(),
      'data: b\n\n',
    ]);
    const { got } = await listen(client);
    for (let i = 0; i < 40; i += 1) {
      await flows();
      await clock.advance(1000);
    }
    expect(got).toEqual(['a', 'b']);
    expect(asked.map(({ at }) => at).slice(0, 6)).toEqual([0, 3000, 6000, 9000, 13_000, 21_000]);
    await client.destroy();
  });

  it('is over with a 204, also as the first answer', async () => {
    const { clock, client, asked } = streaming(['data: a\n\n', new HttpResponse(204)]);
    const { got, state, over } = await listen(client);
    await flows();
    await clock.advance(3000);
    await over;
    expect([got, state.end, asked.length]).toEqual([['a'], 'done', 2]);
    const first = streaming([new HttpResponse(204)]);
    const one = await listen(first.client);
    await one.over;
    expect([one.state.end, first.asked.length]).toEqual(['done', 1]);
  });

  it.each<[what: string, answer: Connection, code: string]>([
    ['500', new HttpResponse(500), 'ERR_SERVER_ERROR'],
    ['404', new HttpResponse(404), 'ERR_CLIENT_ERROR'],
    ['another status', new HttpResponse(202, EVENTS), 'ERR_EVENT_STREAM'],
    ['another type', new HttpResponse(200, { 'Content-Type': 'text/html' }, '<p>'), 'ERR_EVENT_STREAM'],
    ['a certificate', new ConnectError('no', { code: 'ERR_TLS_HOST' }), 'ERR_TLS_HOST'],
  ])('ends with an error for %s', async (_what, answer, code) => {
    const { clock, client } = streaming(['data: a\n\n', answer]);
    const { got, state, over } = await listen(client);
    await flows();
    await clock.advance(3000);
    await over;
    expect(got).toEqual(['a']);
    expect(state.end).toMatchObject({ code });
    expect(clock.pending).toBe(0);
    // Nothing keeps the client from closing.
    await client.close();
  });

  it('ends with an error for a first answer that is no stream, and for an id that no header can carry', async () => {
    const html = streaming([new HttpResponse(200, { 'Content-Type': 'text/html' }, '<p>')]);
    const one = await listen(html.client);
    await one.over;
    expect(one.state.end).toMatchObject({ code: 'ERR_EVENT_STREAM' });
    expect((one.state.end as Error).message).toContain('its status is 200 and its Content-Type text/html');
    const { clock, client } = streaming(['id: a\u0001\ndata: x\n\n']);
    const other = await listen(client);
    await flows();
    await clock.advance(3000);
    await other.over;
    expect(other.state.end).toMatchObject({ code: 'ERR_EVENT_STREAM' });
  });

  it.each<[what: string, moment: 'reading' | 'waiting' | 'again']>([
    ['while the first answer is read', 'reading'],
    ['while it waits', 'waiting'],
    ['while a later answer is read', 'again'],
  ])('is stopped %s by a signal, by cancel() and by the end of the client', async (_what, moment) => {
    const connections = moment === 'reading' ? [] : ['data: a\n\n'];
    const run = async (
      stop: (client: Client, call: ReturnType<Client['get']>) => unknown,
      options: RequestOptions = {},
    ) => {
      const { clock, client, asked } = streaming(connections);
      const call = client.get(URL_A, options);
      const { state, over } = reader((await call).events({ reconnect: true }));
      await flows();
      if (moment === 'again') {
        await clock.advance(3000);
        await flows();
      }
      expect(state.end).toBe('open');
      await stop(client, call);
      await over;
      expect(clock.pending).toBe(0);
      expect(asked).toHaveLength(moment === 'again' ? 2 : 1);
      await client.close();
      return state.end;
    };
    const controller = new AbortController();
    expect(await run(() => controller.abort('enough'), { signal: controller.signal })).toBe('enough');
    expect(await run((_, call) => call.cancel('enough'))).toBe('enough');
    expect(await run((client) => client.destroy())).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
  });

  it('is left by break, and asks no more', async () => {
    const { clock, client, asked } = streaming(['data: a\n\ndata: b\n\n']);
    const response = await client.get(URL_A);
    for await (const { data } of response.events({ reconnect: true })) {
      expect(data).toBe('a');
      break;
    }
    await clock.advance(60_000);
    expect(asked).toHaveLength(1);
    await client.close();
  });

  it('is waited for by close, which lets no other connection begin', async () => {
    const { clock, client, asked } = streaming(['data: a\n\n']);
    const { state, over } = await listen(client);
    await flows();
    const closed = client.close();
    await clock.advance(3000);
    await over;
    await closed;
    expect(state.end).toMatchObject({ code: 'ERR_CLIENT_CLOSED' });
    expect(asked).toHaveLength(1);
  });

  it('passes the whole stack each time: tokens, cookies, a body, the client’s headers', async () => {
    const jar = new CookieJar();
    let count = 0;
    const auth = oauth2({ refresh: async () => ({ access_token: `token${(count += 1)}`, expires_in: 1 }) });
    const first = new HttpResponse(200, { ...EVENTS, 'Set-Cookie': 'seen=yes' }, 'data: a\n\n');
    const { clock, client, asked } = streaming([first], { auth, cookies: jar, headers: { 'X-A': 'b' } });
    const { got } = reader((await client.post(URL_A, { json: { q: 1 } })).events({ reconnect: true }));
    await flows();
    await clock.advance(3000);
    await flows();
    expect(got).toEqual(['a']);
    const [, again] = asked.map(({ request }) => request);
    const lines = ['authorization', 'cookie', 'x-a', 'content-type'].map((name) => again!.headers.get(name));
    expect(lines).toEqual(['Bearer token2', 'seen=yes', 'b', 'application/json']);
    expect(await again!.body!.text()).toBe('{"q":1}');
    await client.destroy();
  });

  it('checks the data by a schema', async () => {
    const { clock, client } = streaming(['data: {"n":1}\n\n', 'data: {"n":2}\n\n', 'data: {"n":"x"}\n\n']);
    const events = (await client.get(URL_A)).events(z.object({ n: z.number() }), { reconnect: true });
    const { got, state, over } = reader(events);
    for (let i = 0; i < 2; i += 1) {
      await flows();
      await clock.advance(3000);
    }
    await over;
    expect(got).toEqual([{ n: 1 }, { n: 2 }]);
    expect(state.end).toMatchObject({ code: 'ERR_BODY_SCHEMA' });
  });

  it('refuses what cannot be asked again', async () => {
    const { client } = streaming([new HttpResponse(200, EVENTS, 'data: a\n\n'), 'data: a\n\n', 'data: a\n\n']);
    const whole = await client.get(URL_A, { stream: false });
    expect(() => whole.events({ reconnect: true })).toThrow(
      'events({ reconnect: true }) needs the answer of a call with stream: true that did not fail',
    );
    expect(() => new HttpResponse(200).events({ reconnect: true })).toThrow(TypeError);
    expect(() => whole.events({ reconnect: 1 as never })).toThrow('reconnect must be a boolean, got number');
    const once = await client.post(URL_A, { body: new Blob(['x']).stream() });
    expect(() => once.events({ reconnect: true })).toThrow('the body again, and it is a stream that can be read once');
    const plain = vi.fn();
    for await (const { data } of (await client.get(URL_A)).events({ reconnect: false })) plain(data);
    expect(plain).toHaveBeenCalledTimes(1);
  });
});

describe.each(everyTransport)('over %s', (_name, serve) => {
  it('a stream goes on where it broke off', async () => {
    const ids: (string | undefined)[] = [];
    await using site = await serve(({ header }) => {
      const last = header('last-event-id');
      ids.push(last);
      if (last === '3') return { status: 204 };
      const next = Number(last ?? 0) + 1;
      return { headers: EVENTS, body: `retry: 5\nid: ${next}\ndata: event ${next}\n\n` };
    });
    await using client = new Client({ handler: HandlerStack.create(site.handler) });
    const got: string[] = [];
    const response = await client.get(`${site.origin}/`, { stream: true });
    for await (const { data } of response.events({ reconnect: true })) got.push(data);
    expect(got).toEqual(['event 1', 'event 2', 'event 3']);
    expect(ids).toEqual([undefined, '1', '2', '3']);
  });
});

it('goes on after a connection that is destroyed in the middle, over a real socket', async () => {
  const ids: (string | string[] | undefined)[] = [];
  const server = await startServer({
    listener: (request, response) => {
      ids.push(request.headers['last-event-id']);
      if (ids.length === 3) {
        response.writeHead(204).end();
        return;
      }
      response.writeHead(200, EVENTS);
      response.write(`retry: 5\nid: ${ids.length}\ndata: event ${ids.length}\n\n`, () => response.destroy());
    },
  });
  const client = new Client();
  const got: string[] = [];
  const response = await client.get(server.url('/'), { stream: true });
  for await (const { data } of response.events({ reconnect: true })) got.push(data);
  expect(got).toEqual(['event 1', 'event 2']);
  expect(ids).toEqual([undefined, '1', '2']);
  await client.close();
  await server.close();
});
