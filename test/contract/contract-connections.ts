/** Connections: kept, replaced, shared and released. */
import { expect, vi } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import * as faults from '../../src/testing/faults.ts';
import { startServer } from '../../src/testing/server.ts';
import { type Check, rejection } from './bench.ts';

interface Echo {
  remotePort: number;
  query: [string, string][];
}

/** A transport may look first whether the server closes (undici does): a connection is free one turn later. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

export function connections(check: Check): void {
  check('uses a connection again', async ({ fresh }) => {
    await using server = await startServer();
    const handler = fresh();
    for (let i = 0; i < 3; i++) {
      await handler(new HttpRequest('GET', server.url('/echo')), {});
      await nextTurn();
    }
    expect(new Set(server.requests.map(({ remotePort }) => remotePort)).size).toBe(1);
  });

  check('uses a connection again after an empty, a HEAD and a streamed response', async ({ fresh }) => {
    await using server = await startServer();
    const handler = fresh();
    await handler(new HttpRequest('GET', server.url('/status/204')), {});
    await nextTurn();
    await handler(new HttpRequest('HEAD', server.url('/bytes/100')), {});
    await nextTurn();
    await (await handler(new HttpRequest('GET', server.url('/bytes/100000')), { stream: true })).bytes();
    await nextTurn();
    await handler(new HttpRequest('GET', server.url('/echo')), {});
    expect(new Set(server.requests.map(({ remotePort }) => remotePort)).size).toBe(1);
  });

  check('uses a connection once with keepAlive: false', async ({ fresh, url }) => {
    const handler = fresh();
    const port = async () => {
      const response = await handler(new HttpRequest('GET', url('/echo')), { keepAlive: false });
      return (await response.json<Echo>()).remotePort;
    };
    expect(await port()).not.toBe(await port());
  });

  check('does not use a connection that the server closes', async ({ fresh, url }) => {
    const handler = fresh();
    const get = async (path: string) => (await handler(new HttpRequest('GET', url(path)), {})).json<Echo>();
    const closed = (await get('/connection-close')).remotePort;
    expect((await get('/echo')).remotePort).not.toBe(closed);
  });

  for (const end of ['reset', 'fin'] as const) {
    check(`sends again, once, when a kept connection turns out dead: ${end}`, async ({ fresh, play }) => {
      const scripted = await play((connection) =>
        connection === 0 ? faults.staleKeepAlive(end) : [{ expect: 'head' }, { send: faults.plainResponse('again') }],
      );
      const handler = fresh();
      await handler(new HttpRequest('GET', scripted.url('/1')), {});
      const second = await handler(new HttpRequest('GET', scripted.url('/2')), {});
      expect(await second.text()).toBe('again');
      expect(scripted.totalConnections).toBe(2);
    });
  }

  check('does not send a POST twice when a kept connection turns out dead', async ({ fresh, play }) => {
    const scripted = await play((connection) =>
      connection === 0 ? faults.staleKeepAlive('reset') : faults.closeBeforeHead(),
    );
    const handler = fresh();
    await handler(new HttpRequest('GET', scripted.url('/1')), {});
    const error = await rejection(handler(new HttpRequest('POST', scripted.url('/2'), {}, 'order'), {}));
    expect(error).toMatchObject({ name: 'NetworkError' });
    expect(String(Buffer.concat([...scripted.received])).match(/POST \/2/g)).toHaveLength(1);
  });

  check('does not send again when an answer over a kept connection breaks off within its head', async (bench) => {
    const scripted = await bench.play((connection) =>
      connection === 0
        ? [
            { expect: 'head' },
            { send: faults.plainResponse() },
            { expect: 'head' },
            { send: 'HTTP/1.1 20' },
            { fin: true },
          ]
        : [{ expect: 'head' }, { send: faults.plainResponse('again') }],
    );
    const handler = bench.fresh();
    await (await handler(new HttpRequest('GET', scripted.url('/1')), {})).bytes();
    await nextTurn();
    const error = await rejection(handler(new HttpRequest('GET', scripted.url('/2')), {}));
    expect(error).toMatchObject({ name: 'NetworkError' });
    expect(scripted.totalConnections).toBe(1);
  });

  check('does not send again what fails on a connection of its own', async ({ fresh, play }) => {
    const scripted = await play(() => faults.closeBeforeHead());
    await rejection(fresh()(new HttpRequest('GET', scripted.url('/')), {}));
    expect(scripted.totalConnections).toBe(1);
  });

  check('opens no connection for a request that was aborted', async ({ fresh, play }) => {
    const scripted = await play(faults.stallAt(0));
    const stop = new AbortController();
    const running = rejection(fresh()(new HttpRequest('GET', scripted.url()), { signal: stop.signal }));
    await vi.waitFor(() => expect(String(scripted.received[0])).toContain('\r\n\r\n'));
    stop.abort(new Error('enough'));
    await running;
    await scripted.allClosed();
    await nextTurn();
    expect(scripted.totalConnections).toBe(1);
  });

  check('carries fifty requests at a time, each with its own answer', async ({ send }) => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => (await send(`/echo?i=${i}`)).json<Echo>()),
    );
    expect(answers.map(({ query }) => query)).toEqual(answers.map((_, i) => [['i', String(i)]]));
  });

  check('carries buffered and streamed bodies side by side', async ({ send }) => {
    const sizes = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        const response = await send(`/stream-bytes/${100_000 + i}`, { stream: i % 2 === 0 });
        return (await response.bytes()).byteLength;
      }),
    );
    expect(sizes).toEqual(sizes.map((_, i) => 100_000 + i));
  });

  check('holds a server back while nobody reads', async ({ fresh, play }) => {
    let pieces = 0;
    const stream = function* () {
      yield 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
      for (;;) {
        pieces += 1;
        yield `10000\r\n${'x'.repeat(0x10000)}\r\n`;
      }
    };
    const scripted = await play([{ expect: 'head' }, { stream }]);
    const response = await fresh()(new HttpRequest('GET', scripted.url()), { stream: true });
    let before = -1;
    await vi.waitFor(
      () => {
        const now = pieces;
        const still = now === before;
        before = now;
        expect(still, 'the server must come to rest').toBe(true);
      },
      { interval: 100, timeout: 30_000 },
    );
    expect(pieces * 0x10000).toBeLessThan(64 * 1024 * 1024);
    await response.discard();
    await scripted.allClosed();
  });

  check('closes every connection on close', async ({ fresh }) => {
    await using server = await startServer();
    const handler = fresh();
    await Promise.all(Array.from({ length: 5 }, () => handler(new HttpRequest('GET', server.url('/echo')), {})));
    await (await handler(new HttpRequest('GET', server.url('/bytes/1000')), { stream: true })).bytes();
    expect(server.connections).toBeGreaterThan(0);
    await handler.close?.();
    await server.allClosed();
  });

  check('lets a running request finish on close', async ({ fresh, play }) => {
    const scripted = await play([{ expect: 'head' }, { expect: 'body', bytes: 1 }, { send: faults.plainResponse() }]);
    const handler = fresh();
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const body = async function* () {
      await gate;
      yield 'x';
    };
    const running = handler(new HttpRequest('POST', scripted.url(), { 'Content-Length': '1' }, body()), {});
    await vi.waitFor(() => expect(scripted.totalConnections).toBe(1));
    const closed = handler.close?.();
    go();
    expect((await running).status).toBe(200);
    await closed;
    await scripted.allClosed();
  });

  check('lets the first request finish when close comes in its turn', async ({ fresh, url }) => {
    const handler = fresh();
    let isOver = false;
    const running = handler(new HttpRequest('GET', url('/delay/20')), {}).then((response) => {
      isOver = true;
      return response;
    });
    await handler.close?.();
    expect(isOver).toBe(true);
    expect((await running).status).toBe(200);
  });

  check('ends the first request when destroy comes in its turn', async ({ fresh, url }) => {
    const handler = fresh();
    const running = rejection(handler(new HttpRequest('GET', url('/delay/5000')), {}));
    await handler.destroy?.(new Error('enough'));
    expect(await running).toMatchObject({ name: 'NetworkError', code: 'ERR_CLIENT_CLOSED' });
  });

  check('ends a running request with an error on destroy', async ({ fresh, play }) => {
    const scripted = await play(faults.stallAt(0));
    const handler = fresh();
    const running = rejection(handler(new HttpRequest('GET', scripted.url()), {}));
    await vi.waitFor(() => expect(String(scripted.received[0])).toContain('\r\n\r\n'));
    await handler.destroy?.();
    expect(await running).toHaveProperty('code');
    await scripted.allClosed();
  });
}
