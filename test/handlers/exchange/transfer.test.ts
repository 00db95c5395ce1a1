/** One transfer with a carrier that does nothing: what every exchange has of it. */
import { describe, expect, it, vi } from 'vitest';
import { announceHead } from '../../../src/handlers/exchange/announcements.ts';
import { Answer } from '../../../src/handlers/exchange/answer.ts';
import { OpenExchanges } from '../../../src/handlers/exchange/open-exchanges.ts';
import { type Carrier, Transfer } from '../../../src/handlers/exchange/transfer.ts';
import { HttpHeaders } from '../../../src/message/headers.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { HttpResponse } from '../../../src/message/response.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { FakeClock } from '../../../src/testing/fake-clock.ts';

const REASON = new Error('enough');

interface Given {
  readonly options?: RequestOptions;
  readonly body?: string;
  readonly carrier?: Partial<Carrier>;
}

function begin({ options = {}, body, carrier }: Given = {}) {
  const clock = new FakeClock();
  const open = new OpenExchanges<Transfer>();
  const released = vi.fn();
  const resolve = vi.fn<(response: HttpResponse | Promise<HttpResponse>) => void>();
  const reject = vi.fn<(reason: unknown) => void>();
  const plain: Carrier = { handlerName: 'test', abort: (reason) => transfer.fail(reason), released, ...carrier };
  const request = new HttpRequest(body === undefined ? 'GET' : 'POST', 'http://h.test/', {}, body);
  const transfer = new Transfer(plain, request, { clock, ...options }, open, { resolve, reject });
  transfer.start();
  return { clock, open, released, resolve, reject, transfer };
}

function answered(transfer: Transfer, headers: Record<string, string> = {}, status = 200): Answer {
  const answer = new Answer(transfer, status, 'OK', new HttpHeaders(headers));
  transfer.headCame(answer);
  return answer;
}

const unread = () => ({ isUntouched: true, isBehind: false, fail: vi.fn() });

describe('the end of a transfer', () => {
  it('comes once: with its error, its carrier told, and out of the list of those under way', () => {
    const { open, released, reject, transfer } = begin();
    expect(open.members()).toEqual([transfer]);
    transfer.abort(REASON);
    transfer.abort(new Error('again'));
    expect(reject.mock.calls).toEqual([[REASON]]);
    expect([released.mock.calls.length, open.members(), transfer.isDone]).toEqual([1, [], true]);
  });

  it('leaves the wait for a connection, and lets go of the body that was to be sent', () => {
    const { transfer } = begin({ body: 'x' });
    const [leave, release] = [vi.fn(), vi.fn()];
    transfer.waits({ leave });
    transfer.outgoing = { isStopped: false, release };
    expect(transfer.isWaiting).toBe(true);
    transfer.abort(REASON);
    expect([leave.mock.calls.length, release.mock.calls.length, transfer.isWaiting]).toEqual([1, 1, false]);
  });

  it('is that of its body, once the caller has that', () => {
    const { reject, resolve, transfer } = begin({ options: { stream: true } });
    const body = unread();
    transfer.handOut(answered(transfer).opened(body, new ReadableStream()));
    transfer.abort(REASON);
    expect([resolve.mock.calls.length, reject.mock.calls, body.fail.mock.calls]).toEqual([1, [], [[REASON]]]);
  });

  it('is its promise passed on, where somebody else answers', () => {
    const { reject, resolve, transfer } = begin();
    const other = Promise.resolve({} as HttpResponse);
    transfer.passOn(other);
    transfer.abort(REASON);
    expect([resolve.mock.calls, reject.mock.calls]).toEqual([[[other]], []]);
  });

  it('never comes for a call that was stopped before: it does not begin', () => {
    const { reject, transfer } = begin({ options: { signal: AbortSignal.abort(REASON) } });
    expect([transfer.isDone, reject.mock.calls]).toEqual([true, [[REASON]]]);
  });

  it('is what an event threw, and not the end of the process', () => {
    const { reject, transfer } = begin();
    transfer.broke(new TypeError('a mistake of ours'));
    expect(reject).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ message: 'a mistake of ours' }));
  });
});

describe('the waits of a transfer', () => {
  it.each<[string, RequestOptions, (transfer: Transfer) => unknown, string]>([
    ['the head', { headersTimeout: 50 }, (transfer) => transfer.connected(undefined), 'headers'],
    ['the body', { readTimeout: 50 }, (transfer) => answered(transfer), 'read'],
  ])('for %s end it when they take too long', async (_, options, step, phase) => {
    const { clock, reject, transfer } = begin({ options });
    step(transfer);
    await clock.advance(49);
    expect(reject).not.toHaveBeenCalled();
    await clock.advance(1);
    expect(reject).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ name: 'TimeoutError', phase }));
  });

  it('are the carrier’s to judge first', async () => {
    const expires = vi.fn(() => true);
    const { clock, reject, transfer } = begin({ options: { headersTimeout: 50 }, carrier: { expires } });
    transfer.connected(undefined);
    await clock.advance(60);
    expect([expires.mock.calls, reject.mock.calls]).toEqual([[['headers', 50]], []]);
  });

  it('do not count while the reader is behind', async () => {
    const { clock, transfer } = begin({ options: { readTimeout: 50, stream: true } });
    const body = { isUntouched: false, isBehind: true, fail: vi.fn() };
    transfer.handOut(answered(transfer).opened(body, new ReadableStream()));
    await clock.advance(120);
    expect(transfer.isDone).toBe(false);
    body.isBehind = false;
    await clock.advance(60);
    expect(transfer.isDone).toBe(true);
  });

  it('are a second at most for a rest that nobody wants', async () => {
    const { clock, transfer } = begin();
    transfer.handOut(answered(transfer).opened(unread(), new ReadableStream()));
    transfer.drained();
    expect(transfer.isForgotten).toBe(true);
    await clock.advance(1000);
    expect(transfer.isDone).toBe(true);
  });
});

describe('what a transfer counts', () => {
  it('is the bytes of the attempt under way, told while somebody wants to know', () => {
    const progress = vi.fn();
    const { transfer } = begin({ body: 'four', options: { progress } });
    const [first, second] = [
      { isStopped: false, release: vi.fn() },
      { isStopped: false, release: vi.fn() },
    ];
    transfer.outgoing = first;
    transfer.uploaded(3, first);
    transfer.goesAgain();
    transfer.outgoing = second;
    transfer.uploaded(9, first);
    transfer.uploaded(2, second);
    second.isStopped = true;
    transfer.uploaded(2, second);
    expect(transfer.facts()).toMatchObject({ handler: 'test', bytesSent: 4, bytesReceived: 0 });
    expect(progress.mock.calls.map(([told]) => told)).toEqual([
      { direction: 'upload', transferred: 3, total: 4 },
      { direction: 'upload', transferred: 2, total: 4 },
    ]);
  });

  it('is told with a redirect that the transport has followed by itself', () => {
    const { transfer } = begin();
    transfer.landed = { url: 'http://other.test/' };
    expect(transfer.facts().url).toBe('http://other.test/');
  });
});

describe('the head that is announced', () => {
  it('has no body, and a callback that throws ends the transfer with it', () => {
    const heads: HttpResponse[] = [];
    const onHeaders = (head: HttpResponse) => {
      heads.push(head);
      throw REASON;
    };
    const { reject, transfer } = begin({ options: { onHeaders } });
    answered(transfer, { 'X-A': 'b' }, 404);
    expect(announceHead(transfer)).toBe(false);
    expect([heads[0]?.status, heads[0]?.headers.get('x-a'), heads[0]?.bytesNow()]).toEqual([
      404,
      'b',
      new Uint8Array(),
    ]);
    const told = { code: 'ERR_ON_HEADERS', cause: REASON, response: heads[0] };
    expect(reject).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(told));
  });

  it('is announced to nobody once the transfer is over', () => {
    const onHeaders = vi.fn();
    const { transfer } = begin({ options: { onHeaders } });
    answered(transfer);
    transfer.abort(REASON);
    expect([announceHead(transfer), onHeaders.mock.calls]).toEqual([false, []]);
  });
});
