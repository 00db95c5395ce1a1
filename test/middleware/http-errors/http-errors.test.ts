import { Readable } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { Call, callOf } from '../../../src/call/call.ts';
import { Client } from '../../../src/client/client.ts';
import '../../../src/default-stack.ts';
import { Content } from '../../../src/message/content.ts';
import { BadResponseError, ClientError, ServerError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse, type ResponseBodyInit } from '../../../src/message/response.ts';
import { type HttpErrorsOptions, httpErrors } from '../../../src/middleware/http-errors/http-errors.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Middleware } from '../../../src/stack/handler.ts';
import { HandlerStack } from '../../../src/stack/handler-stack.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

const request = new HttpRequest('GET', 'http://h/x');

function send(response: HttpResponse, options: RequestOptions = {}, settings?: HttpErrorsOptions, asked = request) {
  return httpErrors(settings)(async () => response.with({ request: asked }))(asked, options);
}

async function failed(...args: Parameters<typeof send>): Promise<BadResponseError> {
  const error: unknown = await send(...args).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(BadResponseError);
  return error as BadResponseError;
}

const page = (body: ResponseBodyInit, type = 'text/plain', status = 400) =>
  new HttpResponse(status, { 'Content-Type': type }, body);
const message = async (body: ResponseBodyInit, type?: string, settings?: HttpErrorsOptions) =>
  (await failed(page(body, type), {}, settings)).message;
const streamed = (source: ConstructorParameters<typeof Content>[1]) => new Content(undefined, source);

describe('httpErrors', () => {
  it.each([
    [400, ClientError, 'ERR_CLIENT_ERROR', 'client error 400 Bad Request'],
    [404, ClientError, 'ERR_CLIENT_ERROR', 'client error 404 Not Found'],
    [499, ClientError, 'ERR_CLIENT_ERROR', 'client error 499'],
    [500, ServerError, 'ERR_SERVER_ERROR', 'server error 500 Internal Server Error'],
    [599, ServerError, 'ERR_SERVER_ERROR', 'server error 599'],
    [600, ServerError, 'ERR_SERVER_ERROR', 'server error 600'],
    [999, ServerError, 'ERR_SERVER_ERROR', 'server error 999'],
  ])('rejects a %i', async (status, Kind, code, fact) => {
    const error = await failed(new HttpResponse(status));
    expect(error).toBeInstanceOf(Kind);
    expect(error).toMatchObject({ code, message: `GET http://h/x: ${fact}`, response: { status }, request });
  });

  it.each([100, 200, 204, 304, 302, 399])('lets a %i pass as it is', async (status) => {
    const response = new HttpResponse(status);
    expect(await httpErrors()(async () => response)(request, {})).toBe(response);
  });

  it.each([false, null])('leaves everything alone when the option is %s', (off) => {
    const answer = Promise.resolve(new HttpResponse(500));
    const next = vi.fn(() => answer);
    const options = { httpErrors: off };
    expect(httpErrors()(next)(request, options)).toBe(answer);
    expect(next).toHaveBeenCalledExactlyOnceWith(request, options);
  });

  it.each<[number, (status: number) => boolean, typeof BadResponseError | undefined, string]>([
    [404, (status) => status >= 500, undefined, ''],
    [500, (status) => status >= 500, ServerError, 'server error 500 Internal Server Error'],
    [404, (status) => status !== 200, ClientError, 'client error 404 Not Found'],
    [204, (status) => status !== 200, BadResponseError, 'unwanted status 204 No Content'],
    [302, (status) => status !== 200, BadResponseError, 'unwanted status 302 Found'],
  ])('asks a function of the caller about a %i', async (status, judge, Kind, fact) => {
    const settled = await send(new HttpResponse(status), { httpErrors: judge }).catch((error: unknown) => error);
    if (Kind === undefined) expect(settled).toMatchObject({ status });
    else expect(settled).toMatchObject({ constructor: Kind, message: `GET http://h/x: ${fact}`, response: { status } });
  });

  it.each<[string, (status: number) => unknown, string]>([
    ['throws', () => JSON.parse('{'), 'JSON'],
    [
      'returns nothing',
      () => undefined,
      'option httpErrors must return true for a status that is an error, or false; got undefined',
    ],
    ['returns a promise', async () => false, 'got a promise'],
    ['returns null', () => null, 'got null'],
  ])('ends the call and lets go of the body when the function %s', async (_, judge, fact) => {
    const source = new Readable({ read: () => undefined });
    const sent = send(page(streamed(source)), { httpErrors: judge as () => boolean });
    await expect(sent).rejects.toThrow(fact);
    expect(source.destroyed).toBe(true);
  });

  it('names the request that was answered, not the one before redirects', async () => {
    const last = new HttpRequest('GET', 'http://other/y');
    const layer = httpErrors()(async () => new HttpResponse(404, {}, null, '1.1', undefined, { request: last }));
    await expect(layer(request, {})).rejects.toMatchObject({ request: last, message: /^GET http:\/\/other\/y: / });
  });

  it.each([
    [{ summaryLength: -1 }, /summaryLength.*-1/],
    [{ summaryLength: 0.5 }, /summaryLength.*0\.5/],
    [{ summarize: 'x' as never }, /summarize must be a function/],
  ])('refuses %j when the layer is made', (settings, wrong) => {
    expect(() => httpErrors(settings)).toThrow(wrong);
  });
});

describe('the summary of the body', () => {
  it('is its text on one line', async () => {
    expect(await message('{\n  "error": "no such\\tuser"\n}\n', 'application/problem+json')).toBe(
      'GET http://h/x: client error 400 Bad Request: { "error": "no such\\tuser" }',
    );
  });

  it.each([
    ['text without a type', null, 'plain', true],
    ['text in its charset', 'text/plain; charset=iso-8859-1', Uint8Array.of(0xe4), 'ä'],
    ['text in an unknown charset', 'text/plain; charset=klingon', 'plain', true],
    ['an image', 'image/png', 'plain', false],
    ['bytes', 'application/octet-stream', 'plain', false],
    ['text with control characters', 'text/plain', 'a\u001b[31mred', false],
    ['text that is none', 'text/plain', Uint8Array.of(0xff, 0xfe, 0xfd), false],
    ['nothing but space', 'text/plain', ' \n ', false],
    ['nothing', 'text/plain', '', false],
  ])('of %s', async (_, type, body, shown) => {
    const response = new HttpResponse(400, type === null ? {} : { 'Content-Type': type }, body);
    const tail = (await failed(response)).message.split('Bad Request')[1];
    expect(tail).toBe(shown === false ? '' : `: ${shown === true ? body : shown}`);
  });

  it.each([
    ['an escape in the title', { title: '\u001b[2Jred' }, '\\u001b[2Jred'],
    ['NUL in the detail', { title: 'a', detail: '\0b' }, 'a: \\u0000b'],
    ['a control character that JSON has as it is', { title: 'a\u009b31m' }, undefined],
  ])('escapes or leaves out %s of problem details', async (_, problem, shown) => {
    const response = new HttpResponse(400, { 'Content-Type': 'application/problem+json' }, JSON.stringify(problem));
    expect((await failed(response)).message.split('Bad Request: ')[1]).toBe(shown);
  });

  it('leaves out characters that turn the order of others', async () => {
    expect(await message('a\u202eb\u2066c')).toMatch(/: abc$/);
  });

  it.each([
    ['1000 characters unless told', 'a'.repeat(1001), undefined, `: ${'a'.repeat(1000)} (truncated...)`],
    ['all of 1000 characters', 'a'.repeat(1000), undefined, `: ${'a'.repeat(1000)}`],
    ['as many as told', 'abcdef', { summaryLength: 3 }, ': abc (truncated...)'],
    ['no half of a pair', 'ab😀c', { summaryLength: 3 }, ': ab (truncated...)'],
    ['none', 'abc', { summaryLength: 0 }, 'Bad Request'],
  ])('holds %s', async (_, body, settings, end) => {
    const text = await message(body, 'text/plain', settings);
    expect(text.endsWith(end)).toBe(true);
  });

  it('does not show half a character where a long body is cut', async () => {
    const body = `x${'ä'.repeat(40_000)}`;
    expect(await message(body, 'text/plain', { summaryLength: 70_000 })).not.toContain('\uFFFD');
  });

  it('is what summarize says, which may take its time', async () => {
    const summarize = async (response: HttpResponse) => (await response.json<{ error: string }>()).error;
    expect(await message('{"error":"no"}', 'application/json', { summarize })).toMatch(/Bad Request: no$/);
  });

  it.each([null, undefined, ''])('is absent when summarize gives %j', async (nothing) => {
    expect(await message('x', 'text/plain', { summarize: () => nothing })).toMatch(/Bad Request$/);
  });

  it.each([5, true, { length: 5 }])('is a mistake when summarize gives %j', async (given) => {
    const stack = new HandlerStack(async () => page('not to be shown', 'text/plain'));
    stack.push(httpErrors({ summarize: () => given as never }), 'http_errors');
    const call = new Client({ handler: stack }).get('http://h/x');
    await expect(call).rejects.toThrow(/^httpErrors: summarize must give a text, got (number|boolean|Object)$/);
  });

  it('leaves a body that went to a sink alone', async () => {
    const error = await failed(page('x').with({ sink: '/tmp/x' }));
    expect(error.message).toMatch(/Bad Request$/);
  });
});

it.each(['x', '?', '"', '"a', 'https://', 'a=', '; ', '\\', '"password":"'])(
  'masks a body of nothing but %j in time that grows with its length alone',
  async (piece) => {
    const body = piece.repeat(Math.floor(65_536 / piece.length));
    const error = await failed(page(body));
    expect(error.message.length).toBeLessThan(1100);
  },
  1000,
);

describe('secrets', () => {
  const asked = new HttpRequest('GET', 'http://h/?token=planted%20one&q=1', {
    Authorization: 'Bearer planted-two',
    Cookie: 'a=planted-three; b=2',
  });
  const shownBy = (error: Error) => [error.message, error.stack, inspect(error, { depth: 9 }), JSON.stringify(error)];

  it.each([
    ['a query value', 'you sent planted one'],
    ['an escaped query value', 'you sent planted%20one'],
    ['the authorization', 'you sent Bearer planted-two'],
    ['the bare token', 'you sent planted-two'],
    ['a cookie', 'you sent planted-three'],
    ['the auth option', 'you sent planted-four'],
    ['a URL', 'see https://u:planted-five@h/?api_key=planted-five'],
    ['a member of JSON', '{"password": "planted\\"six", "pin_token":12345}'],
    ['a member that is cut off', '{"password": "planted six'],
    ['a form', 'password=planted-six&a=b'],
    ['a part of a form', '--b\r\nContent-Disposition: form-data; name="password"\r\n\r\nplanted-eight\r\n--b--'],
    ['a name from the redact option', 'ticket=planted-seven {"ticket":"planted-seven"}'],
  ])('are masked when the body echoes %s', async (_, body) => {
    const options: RequestOptions = {
      auth: ['user', 'planted-four'],
      redact: ['ticket'],
      multipart: [{ name: 'password', contents: 'planted-eight' }],
    };
    const error = await failed(page(body), options, undefined, asked);
    for (const text of shownBy(error)) expect(text).not.toMatch(/planted|12345/);
    expect(error.message).toContain('***');
  });

  it('are masked in the reason phrase and in what summarize says', async () => {
    const response = new HttpResponse(400, {}, 'x', '1.1', 'No planted-two here');
    const error = await failed(response, {}, { summarize: () => 'planted-three' }, asked);
    expect(error.message).toMatch(/400 No \*\*\* here: \*\*\*$/);
  });

  it('are masked that an inner layer has added', async () => {
    const layer = httpErrors()(async () => page('planted-two').with({ request: asked }));
    await expect(layer(request, {})).rejects.toThrow(/Bad Request: \*\*\*$/);
  });

  it('are not shown by half where the body is cut', async () => {
    const cut = `${' '.repeat(65_536 - 8)}planted-two and more`;
    const error = await failed(page(cut), {}, { summaryLength: 70_000 }, asked);
    expect(error.message).not.toContain('plan');
  });

  it('are not shown by half where a stream broke', async () => {
    const source = (async function* () {
      yield Buffer.from('you sent planted-t');
      throw new Error('reset');
    })();
    const error = await failed(page(streamed(source)), {}, undefined, asked);
    expect(error.message).not.toContain('planted');
    expect(await error.response.text()).toBe('you sent planted-t');
  });
});

describe('a streamed body', () => {
  const bytes = (length: number) => Buffer.alloc(length, 'x');

  it('is read into memory, any number of times readable', async () => {
    const { response, message: text } = await failed(page(streamed(Readable.from([bytes(3), bytes(2)]))));
    expect(text).toMatch(/: xxxxx$/);
    expect([await response.text(), await response.text()]).toEqual(['xxxxx', 'xxxxx']);
    expect(response.streamed).toBe(false);
  });

  it('of exactly 64 KiB is read to its end', async () => {
    const destroy = vi.fn((_error: Error | null, done: (error?: Error | null) => void) => done());
    const source = new Readable({ read() {}, destroy, autoDestroy: false });
    source.push(bytes(65_536));
    source.push(null);
    const { response } = await failed(page(streamed(source)));
    expect((await response.bytes()).byteLength).toBe(65_536);
    expect(source.readableEnded).toBe(true);
  });

  it.each(['node', 'web', 'iterable'])('beyond 64 KiB is dropped and released: %s', async (kind) => {
    const released = vi.fn();
    const iterable = async function* () {
      try {
        for (;;) yield bytes(50_000);
      } finally {
        released();
      }
    };
    const web = () => new ReadableStream<Uint8Array>({ pull: (c) => c.enqueue(bytes(50_000)), cancel: released });
    const source = kind === 'node' ? Readable.from(iterable()) : kind === 'web' ? web() : iterable();
    const { response, message: text } = await failed(page(streamed(source)));
    expect((await response.bytes()).byteLength).toBe(65_536);
    expect(text).toMatch(/truncated/);
    await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
  });

  it('that was read before is not read again', async () => {
    const response = page(streamed(Readable.from([bytes(3)])));
    await response.text();
    expect((await failed(response)).message).toMatch(/Bad Request$/);
  });

  it.each([
    [undefined, 300_000],
    [0, 300_000],
    ['2s', 2000],
  ])('is waited for no longer than readTimeout %s', async (readTimeout, wait) => {
    const clock = new FakeClock();
    const cancel = vi.fn();
    const source = new ReadableStream<Uint8Array>({ start: (c) => c.enqueue(bytes(3)), cancel });
    const call = failed(page(streamed(source)), { clock, readTimeout });
    await clock.advance(wait - 1);
    expect(cancel).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(await (await call).response.text()).toBe('xxx');
    expect(cancel).toHaveBeenCalledOnce();
    expect(clock.pending).toBe(0);
  });

  it.each(['signal', 'call'])('is not waited for once the %s aborts', async (by) => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const cancel = vi.fn();
    const asked = new HttpRequest('GET', 'http://h/');
    asked.call = new Call(0);
    const source = new ReadableStream<Uint8Array>({ cancel });
    const call = send(page(streamed(source)), { clock, signal: controller.signal }, undefined, asked);
    const reason = new Error('enough');
    const outcome = call.catch((error: unknown) => error);
    await clock.advance(1);
    if (by === 'signal') controller.abort(reason);
    else callOf(asked)!.abort(reason);
    expect(await outcome).toBe(reason);
    expect(cancel).toHaveBeenCalledOnce();
    expect(remove).toHaveBeenCalled();
    expect(clock.pending).toBe(0);
  });
});

describe('a method in the wrong case', () => {
  const told = async (method: string, status: number) =>
    (await failed(new HttpResponse(status), {}, {}, new HttpRequest(method, 'http://h/x'))).message;

  it.each([
    ['patch', 405, 'PATCH'],
    ['get', 400, 'GET'],
    ['Post', 501, 'POST'],
    ['query', 405, 'QUERY'],
  ])('%s is hinted at when the server answers %d', async (method, status, meant) => {
    expect(await told(method, status)).toContain(
      `; methods are case-sensitive (RFC 9110 §9.1): write '${meant}' for '${method}'`,
    );
  });

  it.each([
    ['PATCH', 405],
    ['patch', 404],
    ['purge', 405],
  ])('is not what is said of %s and %d', async (method, status) => {
    expect(await told(method, status)).not.toContain('case-sensitive');
  });
});

describe('the stack of a bad answer', () => {
  const stack = () => HandlerStack.create(async () => new HttpResponse(404));
  /** Where it is made. */
  const place = 'answer-steps.ts';
  const failureOf = async (send: () => Promise<unknown>): Promise<Error> => {
    const outcome = await send().catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(Error);
    return outcome as Error;
  };

  it('has the caller and nothing of the layer when a client sent the request', async () => {
    const client = new Client({ handler: stack() });
    const waiting = async () => await client.get('http://h/x');
    const { stack: frames } = await failureOf(waiting);
    expect(frames).toContain(' waiting ');
    expect(frames).not.toMatch(/src\/middleware\//);
  });

  it('has frames when its stack is called without a client', async () => {
    const { stack: frames } = await failureOf(() => stack().resolve()(request, {}));
    expect(frames).toContain(place);
  });

  it.each([
    ['a layer around it', (look: Middleware) => stack().unshift(look, 'look')],
    ['a layer around its stack', (look: Middleware) => look(stack().resolve())],
    ['a stack around its stack', (look: Middleware) => new HandlerStack(stack().resolve()).push(look, 'look')],
  ])('has frames already for %s, which may give it as a cause', async (_, around) => {
    const look: Middleware = (next) => (asked, options) =>
      next(asked, options).catch((cause: Error) => {
        throw new Error(`within: ${cause.stack}`, { cause });
      });
    const client = new Client({ handler: around(look) });
    const { cause, message } = await failureOf(() => client.get('http://h/x'));
    expect(message).toContain(place);
    expect((cause as Error).stack).toContain(place);
  });
});
