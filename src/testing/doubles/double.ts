/**
 * What the doubles (`routes`, `expectations`, `record`) have in common: they remember the requests, and answer within a
 * `MockExchange`, with the timeouts, limits and aborts of a transport.
 */

import { optionSecrets } from '../../call/masker.ts';
import { longestFirst, secretsOf, withoutSecrets } from '../../message/echoes.ts';
import { RequestError } from '../../message/errors.ts';
import { maskMembers, maskText } from '../../message/redact.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { HistoryEntry } from '../../middleware/history.ts';
import { ownOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import type { Handler, Transport } from '../../stack/handler.ts';
import { type Forward, MockExchange } from '../mock-exchange.ts';

/** So many requests are kept: a million of them must not fill the memory of a test. */
const KEPT = 10_000;

/** Makes the answer to one request, within the exchange whose phases are timed. */
export type Answering = (
  request: HttpRequest,
  options: RequestOptions,
  exchange: MockExchange,
) => Promise<HttpResponse | Forward>;

/** What was asked of a double, oldest first; of very many the newest 10 000 at least. */
export class Asked {
  readonly requests: HttpRequest[] = [];
  /** Those that have settled. */
  readonly history: HistoryEntry[] = [];

  /** Remembers a request when it is sent. */
  ask(request: HttpRequest): void {
    push(this.requests, request);
  }

  /** Remembers how it ended. */
  settle(entry: HistoryEntry): void {
    push(this.history, entry);
  }

  clear(): void {
    this.requests.length = this.history.length = 0;
  }
}

/** Bounds the list by dropping its older half at once, which is cheaper than one by one. */
function push<T>(list: T[], one: T): void {
  if (list.length === 2 * KEPT) list.splice(0, KEPT);
  list.push(one);
}

/** A handler that remembers, and answers by `answer`. */
export function double(name: string, answer: Answering, asked: Asked): Handler {
  return async (request, given) => {
    const options = ownOptions(given);
    asked.ask(request);
    const exchange = new MockExchange(request, options, name);
    try {
      const response = await exchange.run(() => answer(request, options, exchange));
      asked.settle({ request, response, error: undefined, options });
      return response;
    } catch (error) {
      asked.settle({ request, response: undefined, error, options });
      throw error;
    }
  };
}

/** `close` and `destroy` of a double, which end the handlers behind it. @param inner those that there are at that time */
export function lifeOf(inner: () => readonly (Transport | undefined)[]): Pick<Transport, 'close' | 'destroy'> {
  const all = async (end: (one: Transport) => Promise<void> | undefined): Promise<void> => {
    await Promise.all(inner().map((one) => one && end(one)));
  };
  return {
    close: () => all((one) => one.close?.()),
    destroy: (reason) => all((one) => one.destroy?.(reason)),
  };
}

/** The error of a request that a double has no answer to. Its words show no secret of the request. */
export function unmatched(fact: string, request: HttpRequest, options: RequestOptions): RequestError {
  return new RequestError(safeWords(fact, request, options), { request, code: 'ERR_MOCK_UNMATCHED' });
}

/** Words that repeat parts of a request, without its secrets. */
export function safeWords(words: string, request: HttpRequest, options: RequestOptions = {}): string {
  const redact = [...(request.call?.redact ?? []), ...(options.redact || [])];
  const secrets = longestFirst([...secretsOf(request, redact), ...optionSecrets(options, redact)]);
  return maskMembers(maskText(withoutSecrets(secrets, words), redact), redact);
}
