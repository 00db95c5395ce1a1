/** Server-sent events by the `eventsource` package, over `client.fetch`. */
import { EventSource } from 'eventsource';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../../src/testing/scripted-server.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;

const client = new Client({ headers: { Authorization: 'Bearer t' } });
let scripted: ScriptedServer | undefined;
let source: EventSource | undefined;

async function listening(script: Script | ((connection: number) => Script)): Promise<EventSource> {
  scripted = await startScriptedServer(script);
  source = new EventSource(scripted.url('/events'), { fetch: client.fetch });
  return source;
}

/** The next message. */
function message(from: EventSource, type = 'message'): Promise<MessageEvent> {
  return new Promise((resolve) => from.addEventListener(type, resolve, { once: true }));
}

beforeAll(() => expect(client.fetch).toBeTypeOf('function'));
afterEach(async () => {
  source?.close();
  await scripted?.close();
});
afterAll(() => client.close());

it('gets events while the response goes on', async () => {
  const events = await listening([
    { expect: 'head' },
    { send: HEAD + chunk('data: one\n\n') },
    { wait: 20 },
    { send: chunk('event: named\nid: 7\ndata: two\ndata: lines\n\n') },
    { stall: true },
  ]);
  const named = message(events, 'named');
  expect((await message(events)).data).toBe('one');
  expect(await named).toMatchObject({ data: 'two\nlines', lastEventId: '7' });
  expect(events.readyState).toBe(EventSource.OPEN);
  expect(String(scripted!.received[0])).toContain('Authorization: Bearer t');
});

it('reconnects with the last id', async () => {
  const events = await listening((connection) =>
    connection === 0
      ? [{ expect: 'head' }, { send: HEAD + chunk('retry: 1\nid: 41\ndata: first\n\n') + chunk('') }, { fin: true }]
      : [{ expect: 'head' }, { send: HEAD + chunk('data: second\n\n') }, { stall: true }],
  );
  expect((await message(events)).data).toBe('first');
  expect((await message(events)).data).toBe('second');
  expect(String(scripted!.received.at(-1))).toMatch(/last-event-id: 41/i);
});

it('ends the connection when it is closed', async () => {
  const events = await listening([{ expect: 'head' }, { send: HEAD + chunk('data: one\n\n') }, { stall: true }]);
  await message(events);
  events.close();
  await scripted!.allClosed();
  expect(events.readyState).toBe(EventSource.CLOSED);
});
