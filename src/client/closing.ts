/** The two ways to end a client, and how the first becomes the second. */

import type { Call } from '../call/call.ts';
import { Content, type StreamSource } from '../message/content.ts';
import type { HttpResponse } from '../message/response.ts';
import { failable } from '../middleware/deadline/failable-stream.ts';
import { isPlainRecord } from '../options/plain-options.ts';
import { settingsOf } from '../options/settings-of.ts';
import { valueOrKind } from '../runtime/kind-of.ts';
import { type Clock, startTimer } from '../time/clock.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { guarded } from '../time/guarded-clock.ts';
import { type Abortable, isSignal, unwatch, watch } from '../time/stop.ts';

/** How long `close` waits. */
export interface CloseOptions {
  /** Milliseconds, or a string with its unit: what runs then is destroyed. Default: no limit. `0` and `false` are off. */
  timeout?: Duration | false | null | undefined;
  /** Destroys what runs when it aborts, with its reason as the cause. */
  signal?: AbortSignal | null | undefined;
}

/** Waits for `closing`, and calls `destroy` once the time is over or the signal aborts. @throws TypeError for a bad option */
export async function closeWithin(
  closing: () => Promise<void>,
  destroy: (reason: unknown) => Promise<void>,
  options: CloseOptions,
  clock: Clock,
): Promise<void> {
  if (!isPlainRecord(options)) throw new TypeError(`close takes { timeout, signal }, got ${valueOrKind(options)}`);
  const { signal, timeout } = settingsOf('close', options, ['timeout', 'signal']);
  if (signal !== undefined && signal !== null && !isSignal(signal)) {
    throw new TypeError(`close: signal must be an AbortSignal, got ${valueOrKind(signal)}`);
  }
  const limit = milliseconds(timeout, 'timeout');
  const closed = closing();
  let destroyed: Promise<void> | undefined;
  // Time and signal may both end it, and `destroy` is called once.
  const force: Abortable = {
    abort(reason) {
      destroyed ??= destroy(reason);
    },
  };
  const stop =
    limit === 0
      ? undefined
      : startTimer(guarded(clock, force), limit, () =>
          force.abort(new Error(`close waited ${limit} ms for the calls under way`)),
        );
  if (signal) watch(signal, force);
  try {
    await closed;
    await destroyed;
  } finally {
    stop?.();
    if (signal) unwatch(signal, force);
  }
}

/** The answer of a call, which is over when its promise settles, or with the last byte of a streamed body. */
export function answered(response: HttpResponse, call: Call): HttpResponse {
  const { source, used } = response.content;
  if (source === undefined || used) {
    call.settled();
    return response;
  }
  const given = followed(response, source, call);
  call.settled();
  given.content.releaseWhenDropped(given.isShort);
  return given;
}

/** The same response, whose body fails when the call is stopped, and holds up no `close` before it is read. */
function followed(response: HttpResponse, source: StreamSource, call: Call): HttpResponse {
  // A handler of ours follows the call until the body ends.
  if (call.isWatched || response.facts.handler !== undefined) return response;
  const body = failable(source, () => call.unwatch(target));
  const target: Abortable = {
    abort: (reason) => body.fail(reason),
    get isForgotten() {
      return body.isUnread;
    },
  };
  call.watch(target);
  return body.source === source ? response : response.with({ body: new Content(undefined, body.source) });
}

/** Saves a jar that can be saved, such as one in a file. */
export async function saved(cookies: unknown): Promise<void> {
  const jar = cookies as { save?(): Promise<void> } | null | undefined;
  if (typeof jar === 'object' && typeof jar?.save === 'function') await jar.save();
}
