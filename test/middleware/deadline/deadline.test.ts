import { getEventListeners } from 'node:events';
import { createServer, get as httpGet, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Call, callOf } from '../../../src/call/call.ts';
import { timeLeft } from '../../../src/call/time-left.ts';
import { Content, type StreamSource } from '../../../src/message/content.ts';
import { isTimeoutError } from '../../../src/message/errors.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import { HttpResponse } from '../../../src/message/response.ts';
import { deadline } from '../../../src/middleware/deadline/deadline.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import type { Handler } from '../../../src/stack/handler.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

const request = new HttpRequest('GET', 'http://a.test/x');
const silent: Handler = () => new Promise(() => undefined);
const bytes = new Uint8Array([1, 2, 3]);

const timedOut = {
  name: 'TimeoutError',
  code: 'ERR_TIMEOUT_TOTAL',
  phase: 'total',
  message: 'GET http://a.test/x: timed out after 100 ms; the timeout option allows 100 ms for the whole call',
  elapsed: 100,
};

function setUp(next: Handler) {
  const clock = new FakeClock();
  const controller = new AbortController();
  const options: RequestOptions = { timeout: 100, clock, signal: controller.signal };
  const nothingLeft = (): void => {
    expect(clock.pending).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  };
  return { clock, controller, options, nothingLeft, handler: deadline()(next) };
}

const streamed = (source: StreamSource) => new HttpResponse(200, {}, new Content(undefined, source));

it.each([undefined, null, false, 0] as const)('hands a request with a timeout of %s on untouched', (timeout) => {
  const answer = Promise.resolve(new HttpResponse(200));
  const next = vi.fn(() => answer);
  const options: RequestOptions = { timeout };
  expect(deadline()(next)(request, options)).toBe(answer);
  expect(next).toHaveBeenCalledExactlyOnceWith(request, options);
});

describe('while the response has not come', () => {
  it('rejects when the time is over, also when the handler ignores its signal', async () => {
    const { clock, options, handler, nothingLeft } = setUp(silent);
    const answer = handler(request, options).catch((error: unknown) => error);
    await clock.advance(99);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    const error = await answer;
    expect(error).toMatchObject(timedOut);
    expect(isTimeoutError(error)).toBe(true);
    nothingLeft();
  });

  it('aborts the inner signal with the very error that it rejects with', async () => {
    const seen: AbortSignal[] = [];
    const { clock, options, handler } = setUp((_, { signal }) => {
      seen.push(signal as AbortSignal);
      return new Promise(() => undefined);
    });
    const answer = handler(request, options).catch((error: unknown) => error);
    await clock.advance(100);
    expect(seen[0]?.reason).toBe(await answer);
  });

  it('says how often the request was sent', async () => {
    const { clock, options, handler } = setUp(silent);
    const mine = new HttpRequest('GET', 'http://a.test/x');
    mine.call = new Call(0);
    const answer = expect(handler(mine, options)).rejects.toMatchObject({ attempts: 3 });
    callOf(mine)!.attempt = 3;
    await clock.advance(100);
    await answer;
  });

  it('releases an answer that comes too late', async () => {
    const late = streamed(Readable.from([bytes]));
    const discard = vi.spyOn(late, 'discard');
    let answerNow: (response: HttpResponse) => void = () => undefined;
    const { clock, options, handler } = setUp(() => new Promise((resolve) => void (answerNow = resolve)));
    const answer = expect(handler(request, options)).rejects.toMatchObject(timedOut);
    await clock.advance(100);
    await answer;
    answerNow(late);
    await clock.advance(0);
    expect(discard).toHaveBeenCalledOnce();
  });

  it.each([
    ['signal', ({ controller }: ReturnType<typeof setUp>) => controller.abort('stop')],
    ['call', (_: unknown, call: Call) => call.abort('stop')],
  ])('rejects at once with the reason of the %s, and hands it to the inner signal', async (_, stop) => {
    let inner: AbortSignal | undefined;
    const all = setUp((_request, { signal }) => {
      inner = signal as AbortSignal;
      return new Promise(() => undefined);
    });
    const mine = new HttpRequest('GET', 'http://a.test/x');
    mine.call = new Call(0);
    const answer = all.handler(mine, all.options);
    stop(all, callOf(mine)!);
    await expect(answer).rejects.toBe('stop');
    expect(inner?.reason).toBe('stop');
    all.nothingLeft();
  });

  it('sends nothing when the signal is aborted already', async () => {
    const next = vi.fn(silent);
    const { controller, options, handler, nothingLeft } = setUp(next);
    controller.abort('no');
    await expect(handler(request, options)).rejects.toBe('no');
    expect(next).not.toHaveBeenCalled();
    nothingLeft();
  });

  it.each<[string, Handler]>([
    ['rejects', async () => Promise.reject(new Error('below'))],
    [
      'throws',
      () => {
        throw new Error('below');
      },
    ],
  ])('leaves nothing behind when the handler %s', async (_, next) => {
    const { options, handler, nothingLeft } = setUp(next);
    await expect(handler(request, options)).rejects.toThrow('below');
    nothingLeft();
  });

  it('leaves nothing behind when a buffered response comes in time', async () => {
    const response = new HttpResponse(200, {}, 'body');
    const { options, handler, nothingLeft } = setUp(async () => response);
    expect(await handler(request, options)).toBe(response);
    nothingLeft();
  });
});

it('tells the layers inside how much time is left', async () => {
  const left: number[] = [];
  const { clock, options, handler } = setUp(async (_, inner) => {
    left.push(timeLeft(inner));
    await (inner.clock as FakeClock).sleep(30);
    left.push(timeLeft(inner));
    return new HttpResponse(200);
  });
  const answer = handler(request, options);
  await clock.advance(30);
  await answer;
  expect(left).toEqual([100, 70]);
  expect(timeLeft({})).toBe(Number.POSITIVE_INFINITY);
  expect(timeLeft({ signal: new AbortController().signal })).toBe(Number.POSITIVE_INFINITY);
});

/** A body that gives one chunk and then nothing, in each of its forms. */
const stalled: [string, () => StreamSource][] = [
  ['a Node stream', () => new Readable({ read: () => undefined })],
  ['a web stream', () => new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes) })],
  [
    'an iterable',
    async function* () {
      yield bytes;
      await new Promise(() => undefined);
    },
  ],
];

describe.each(stalled)('while the body is %s', (kind, make) => {
  const open = async () => {
    const source = make();
    if (kind === 'a Node stream') (source as Readable).push(bytes);
    const all = setUp(async () => streamed(source));
    const response = await all.handler(request, { ...all.options, stream: true });
    return { ...all, response };
  };

  it('fails a read that waits when the time is over', async () => {
    const { clock, response, nothingLeft } = await open();
    const chunks: Uint8Array[] = [];
    const read = (async () => {
      for await (const chunk of response) chunks.push(chunk);
    })().catch((error: unknown) => error);
    await clock.advance(100);
    expect(await read).toMatchObject(timedOut);
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(bytes));
    nothingLeft();
  });

  it('fails a read that begins when the time is over, and nothing before', async () => {
    const { clock, response, nothingLeft } = await open();
    await clock.advance(100);
    await expect(response.bytes()).rejects.toMatchObject(timedOut);
    nothingLeft();
  });

  it('leaves nothing behind when the body is dropped unread', async () => {
    const { clock, response, nothingLeft } = await open();
    expect(clock.pending).toBe(1);
    await response.discard();
    await clock.advance(0);
    nothingLeft();
  });

  it('leaves nothing behind when reading stops early', async () => {
    const { clock, response, nothingLeft } = await open();
    for await (const chunk of response) {
      expect(chunk).toHaveLength(3);
      break;
    }
    await clock.advance(0);
    nothingLeft();
  });

  it('fails the read with the reason when the caller aborts', async () => {
    const { clock, controller, response, nothingLeft } = await open();
    const reason = new Error('enough');
    const read = expect(response.bytes()).rejects.toBe(reason);
    await clock.advance(10);
    controller.abort(reason);
    await read;
    nothingLeft();
  });
});

it.each([
  ['a Node stream', () => Readable.from([bytes, bytes])],
  ['a web stream', () => new Blob([bytes, bytes]).stream()],
  [
    'an iterable',
    async function* () {
      yield bytes;
      yield bytes;
    },
  ],
] as [string, () => StreamSource][])('leaves nothing behind when %s was read to its end', async (_, make) => {
  const { clock, options, handler, nothingLeft } = setUp(async () => streamed(make()));
  const response = await handler(request, { ...options, stream: true });
  expect(await response.bytes()).toHaveLength(6);
  await clock.advance(0);
  nothingLeft();
});

it('leaves nothing behind when the body fails', async () => {
  const source = new Readable({
    read() {
      this.destroy(new Error('cut'));
    },
  });
  const { clock, options, handler, nothingLeft } = setUp(async () => streamed(source));
  const response = await handler(request, { ...options, stream: true });
  await expect(response.bytes()).rejects.toThrow('cut');
  await clock.advance(0);
  nothingLeft();
});

describe('on the system clock', () => {
  it('ends between timers of 20 ms less and 20 ms more, against a server that never ends its body', async () => {
    const server = createServer((_, response) => void response.write('begin')).listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const next: Handler = (_, { signal }) =>
      new Promise((resolve, reject) => {
        const sent = httpGet(url, { signal: signal as AbortSignal }, (message: IncomingMessage) =>
          resolve(streamed(message)),
        );
        sent.on('error', reject);
      });
    // A loaded machine is late with both, so the two are compared and not the clock.
    const ends: string[] = [];
    setTimeout(() => ends.push('before'), 130);
    const after = new Promise((resolve) => setTimeout(resolve, 170)).then(() => ends.push('after'));
    const called = deadline()(next)(new HttpRequest('GET', url), { timeout: 150, stream: true });
    await expect(called.then((response) => response.bytes())).rejects.toMatchObject({ code: 'ERR_TIMEOUT_TOTAL' });
    ends.push('the call');
    await after;
    expect(ends).toEqual(['before', 'the call', 'after']);
  });
});
