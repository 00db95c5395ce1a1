import { describe, expect, it } from 'vitest';
import { Client } from '../../src/client/client.ts';
import { BadResponseError, ClientError, TransferError } from '../../src/message/errors.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import { mockHandler } from '../../src/testing/index.ts';

const TYPE = 'application/problem+json';

async function errorOf(response: HttpResponse, options = {}): Promise<BadResponseError> {
  const client = new Client({ handler: HandlerStack.create(mockHandler([response])), ...options });
  const error: unknown = await client.get('http://a.test/x').catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(BadResponseError);
  return error as BadResponseError;
}
const answer = (body: unknown, type = TYPE, status = 403) =>
  new HttpResponse(status, { 'Content-Type': type }, typeof body === 'string' ? body : JSON.stringify(body));
const START = 'GET http://a.test/x: client error 403 Forbidden';

describe('error.problem (RFC 9457)', () => {
  it.each<[object | string, object | undefined, string]>([
    [
      { title: 'No credit', detail: 'It costs 50' },
      { type: 'about:blank', title: 'No credit', detail: 'It costs 50' },
      `${START}: No credit: It costs 50`,
    ],
    [{ title: 'No credit' }, { type: 'about:blank', title: 'No credit' }, `${START}: No credit`],
    [{ detail: 'It costs 50' }, { type: 'about:blank', detail: 'It costs 50' }, `${START}: It costs 50`],
    [
      { title: 'Forbidden', detail: 'Not you' },
      { type: 'about:blank', title: 'Forbidden', detail: 'Not you' },
      `${START}: Not you`,
    ],
    [{ title: 'Same', detail: 'Same' }, { type: 'about:blank', title: 'Same', detail: 'Same' }, `${START}: Same`],
    [
      { type: 'https://p.test/1', status: 403, instance: '/i/1', balance: 30 },
      { type: 'https://p.test/1', status: 403, instance: '/i/1', balance: 30 },
      '"balance":30',
    ],
    [{ type: 1, title: 2, status: '403', detail: [], instance: {} }, { type: 'about:blank' }, START],
    [{ title: 'two\nlines' }, { type: 'about:blank', title: 'two\nlines' }, `${START}: two lines`],
    ['[]', undefined, `${START}: []`],
    ['null', undefined, `${START}: null`],
    ['{"title":', undefined, `${START}: {"title":`],
  ])('reads %j', async (body, problem, message) => {
    const error = await errorOf(answer(body));
    expect(error.problem && { ...error.problem }).toEqual(problem);
    expect(error.message).toContain(message);
  });

  it('is there for its own type alone, parameters and case aside', async () => {
    expect((await errorOf(answer({ title: 'x' }, 'application/json'))).problem).toBeUndefined();
    expect((await errorOf(answer({ title: 'x' }, 'Application/Problem+JSON; charset=utf-8'))).problem?.title).toBe('x');
  });

  it('is masked in the message', async () => {
    const error = await errorOf(answer({ title: 'Bad token abcdefgh', detail: 'password=hunter2' }), {
      auth: { bearer: 'abcdefgh' },
    });
    expect(error.message).toBe(`${START}: Bad token ***: password=***`);
  });

  it('has no member of a prototype', async () => {
    const { problem } = await errorOf(answer('{"__proto__":{"detail":"evil"}}'));
    expect([problem?.detail, problem?.['constructor']]).toEqual([undefined, undefined]);
  });

  it('is cut with the rest of the message', async () => {
    const { message } = await errorOf(answer({ title: 'x'.repeat(5000) }));
    expect(message.length).toBeLessThan(1200);
  });
});

describe('error.data', () => {
  it.each<[string, string, unknown]>([
    ['{"a":1}', 'application/json', { a: 1 }],
    ['{"a":1}', 'application/vnd.a+json; charset=utf-8', { a: 1 }],
    ['{"a":', 'application/json', '{"a":'],
    ['<p>no</p>', 'text/html', '<p>no</p>'],
    ['', 'application/json', undefined],
  ])('is the value of %j of the type %s', async (body, type, data) => {
    expect((await errorOf(answer(body, type))).data).toEqual(data);
  });

  it('is read by parseJson', async () => {
    expect((await errorOf(answer('{}', 'application/json'), { parseJson: () => 'mine' })).data).toBe('mine');
  });

  it('is the beginning of a stream that was held', async () => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode('{"a":1}'));
        controller.close();
      },
    });
    const error = await errorOf(new HttpResponse(400, { 'Content-Type': 'application/json' }, body), { stream: true });
    expect(error.data).toEqual({ a: 1 });
  });

  it('is not there when the body is not in memory, or the error was made from plain data', () => {
    const stream = new ClientError('x', { response: new HttpResponse(400, {}, new ReadableStream()) });
    const copy = TransferError.fromJSON(new ClientError('x', { response: answer({}) }).toJSON()) as ClientError;
    const sunk = new ClientError('x', { response: answer({}).with({ sink: '/tmp/x' }) });
    for (const error of [stream, copy, sunk]) expect([error.data, error.problem]).toEqual([undefined, undefined]);
  });
});
