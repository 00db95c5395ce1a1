/** A reason phrase counts as part of the head (RFC 9112 section 4), over every handler that sees how it comes. */
import { afterEach, describe, expect, it } from 'vitest';
import { nodeHttpHandler } from '../../src/handlers/node/node-http.ts';
import { streamHandler } from '../../src/handlers/node/stream.ts';
import { undiciHandler } from '../../src/handlers/undici/undici.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { type ScriptedServer, startScriptedServer } from '../../src/testing/scripted-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function answering(...pieces: string[]): Promise<ScriptedServer> {
  const server = await startScriptedServer([{ expect: 'head' }, ...pieces.map((send) => ({ send })), { stall: true }]);
  closing.push(() => server.close());
  return server;
}

describe.each(Object.entries({ undiciHandler, nodeHttpHandler, streamHandler }))(
  'a reason phrase over %s',
  (_, make) => {
    it.each([{}, { stream: true }])('of 2 MB is a head that is too large: %j', async (options) => {
      const server = await answering(`HTTP/1.1 200 ${'r'.repeat(2_000_000)}\r\nContent-Length: 2\r\n\r\nok`);
      const handler = make();
      closing.push(async () => handler.close?.());
      await expect(handler(new HttpRequest('GET', server.url()), options)).rejects.toMatchObject({
        name: 'NetworkError',
        code: 'ERR_HEADERS_TOO_LARGE',
        message: expect.stringContaining('larger than maxHeaderSize (16384 bytes)'),
      });
      await server.allClosed();
    });

    it('of its own words is given, also with a large body behind it', async () => {
      const body = 'x'.repeat(3_000_000);
      const server = await answering(`HTTP/1.1 200 All Is Well\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      const handler = make();
      closing.push(async () => handler.close?.());
      const response = await handler(new HttpRequest('GET', server.url()), {});
      expect([response.statusText, (await response.bytes()).byteLength]).toEqual(['All Is Well', body.length]);
    });
  },
);
