import { describe, expect, it, vi } from 'vitest';
import { Answer, type Answered } from '../../../src/handlers/exchange/answer.ts';
import { TransferRecord } from '../../../src/handlers/exchange/transfer-record.ts';
import { HttpHeaders } from '../../../src/message/headers.ts';
import { HttpRequest } from '../../../src/message/request.ts';
import type { RequestOptions } from '../../../src/options/options.ts';
import { systemClock } from '../../../src/time/clock.ts';

interface Given {
  readonly method?: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly options?: RequestOptions;
}

function answer({ method = 'GET', status = 200, headers = {}, options = {} }: Given = {}) {
  const abort = vi.fn((_reason: unknown) => {
    transfer.isDone = true;
  });
  const transfer = {
    request: new HttpRequest(method, 'http://h.test/'),
    options,
    record: new TransferRecord(systemClock),
    promised: undefined,
    isDone: false as boolean,
    facts: () => ({ handler: 'test' }),
    headOnly: () => made.headOnly(),
    chunkCame: vi.fn(),
    abort,
  } satisfies Answered;
  const made: Answer = new Answer(transfer, status, 'Fine', new HttpHeaders(headers));
  return { abort, answer: made, transfer };
}

const bytes = (length: number) => new Uint8Array(length);

describe('an answer', () => {
  it.each<[string, Given, boolean]>([
    ['of 200', {}, false],
    ['of 200 to HEAD', { method: 'HEAD' }, true],
    ['of 204', { status: 204 }, true],
    ['of 304 with a length', { status: 304, headers: { 'Content-Length': '9' } }, true],
    ['with no bytes', { headers: { 'Content-Length': '0' } }, true],
    ['with some', { headers: { 'Content-Length': '1' } }, false],
  ])('%s: has no body %s', (_, given, isEmpty) => {
    expect(answer(given).answer.isEmpty).toBe(isEmpty);
  });

  it.each<[string | undefined, number | undefined]>([
    [undefined, undefined],
    ['12', 12],
    ['twelve', undefined],
  ])('with Content-Length %s expects %s bytes', (length, expected) => {
    expect(answer(length === undefined ? {} : { headers: { 'Content-Length': length } }).answer.expected).toBe(
      expected,
    );
  });

  it('gathers its chunks, counts them and begins the wait for the next anew', async () => {
    const { answer: one, transfer } = answer();
    for (const chunk of [bytes(2), bytes(3)]) {
      expect(one.received(chunk)).toBe(true);
      one.collect(chunk);
    }
    expect([transfer.record.received, transfer.chunkCame.mock.calls.length]).toEqual([5, 2]);
    const response = one.gathered();
    expect([response.status, response.statusText, response.bytesNow()]).toEqual([200, 'Fine', bytes(5)]);
  });

  it('gives no chunk more time while it is waited for as a whole', () => {
    const { answer: one, transfer } = answer();
    one.isBrief = true;
    one.received(bytes(1));
    expect(transfer.chunkCame).not.toHaveBeenCalled();
  });

  it('tells of its progress, and says when that has ended the transfer', () => {
    const progress = vi.fn(() => {
      throw new Error('no more');
    });
    const { answer: one } = answer({ options: { progress }, headers: { 'Content-Length': '4' } });
    expect(one.received(bytes(1))).toBe(false);
    expect(progress).toHaveBeenCalledExactlyOnceWith({ direction: 'download', transferred: 1, total: 4 });
  });

  it.each<[string, Given]>([
    ['by its chunks', {}],
    ['by its head', { headers: { 'Content-Length': '5' } }],
  ])('too large %s ends the transfer', (_, given) => {
    const { abort, answer: one } = answer({ ...given, options: { maxResponseSize: 4 } });
    if (one.fits()) one.collect(bytes(5));
    expect(abort).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'ERR_BODY_TOO_LARGE' }));
  });

  it.each<[string, Record<string, string>, number]>([
    ['as it is', {}, 1000],
    ['encoded: twice it and 64 KiB', { 'Content-Encoding': 'gzip' }, 2000 + 65_536],
  ])('takes as many bytes as maxResponseSize says, %s, and holds nothing of one more', (_, headers, most) => {
    const { abort, answer: one } = answer({ headers, options: { maxResponseSize: 1000 } });
    one.collect(bytes(most));
    expect([abort.mock.calls, one.taken()?.byteLength]).toEqual([[], most]);
    one.collect(bytes(1));
    const { calls } = abort.mock;
    expect(calls).toEqual([[expect.objectContaining({ name: 'BodyError', code: 'ERR_BODY_TOO_LARGE' })]]);
    expect(String(calls[0]?.[0])).toContain('maxResponseSize (1000 bytes)');
    expect(one.taken()).toHaveLength(0);
  });

  it('gives one chunk without a copy', () => {
    const { answer: one } = answer();
    const chunk = bytes(2);
    one.collect(chunk);
    expect(one.taken()).toBe(chunk);
  });

  it('shows itself without its body, the same each time', () => {
    const { answer: one } = answer();
    one.collect(bytes(3));
    expect(one.headOnly().bytesNow()).toHaveLength(0);
    expect(one.headOnly()).toBe(one.headOnly());
  });

  it('with a body that is still to come has it as its stream, and what comes behind it later', async () => {
    const { answer: one } = answer();
    let trailers = HttpHeaders.empty;
    one.trailers = () => trailers;
    const body = { isUntouched: true, isBehind: false, fail: vi.fn() };
    const response = one.opened(body, new Response('abc').body!);
    trailers = new HttpHeaders({ 'X-End': '1' });
    expect([one.body, await response.text(), response.trailers.get('x-end')]).toEqual([body, 'abc', '1']);
  });
});
