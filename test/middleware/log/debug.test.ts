import { expect, it, vi } from 'vitest';
import { Call, callOf } from '../../../src/call/call.ts';
import { NetworkError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { debug } from '../../../src/middleware/log/debug.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { answering, rejection, streamed } from '../../support/fake-handler.ts';

function writer() {
  const written: string[] = [];
  return { written, write: (text: string) => written.push(text) };
}

async function show(request: HttpRequest, answer: HttpResponse | Error, options: RequestOptions = {}) {
  const debugged = writer();
  await debug()(answering(answer).handler)(request, { ...options, debug: debugged }).catch(() => undefined);
  return debugged.written;
}

it('shows an exchange as curl -v does', async () => {
  const request = new HttpRequest('POST', 'http://h:8080/a?b=c', { 'X-One': '1', 'x-two': '2' }, 'abc');
  const facts = { handler: 'undici', timings: { total: 12.345 } };
  const response = new HttpResponse(201, { 'Content-Type': 'text/plain' }, 'hello', '1.1', 'Created', facts);
  expect(await show(request, response)).toEqual([
    '> POST /a?b=c HTTP/1.1\n> Host: h:8080\n> X-One: 1\n> x-two: 2\n>\n* 3 bytes of body\n',
    '< HTTP/1.1 201 Created\n< Content-Type: text/plain\n<\n* 5 bytes of body, by undici, 12.3 ms\n',
  ]);
});

it.each([
  [1, '* 1 byte of body\n'],
  [2, '* 2 bytes of body\n'],
])('counts %i of a body in words', async (length, words) => {
  const request = new HttpRequest('POST', 'http://h/', {}, new Uint8Array(length));
  expect((await show(request, new HttpResponse(204)))[0]).toContain(words);
});

it('shows what was thrown though it is no error, and throws it on', async () => {
  const debugged = writer();
  const throwing = debug()(() => Promise.reject('out of paper'));
  await expect(throwing(new HttpRequest('GET', 'http://h/'), { debug: debugged })).rejects.toBe('out of paper');
  expect(debugged.written.at(-1)).toBe('* failed: out of paper\n');
});

it('writes by console.error where there is no standard error', async () => {
  const request = new HttpRequest('GET', 'http://h/');
  const lines = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.stubGlobal('process', undefined);
  const answer = debug()(async () => new HttpResponse(204))(request, { debug: true });
  vi.unstubAllGlobals();
  await answer;
  expect(lines.mock.calls.map(([text]) => text)).toEqual([
    '> GET / HTTP/1.1\n> Host: h\n>',
    expect.stringContaining('< HTTP/1.1 204'),
  ]);
  lines.mockRestore();
});

it('shows no content of a body', async () => {
  const request = new HttpRequest('POST', 'http://h/', {}, 'CONTENT');
  expect((await show(request, new HttpResponse(200, {}, 'CONTENT'))).join('')).not.toContain('CONTENT');
});

it('says when a body is streamed, and leaves it unread', async () => {
  const { response } = streamed();
  const request = new HttpRequest('POST', 'http://h/', {}, ['x']);
  const [sent, received] = await show(request, response);
  expect(sent).toContain('* a body of unknown length\n');
  expect(received).toContain('* a body that is streamed\n');
  expect([request.body!.used, response.bodyUsed]).toEqual([false, false]);
});

it('masks secrets in headers, in the query, and what echoes them', async () => {
  const request = new HttpRequest('GET', 'http://h/?token=SECRET1', {
    Authorization: 'Bearer SECRET2',
    Cookie: 'a=SECRET3',
    'X-Mine': 'SECRET4',
  });
  const response = new HttpResponse(200, { 'Set-Cookie': 'a=SECRET5', 'X-Echo': 'Bearer SECRET2' });
  const text = (await show(request, response, { redact: ['x-mine'] })).join('');
  expect(text).toContain('> Authorization: ***\n');
  expect(text).not.toContain('SECRET');
});

it('shows a failure, which passes', async () => {
  const request = new HttpRequest('GET', 'http://h/?token=SECRET&a=b');
  const failure = new NetworkError('the connection was reset', request);
  const debugged = writer();
  expect(await rejection(debug()(answering(failure).handler)(request, { debug: debugged }))).toBe(failure);
  expect(debugged.written[1]).toBe('* failed: NetworkError: GET http://h/?token=***&a=b: the connection was reset\n');
});

it('counts attempts and redirects after the first', async () => {
  const request = new HttpRequest('GET', 'http://h/');
  request.call = new Call(0);
  callOf(request)!.attempt = 2;
  expect((await show(request, new HttpResponse(200)))[0]).toMatch(/^\* attempt 2, redirects so far: 0\n> GET/);
});

it('writes to standard error for true', async () => {
  const stderr = writer();
  vi.stubGlobal('process', Object.create(process, { stderr: { value: stderr } }));
  await debug()(answering(new HttpResponse(200)).handler)(new HttpRequest('GET', 'http://h/'), { debug: true });
  expect(stderr.written).toHaveLength(2);
});

it('writes by console.error where there is no standard error', async () => {
  vi.stubGlobal('process', Object.create(process, { stderr: { value: undefined } }));
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await debug()(answering(new HttpResponse(200)).handler)(new HttpRequest('GET', 'http://h/'), { debug: true });
  expect(error).toHaveBeenCalledWith('> GET / HTTP/1.1\n> Host: h\n>');
  error.mockRestore();
});

it('does not fail with the stream that it writes to', async () => {
  const broken = {
    write: () => {
      throw new Error('closed');
    },
  };
  const send = debug()(answering(new HttpResponse(204)).handler);
  expect((await send(new HttpRequest('GET', 'http://h/'), { debug: broken })).status).toBe(204);
});

it.each([undefined, null, false])('leaves everything alone for %s', (off) => {
  const promise = Promise.resolve(new HttpResponse(200));
  expect(debug()(() => promise)(new HttpRequest('GET', 'http://h/'), { debug: off })).toBe(promise);
});
