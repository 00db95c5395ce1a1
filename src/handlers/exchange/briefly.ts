/**
 * The body of an answer that a layer will likely discard, such as the page of a redirect (`call/asker.ts`). It is gathered
 * while it comes quickly and stays short, as most do, because a connection can carry the next request only once the body
 * before it was read. A body that is longer or slower would cost more than a new connection, and is not waited for: the
 * answer is given with the rest still to be read, and whoever discards that closes its connection.
 */

import type { Headed } from '../../call/asker.ts';
import { willBeLeft } from '../../call/left-body.ts';
import { Pieces, toBytes } from '../../message/bytes.ts';
import { Content, UnreadSource } from '../../message/content.ts';
import { isTransferError } from '../../message/errors.ts';
import type { HttpHeaders } from '../../message/headers.ts';
import type { HttpResponse, ResponseFacts } from '../../message/response.ts';
import { ignore } from '../../message/source.ts';
import type { RequestOptions } from '../../options/options.ts';
import { readWhole } from '../../semantics/whole-answer.ts';
import { type Clock, startTimer } from '../../time/clock.ts';

/** Bytes; as much as is drained of a streamed body that its reader leaves. */
export const MOST_BYTES = 65_536;
/** Milliseconds; a new connection, with TLS and over a slow line, takes about as long. */
export const MOMENT = 250;

type Step = IteratorResult<Uint8Array, unknown>;

/** Whether the head says that the body is longer than what is waited for. */
export function isLong(headers: HttpHeaders): boolean {
  return Number(headers.get('content-length')) > MOST_BYTES;
}

/** An exchange whose answer is likely discarded. */
export interface LikelyLeft extends Headed {
  readonly options: RequestOptions;
  readonly clock: Clock;
  /** What it took so far: bytes and times. */
  facts(): ResponseFacts;
}

/**
 * The response with its body in memory, when that came within the limits above. Otherwise with its body as a stream, if a
 * layer still means to discard it; if none does, the whole body is waited for, however long it takes.
 * @param response with its body as a stream
 * @throws what the body fails with meanwhile, as that of any answer would
 */
export async function briefly(response: HttpResponse, exchange: LikelyLeft): Promise<HttpResponse> {
  const { content, headers, status } = response;
  const { request, options } = exchange;
  const source = new UnreadSource(content.take(alreadyRead), false);
  const gathered = new Pieces();
  let pending: Promise<Step> | undefined;
  if (!isLong(headers)) {
    let stop: () => void = ignore;
    const late = new Promise<undefined>((resolve) => {
      stop = startTimer(exchange.clock, MOMENT, () => resolve(undefined));
    });
    try {
      while (gathered.size <= MOST_BYTES) {
        pending = source.next();
        const step = await Promise.race([pending, late]);
        if (step === undefined) break;
        if (step.done) return response.with({ ...exchange.facts(), body: new Content(gathered.bytes()) });
        pending = undefined;
        gathered.add(toBytes(step.value));
      }
    } catch (reason) {
      if (isTransferError(reason)) reason.transfer = exchange.facts();
      throw reason;
    } finally {
      stop();
    }
  }
  const open = response.with({ body: new Content(undefined, new ReadOn(gathered.bytes(), pending, source)) });
  if (willBeLeft(exchange, status, options)) return open;
  const whole = await readWhole(open, request, options);
  return whole.with(exchange.facts());
}

function alreadyRead(): Error {
  return new TypeError('the body was read before its response was given');
}

/** What was gathered, then the chunk that was being waited for, then the rest. */
class ReadOn implements AsyncIterableIterator<Uint8Array, void, undefined> {
  #gathered: Uint8Array | undefined;
  #pending: Promise<Step> | undefined;
  readonly #source: UnreadSource;

  constructor(gathered: Uint8Array, pending: Promise<Step> | undefined, source: UnreadSource) {
    this.#gathered = gathered.byteLength === 0 ? undefined : gathered;
    this.#pending = pending;
    this.#source = source;
    pending?.catch(ignore);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, void>> {
    const value = this.#gathered;
    this.#gathered = undefined;
    if (value !== undefined) return { done: false, value };
    const step = await (this.#pending ?? this.#source.next());
    this.#pending = undefined;
    return step.done ? { done: true, value: undefined } : step;
  }

  async return(): Promise<IteratorResult<Uint8Array, void>> {
    await this.#source.cancel();
    return { done: true, value: undefined };
  }
}
