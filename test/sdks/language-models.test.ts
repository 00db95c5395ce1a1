/** The clients of OpenAI and Anthropic over `client.fetch`: whole answers, answers as they are written, and aborts. */
import Anthropic from '@anthropic-ai/sdk';
import OpenAI, { toFile } from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { startServer, type TestServer } from '../../src/testing/server.ts';
import { rejection } from '../support/fake-handler.ts';

let server: TestServer;
let openai: OpenAI;
let anthropic: Anthropic;
const client = new Client({ headers: { 'X-Through': 'sluice' } });
const JSON_TYPE = { 'Content-Type': 'application/json' };

beforeAll(async () => {
  server = await startServer();
  openai = new OpenAI({ apiKey: 'key', baseURL: server.url('/v1'), fetch: client.fetch, maxRetries: 1 });
  anthropic = new Anthropic({ apiKey: 'key', baseURL: server.origin, fetch: client.fetch, maxRetries: 0 });
});
afterEach(() => server.clear());
afterAll(async () => {
  await client.destroy();
  await server.close();
});

/** Sends events one by one: the next one when the last one was read. `left` resolves when the answer is over. */
function events(lines: readonly string[], ends = true) {
  let next: () => void = () => undefined;
  let over: () => void;
  const left = new Promise<void>((resolve) => {
    over = resolve;
  });
  server.enqueue((_request, response) => {
    response.once('close', () => over());
    let at = 0;
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    next = () => {
      const line = lines[at++];
      if (line !== undefined) response.write(`${line}\n\n`);
      if (ends && at === lines.length) response.end();
    };
    next();
  });
  return { next: () => next(), left };
}

describe('openai', () => {
  const ask = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] };
  const answer = JSON.stringify({ id: '1', object: 'chat.completion', choices: [{ message: { content: 'hello' } }] });

  it('creates an answer, asking again after a 429', async () => {
    server.enqueue({ status: 429, headers: { 'retry-after-ms': '1' } }, { headers: JSON_TYPE, body: answer });
    const found = await openai.chat.completions.create(ask);
    expect(found.choices[0]?.message.content).toBe('hello');
    expect(server.requests.map(({ headers }) => [headers['authorization'], headers['x-through']])).toEqual(
      Array(2).fill(['Bearer key', 'sluice']),
    );
    expect(JSON.parse(String(server.requests[1]?.body))).toEqual(ask);
  });

  it('streams an answer as it is written', async () => {
    const { next } = events([
      'data: {"choices":[{"delta":{"content":"he"}}]}',
      'data: {"choices":[{"delta":{"content":"llo"}}]}',
      'data: [DONE]',
    ]);
    const parts: (string | null | undefined)[] = [];
    for await (const chunk of await openai.chat.completions.create({ ...ask, stream: true })) {
      parts.push(chunk.choices[0]?.delta.content);
      next();
    }
    expect(parts).toEqual(['he', 'llo']);
  });

  it('stops a stream that it leaves', async () => {
    const { left } = events(['data: {"choices":[{"delta":{"content":"he"}}]}'], false);
    const parts: unknown[] = [];
    for await (const chunk of await openai.chat.completions.create({ ...ask, stream: true })) {
      parts.push(chunk.choices[0]?.delta.content);
      break;
    }
    await left;
    expect(parts).toEqual(['he']);
  });

  it('uploads a file', async () => {
    server.enqueue({ headers: JSON_TYPE, body: '{"id":"file-1"}' });
    const file = await toFile(Buffer.from('{"a":1}\n'), 'data.jsonl');
    expect((await openai.files.create({ file, purpose: 'batch' })).id).toBe('file-1');
    const [{ headers, body } = { headers: {}, body: '' }] = server.requests;
    expect(headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(String(body)).toContain('filename="data.jsonl"');
  });

  it('fails with the status of the server, the failure of the network, and the abort', async () => {
    server.enqueue({ status: 400, headers: JSON_TYPE, body: '{"error":{"message":"bad model"}}' });
    expect(await rejection(openai.chat.completions.create(ask))).toMatchObject({ status: 400 });
    const refused = new OpenAI({ apiKey: 'key', baseURL: 'http://127.0.0.1:1', fetch: client.fetch, maxRetries: 0 });
    const error = await rejection(refused.chat.completions.create(ask));
    expect([error.constructor.name, (error.cause as Error).message]).toEqual(['APIConnectionError', 'fetch failed']);
    const abort = new AbortController();
    server.enqueue(() => abort.abort());
    const stopped = await rejection(openai.chat.completions.create(ask, { signal: abort.signal }));
    expect(stopped.constructor.name).toBe('APIUserAbortError');
  });
});

describe('@anthropic-ai/sdk', () => {
  const ask = { model: 'm', max_tokens: 5, messages: [{ role: 'user' as const, content: 'hi' }] };

  it('creates a message', async () => {
    server.enqueue({
      headers: JSON_TYPE,
      body: '{"id":"1","type":"message","content":[{"type":"text","text":"hello"}]}',
    });
    const { content } = await anthropic.messages.create(ask);
    expect(content).toEqual([{ type: 'text', text: 'hello' }]);
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer key', 'x-through': 'sluice' });
  });

  it('streams a message as it is written', async () => {
    const event = (type: string, rest: object) => `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}`;
    const delta = (text: string) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } });
    const { next } = events([delta('he'), delta('llo'), event('message_stop', {})]);
    const types: string[] = [];
    for await (const one of await anthropic.messages.create({ ...ask, stream: true })) {
      types.push(one.type);
      next();
    }
    expect(types).toEqual(['content_block_delta', 'content_block_delta', 'message_stop']);
  });

  it('fails with the status of an overload', async () => {
    server.enqueue({ status: 529, headers: JSON_TYPE, body: '{"type":"error","error":{"type":"overloaded_error"}}' });
    expect(await rejection(anthropic.messages.create(ask))).toMatchObject({ status: 529 });
  });
});
