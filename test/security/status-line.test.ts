/** What may stand in a status line (RFC 9112 section 4), on every handler: an answer or an error comes at once. */
import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { startScriptedServer } from '../../src/testing/scripted-server.ts';
import { matrixHandlers } from './fault-cells.ts';

async function ask(handler: string, statusLine: string, stream: boolean): Promise<string> {
  const bytes = Buffer.from(`${statusLine}\r\nContent-Length: 5\r\n\r\nhello`);
  await using server = await startScriptedServer([{ expect: 'head' }, { send: bytes }]);
  const client = new Client({ handler: HandlerStack.create(matrixHandlers[handler]!()), httpErrors: false });
  try {
    const response = await client.get(server.url('/'), { stream, headersTimeout: 5_000, timeout: 10_000 });
    return `${response.status} ${await response.text()}`;
  } catch (error) {
    return (error as { code: string }).code;
  } finally {
    await client.destroy();
  }
}

describe.each(Object.keys(matrixHandlers))('over %s', (handler) => {
  const broken = handler === 'fetch' ? /^ERR_(?:NETWORK|PROTOCOL)$/ : /^ERR_PROTOCOL$/;

  it.each([
    ['a phrase in UTF-8', 'HTTP/1.1 200 Всё хорошо'],
    ['no phrase', 'HTTP/1.1 200 '],
    ['no space behind the status', 'HTTP/1.1 200'],
  ])('%s is an answer', async (_, line) => {
    // The web's own fetch takes no phrase above U+00FF.
    const isWebs = handler === 'fetch' && line.includes('Всё');
    for (const stream of [false, true]) {
      if (isWebs) expect(await ask(handler, line, stream)).toMatch(/^ERR_NETWORK$|^200 hello$/);
      else expect(await ask(handler, line, stream)).toBe('200 hello');
    }
  });

  it.each([
    ['a NUL in the phrase', 'HTTP/1.1 200 O\0K'],
    ['an escape in the phrase', 'HTTP/1.1 200 \x1b[31mOK'],
    ['the status 000', 'HTTP/1.1 000 None'],
    ['the status 099', 'HTTP/1.1 099 None'],
  ])('%s is a broken answer', async (_, line) => {
    for (const stream of [false, true]) expect(await ask(handler, line, stream)).toMatch(broken);
  });
});
