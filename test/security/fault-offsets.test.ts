/** A connection that ends after each byte of a response, by a reset and by FIN: never a success, never a hang. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { closeAt, plainResponse, resetAt } from '../../src/testing/faults.ts';
import { type ScriptedServer, startScriptedServer } from '../../src/testing/scripted-server.ts';
import { matrixHandlers } from './fault-cells.ts';

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-T: t\r\n\r\n';
const responses = { length: plainResponse('hello'), chunked: CHUNKED };
const endings = { reset: resetAt, close: closeAt };

interface Cut {
  readonly framing: keyof typeof responses;
  readonly ending: keyof typeof endings;
  readonly offset: number;
}

const cuts: readonly Cut[] = (['length', 'chunked'] as const).flatMap((framing) =>
  (['reset', 'close'] as const).flatMap((ending) =>
    Array.from({ length: responses[framing].length }, (_, offset) => ({ framing, ending, offset })),
  ),
);

describe.each(Object.keys(matrixHandlers))('over %s', (handler) => {
  let server: ScriptedServer;
  let next = 0;
  beforeAll(async () => {
    server = await startScriptedServer(() => {
      const { framing, ending, offset } = cuts[next]!;
      return endings[ending](offset, responses[framing]);
    });
  });
  afterAll(() => server.close());

  it.each([false, true])(
    'each of them is an error of the right kind; streamed: %s',
    { timeout: 120_000 },
    async (stream) => {
      const client = new Client({ handler: HandlerStack.create(matrixHandlers[handler]!()), timeout: '20s' });
      const wrong: string[] = [];
      for (const [at, { framing, ending, offset }] of cuts.entries()) {
        next = at;
        const end = await client
          .get(server.url('/'), { stream })
          .then((response) => response.text())
          .then(
            (text) => `a success: ${text}`,
            (error) => String(error.code),
          );
        const isHead = offset < responses[framing].indexOf('\r\n\r\n') + 4;
        const right = isHead ? /^ERR_(?:RESET|CLOSED|PROTOCOL)$/ : /^ERR_(?:BODY_TRUNCATED|RESET)$/;
        if (!right.test(end)) wrong.push(`${ending} after ${offset} bytes, ${framing}: ${end}`);
      }
      await client.destroy();
      expect(wrong).toEqual([]);
    },
  );
});
