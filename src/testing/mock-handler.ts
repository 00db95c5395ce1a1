/**
 * A handler that answers from a queue: no socket, no server, nothing patched. Each request takes the next answer, and
 * the rest of the stack cannot tell the difference.
 */

import { RequestError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { ownOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { settingsOf } from '../options/settings-of.ts';
import { Fifo } from '../pool/fifo.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { Transport } from '../stack/handler.ts';
import { isResponse } from './doubles/answer.ts';
import { MockExchange } from './mock-exchange.ts';

/** What a request is answered with; an error is what it rejects with. */
export type MockOutcome = HttpResponse | Error;

/** Makes the answer from what was asked. A throw rejects. */
export type MockAnswer = (request: HttpRequest, options: RequestOptions) => MockOutcome | Promise<MockOutcome>;

/** One entry of the queue. */
export type MockItem = MockOutcome | Promise<MockOutcome> | MockAnswer;

/** Who is told what a `mockHandler` answers. */
export interface MockOptions {
  /** Called with each response that is handed on, after `onHeaders`. */
  readonly onFulfilled?: ((response: HttpResponse) => void) | undefined;
  /** Called with each error that is handed on. */
  readonly onRejected?: ((reason: unknown) => void) | undefined;
}

/** A double that answers from a queue, and keeps what it was asked. */
export interface MockHandler extends Transport {
  /** Answers that are left. */
  readonly count: number;
  /** The requests, oldest first; of very many the newest 10 000 at least. */
  readonly requests: readonly HttpRequest[];
  /** The newest of `requests`. */
  readonly lastRequest: HttpRequest | undefined;
  /** As they reached the handler: merged and checked by the client. */
  readonly lastOptions: RequestOptions | undefined;
  /**
   * Adds answers at the end of the queue.
   * @throws TypeError for an item that is no response, error, promise or function; then none of them is added
   */
  append(...items: readonly MockItem[]): void;
  /** Forgets the queue, the requests and the options. */
  reset(): void;
}

/** So many requests are kept: a million of them must not fill the memory of a test. */
const KEPT_REQUESTS = 10_000;

/**
 * A double that answers from a queue, in the order of the requests. With an empty queue a call rejects with
 * `ERR_MOCK_EMPTY`.
 * @param queue the first answers, in the order of the requests; more by `append`
 * @throws TypeError for an item of another kind
 */
export function mockHandler(queue: readonly MockItem[] = [], options: MockOptions = {}): MockHandler {
  const { onFulfilled, onRejected } = settingsOf('mockHandler', options, ['onFulfilled', 'onRejected']);
  const items = new Fifo<MockItem>();
  const requests: HttpRequest[] = [];
  let lastOptions: RequestOptions | undefined;
  let served = 0;

  function next(request: HttpRequest): MockItem {
    const item = items.shift();
    if (item === undefined) throw emptyQueue(request, served);
    served += 1;
    return item;
  }

  async function answer(request: HttpRequest, own: RequestOptions): Promise<HttpResponse> {
    try {
      const response = await new MockExchange(request, own).run(async () => outcomeOf(next(request), request, own));
      onFulfilled?.(response);
      return response;
    } catch (reason) {
      onRejected?.(reason);
      throw reason;
    }
  }

  function mock(request: HttpRequest, given: RequestOptions): Promise<HttpResponse> {
    const own = ownOptions(given);
    if (requests.length === 2 * KEPT_REQUESTS) requests.splice(0, KEPT_REQUESTS);
    requests.push(request);
    lastOptions = own;
    return answer(request, own);
  }

  function enqueue(added: readonly MockItem[]): void {
    checkItems(added);
    for (const item of added) {
      // A promise that rejects before its turn is not unhandled: its request will see it.
      if (isPromise(item)) item.catch(() => undefined);
      items.push(item);
    }
  }

  function reset(): void {
    items.clear();
    requests.length = 0;
    served = 0;
    lastOptions = undefined;
  }

  enqueue(queue);
  return Object.defineProperties(mock, {
    handlerName: { value: 'mock' },
    count: { get: () => items.size },
    requests: { value: requests },
    lastRequest: { get: () => requests.at(-1) },
    lastOptions: { get: () => lastOptions },
    append: { value: (...added: readonly MockItem[]) => enqueue(added) },
    reset: { value: reset },
  }) as unknown as MockHandler;
}

/**
 * What an item of the queue comes to.
 * @throws the error that the item is or gives
 */
async function outcomeOf(item: MockItem, request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
  const outcome: unknown = await (typeof item === 'function' ? item(request, options) : item);
  if (outcome instanceof Error) throw outcome;
  if (isResponse(outcome)) return outcome;
  throw new TypeError(`an answer of the mock must be an HttpResponse or an Error, got ${kindOf(outcome)}`);
}

/** The error of a request that nothing was queued for; its count shows whether it was one request too many. */
function emptyQueue(request: HttpRequest, served: number): RequestError {
  const count = served === 1 ? '1 answer was' : `${served} answers were`;
  const fact = `the mock has no answer left: ${count} served; queue more, as in mock.append(new HttpResponse(200))`;
  return new RequestError(fact, { request, code: 'ERR_MOCK_EMPTY' });
}

/** @throws TypeError at the line that queues the items, not where a request meets one */
function checkItems(items: unknown): void {
  if (!Array.isArray(items)) throw new TypeError(`mockHandler takes a list of answers, got ${kindOf(items)}`);
  for (const item of items as readonly unknown[]) {
    if (isResponse(item) || item instanceof Error || isPromise(item) || typeof item === 'function') continue;
    throw new TypeError(
      `an item of the mock's queue must be an HttpResponse, an Error, a promise of one, or a function, got ${kindOf(item)}`,
    );
  }
}

function isPromise(value: unknown): value is Promise<MockOutcome> {
  return value instanceof Promise;
}
