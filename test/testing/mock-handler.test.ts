import { describe, expect, it, vi } from 'vitest';
import { Call, callOf } from '../../src/call/call.ts';
import { NetworkError, RequestError, ResponseError } from '../../src/message/errors.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { HandlerStack } from '../../src/stack/handler-stack.ts';
import * as testing from '../../src/testing/index.ts';
import { mockHandler } from '../../src/testing/mock-handler.ts';

const request = new HttpRequest('POST', 'http://a.example/x', { 'X-A': '1' }, 'body');
const ok = () => new HttpResponse(200, { 'X-B': '2' }, 'hello');
const failed = new NetworkError('the network is down');

describe('the phases of a request', () => {
  const never = () => new Promise<HttpResponse>(() => undefined);
  const stalled = () => new HttpResponse(200, {}, new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(5)) }));

  it.each([
    ['headers', never, { headersTimeout: '2s' }],
    ['read', stalled, { readTimeout: '2s' }],
  ] as const)('end with a TimeoutError by the clock: %s', async (phase, item, limits) => {
    const clock = new testing.FakeClock();
    const waiting = mockHandler([item])(request, { clock, ...limits }).catch((error: unknown) => error);
    await clock.advance(1999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    expect(await waiting).toMatchObject({ name: 'TimeoutError', phase, request });
    expect(clock.pending).toBe(0);
  });

  it('time the body of a stream while its reader waits', async () => {
    const clock = new testing.FakeClock();
    const response = await mockHandler([stalled])(request, { clock, readTimeout: '2s', stream: true });
    const waiting = response.text().catch((error: unknown) => error);
    await clock.advance(2000);
    expect(await waiting).toMatchObject({ name: 'TimeoutError', phase: 'read' });
  });
});

describe('the queue', () => {
  it('answers requests in the order of its items, and counts what is left', async () => {
    const mock = mockHandler([new HttpResponse(201), new HttpResponse(202)]);
    expect(mock.count).toBe(2);
    expect((await mock(request, {})).status).toBe(201);
    expect((await mock(request, {})).status).toBe(202);
    expect(mock.count).toBe(0);
  });

  it.each<[string, testing.MockItem]>([
    ['a response', ok()],
    ['a promise of a response', Promise.resolve(ok())],
    ['a function', () => ok()],
    ['an async function', async () => ok()],
  ])('takes %s', async (_, item) => {
    const response = await mockHandler([item])(request, {});
    expect(await response.text()).toBe('hello');
    expect(response.headers.get('x-b')).toBe('2');
  });

  it.each<[string, () => testing.MockItem]>([
    ['an error', () => failed],
    ['a promise that rejects', () => Promise.reject(failed)],
    ['a promise of an error', () => Promise.resolve(failed)],
    ['a function that returns an error', () => () => failed],
    [
      'a function that throws',
      () => () => {
        throw failed;
      },
    ],
    [
      'an async function that throws',
      () => async () => {
        throw failed;
      },
    ],
  ])('rejects with %s, itself', async (_, item) => {
    await expect(mockHandler([item()])(request, {})).rejects.toBe(failed);
  });

  it('hands the request and the options to a function', async () => {
    const answer = vi.fn(() => ok());
    await mockHandler([answer])(request, { timeout: 5 });
    expect(answer).toHaveBeenCalledWith(request, expect.objectContaining({ timeout: 5 }));
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['text', 'string'],
    [{ status: 200 }, 'Object'],
    [new Response(), 'Response'],
  ])('refuses %s when it is appended, and adds nothing of that call', (item, found) => {
    const mock = mockHandler();
    const expected = `or a function, got ${found}`;
    expect(() => mock.append(ok(), item as never)).toThrow(TypeError);
    expect(() => mock.append(item as never)).toThrow(expected);
    expect(() => mockHandler([item as never])).toThrow(expected);
    expect(mock.count).toBe(0);
  });

  it('rejects what a function returns that is no answer', async () => {
    const reason = await mockHandler([() => 'text' as never])(request, {}).catch((error: unknown) => error);
    expect(reason).toEqual(new TypeError('an answer of the mock must be an HttpResponse or an Error, got string'));
  });

  it('says how many answers it gave and how to add more when there is none left', async () => {
    const mock = mockHandler([ok()]);
    await mock(request, {});
    const reason = await mock(request, {}).catch((error: unknown) => error);
    expect(reason).toBeInstanceOf(RequestError);
    expect(reason).toMatchObject({ code: 'ERR_MOCK_EMPTY', request });
    expect((reason as Error).message).toContain(
      '1 answer was served; queue more, as in mock.append(new HttpResponse(200))',
    );
    mock.append(ok());
    expect((await mock(request, {})).status).toBe(200);
  });

  it('may be long, and keeps the newest requests', async () => {
    const mock = mockHandler(Array.from({ length: 200_000 }, () => failed));
    expect(mock.count).toBe(200_000);
    const asked = Array.from({ length: 25_000 }, (_, i) => new HttpRequest('GET', `http://a.example/${i}`));
    for (const one of asked) await mock(one, {}).catch(() => undefined);
    expect(mock.requests).toEqual(asked.slice(-mock.requests.length));
    expect(mock.requests.length).toBeGreaterThanOrEqual(10_000);
    expect(mock.requests.length).toBeLessThanOrEqual(20_000);
  });

  it('copies the array it is given', async () => {
    const items = [ok()];
    const mock = mockHandler(items);
    await mock(request, {});
    expect(items).toHaveLength(1);
  });

  it('keeps a promise that rejects before its turn from being unhandled', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const mock = mockHandler([Promise.reject(failed)]);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    await expect(mock(request, {})).rejects.toBe(failed);
  });
});

describe('what it remembers', () => {
  it('has every request, and the last with its options', async () => {
    const mock = mockHandler([ok(), failed]);
    const second = new HttpRequest('GET', 'http://b.example/');
    await mock(request, { timeout: 1 });
    await mock(second, { timeout: 2 }).catch(() => undefined);
    expect(mock.requests).toEqual([request, second]);
    expect(mock.lastRequest).toBe(second);
    expect(mock.lastOptions?.timeout).toBe(2);
  });

  it('does not read the body of a request, so that a test can', async () => {
    const mock = mockHandler([ok()]);
    await mock(new HttpRequest('POST', 'http://a.example/', {}, ['on', 'ce'][Symbol.iterator]()), {});
    expect(await mock.lastRequest?.text()).toBe('once');
  });

  it('forgets everything on reset', async () => {
    const mock = mockHandler([ok(), ok()]);
    await mock(request, {});
    mock.reset();
    expect([mock.count, mock.requests, mock.lastRequest, mock.lastOptions]).toEqual([0, [], undefined, undefined]);
  });
});

describe('the response', () => {
  it('says what was asked and who answered', async () => {
    const response = await mockHandler([ok()])(request, {});
    expect(response.url).toBe('http://a.example/x');
    expect(response.request).toBe(request);
    expect(response.facts).toMatchObject({ handler: 'mock', bytesSent: 4, bytesReceived: 5 });
  });

  it('leaves the one in the queue as it is, so that it can be served again', async () => {
    const shared = ok();
    const mock = mockHandler([() => shared, () => shared]);
    const first = await mock(request, { stream: true });
    expect(await first.text()).toBe('hello');
    expect(await (await mock(request, {})).text()).toBe('hello');
    expect([shared.url, shared.request, shared.bodyUsed]).toEqual(['', undefined, false]);
  });

  it('can be read once when it is streamed, as from a socket', async () => {
    const response = await mockHandler([ok()])(request, { stream: true });
    expect(response.streamed).toBe(true);
    expect(await response.text()).toBe('hello');
    await expect(response.text()).rejects.toMatchObject({ code: 'ERR_BODY_USED' });
  });

  it('buffers a queued stream unless it is asked for one', async () => {
    const chunks = async function* () {
      yield 'a';
      yield 'b';
    };
    const response = await mockHandler([new HttpResponse(200, {}, chunks())])(request, {});
    expect(response.streamed).toBe(false);
    expect([await response.text(), await response.text()]).toEqual(['ab', 'ab']);
  });

  it('turns a queued stream that fails into a BodyError', async () => {
    const chunks = async function* () {
      yield 'a';
      throw new Error('cut');
    };
    const mock = mockHandler([new HttpResponse(200, {}, chunks())]);
    await expect(mock(request, {})).rejects.toMatchObject({ name: 'BodyError', code: 'ERR_BODY_TRUNCATED' });
  });

  it('reports what was sent and received to progress', async () => {
    const progress = vi.fn();
    await mockHandler([ok()])(request, { progress });
    expect(progress.mock.calls).toEqual([
      [{ direction: 'upload', transferred: 4, total: 4 }],
      [{ direction: 'download', transferred: 5, total: 5 }],
    ]);
  });

  it('is announced to onHeaders before it is handed on', async () => {
    const seen: number[] = [];
    const response = await mockHandler([ok()])(request, { onHeaders: (head) => seen.push(head.status) });
    expect([seen, response.status]).toEqual([[200], 200]);
  });

  it('is not handed on when onHeaders throws', async () => {
    const cause = new Error('no');
    const onHeaders = () => {
      throw cause;
    };
    const reason = await mockHandler([ok()])(request, { onHeaders }).catch((error: unknown) => error);
    expect(reason).toBeInstanceOf(ResponseError);
    expect(reason).toMatchObject({ cause, code: 'ERR_ON_HEADERS', response: { status: 200 } });
  });

  it('is not announced when the item is an error', async () => {
    const onHeaders = vi.fn();
    await mockHandler([failed])(request, { onHeaders }).catch(() => undefined);
    expect(onHeaders).not.toHaveBeenCalled();
  });

  it('goes to onFulfilled, an error to onRejected', async () => {
    const [onFulfilled, onRejected] = [vi.fn(), vi.fn()];
    const mock = mockHandler([ok(), failed], { onFulfilled, onRejected });
    const response = await mock(request, {});
    await mock(request, {}).catch(() => undefined);
    expect(onFulfilled.mock.calls).toEqual([[response]]);
    expect(onRejected.mock.calls).toEqual([[failed]]);
  });
});

describe('an abort', () => {
  it('leaves the queue alone when it came before', async () => {
    const mock = mockHandler([ok()]);
    await expect(mock(request, { signal: AbortSignal.abort('too late') })).rejects.toBe('too late');
    expect(mock.count).toBe(1);
  });

  it('reaches an answer that never comes, through the signal and through the call', async () => {
    const mock = mockHandler([() => new Promise(() => undefined), () => new Promise(() => undefined)]);
    const stop = new AbortController();
    const bySignal = mock(request, { signal: stop.signal });
    stop.abort('signal');
    await expect(bySignal).rejects.toBe('signal');
    const called = request.with({ url: 'http://a.example/y' });
    called.call = new Call(0);
    const byCall = mock(called, {});
    callOf(called)!.abort('call');
    await expect(byCall).rejects.toBe('call');
  });
});

describe('its place', () => {
  it('is a handler that a stack can stand on', async () => {
    const stack = new HandlerStack(mockHandler([ok()]));
    expect(String(stack)).toBe('mock');
    expect((await stack.resolve()(request, {})).status).toBe(200);
  });

  it('is part of sluice/testing, with the clock, the servers and history', () => {
    const { mockHandler, history, FakeClock, startServer, startScriptedServer, faults } = testing;
    const functions = [mockHandler, history, FakeClock, startServer, startScriptedServer, faults.truncatedBody];
    expect(functions.map((one) => typeof one)).toEqual(functions.map(() => 'function'));
  });
});
