/** What a choice between handlers is made of: streamed requests go apart, and several handlers are closed as one. */

import type { HttpRequest } from '../message/request.ts';
import { ownOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { Handler, Transport } from '../stack/handler.ts';
import { joinedStats } from './connections/connection-stats.ts';

/** Sends what is to be streamed through `streaming`, all else through `handler`; rejects as they do. @throws TypeError */
export function wrapStreaming(handler: Handler, streaming: Handler): Transport {
  for (const given of [handler, streaming]) {
    if (typeof given !== 'function') throw new TypeError(`wrapStreaming takes two handlers, got ${kindOf(given)}`);
  }
  const pick = (options: RequestOptions): Transport => (isStreamed(options) ? streaming : handler);
  const wrapped = (request: HttpRequest, options: RequestOptions) => {
    const own = ownOptions(options);
    return pick(own)(request, own);
  };
  return Object.assign(wrapped, {
    handlerName: `${nameOf(handler)}|${nameOf(streaming)}`,
    supports: (request: HttpRequest, options: RequestOptions) => pick(options).supports?.(request, options),
    ...lifeCycle(() => [handler, streaming]),
    stats: () => joinedStats([handler, streaming]),
  });
}

/** `close` and `destroy` for several handlers. @param made those that there are at the time of the call */
export function lifeCycle(
  made: () => readonly (Transport | undefined)[],
): Required<Pick<Transport, 'close' | 'destroy'>> {
  return {
    async close() {
      await Promise.all(made().map((handler) => handler?.close?.()));
    },
    async destroy(reason) {
      await Promise.all(made().map((handler) => handler?.destroy?.(reason)));
    },
  };
}

export function isStreamed(options: RequestOptions): boolean {
  return Boolean(options.stream) || Boolean(options.sink);
}

function nameOf(handler: Transport): string {
  return handler.handlerName ?? (handler.name || 'handler');
}
