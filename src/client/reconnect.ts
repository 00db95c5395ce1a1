/**
 * Server-sent events that outlive their connection: the request of a streamed answer is sent again, through the same stack,
 * with the id of the last event, and the reader notices a pause at most.
 */

import type { Call } from '../call/call.ts';
import { followCaller, unfollowCaller } from '../call/caller-stop.ts';
import { callTracing, Trace } from '../call/channels.ts';
import { sharedDelayQueue } from '../call/shared-delay-queue.ts';
import { Pause } from '../call/wait-in-queue.ts';
import { RequestError, ResponseError } from '../message/errors.ts';
import type { ReadEvents, Reconnector, ServerSentEvent, StreamOfEvents } from '../message/readers.ts';
import { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Handler } from '../stack/handler.ts';
import { systemClock } from '../time/clock.ts';
import type { Abortable } from '../time/stop.ts';
import { promised, underSignal } from './checked-answer.ts';
import { ClientCall } from './client-call.ts';
import { lastEventId, mayReconnect, noStreamOfEvents, reconnectionTime } from './reconnect-policy.ts';

/** How the request of one streamed answer was sent. */
export class StreamReconnector implements Reconnector<HttpResponse> {
  readonly #handler: Handler;
  readonly #request: HttpRequest;
  readonly #options: RequestOptions;
  readonly #call: Call;

  constructor(handler: Handler, request: HttpRequest, options: RequestOptions, call: Call) {
    this.#handler = handler;
    this.#request = request;
    this.#options = options;
    this.#call = call;
  }

  /** Checks at once what cannot be repeated, before the first event is read. */
  events(response: HttpResponse, read: ReadEvents<HttpResponse>): AsyncGenerator<ServerSentEvent, void, undefined> {
    const { body } = this.#request;
    if (body !== null && !body.replayable) {
      const fact =
        'events({ reconnect: true }) sends the body again, and it is a stream that can be read once; ' +
        'give body as a function that returns a fresh one, or as bytes';
      throw new RequestError(fact, { request: this.#request, code: 'ERR_BODY_NOT_REPLAYABLE' });
    }
    return this.#events(response, read);
  }

  /**
   * The loop: read until the stream ends or breaks, wait, send again. It ends when the server says 204, when a failure
   * will not pass, or when the reader leaves.
   */
  async *#events(
    first: HttpResponse,
    read: ReadEvents<HttpResponse>,
  ): AsyncGenerator<ServerSentEvent, void, undefined> {
    const stream: StreamOfEvents = { id: '', retry: undefined };
    const reading = new Reading();
    this.#follow(reading);
    try {
      // Connections in a row that gave no event: the wait grows with them.
      let fruitless = 0;
      for (let response: HttpResponse | undefined = first; ; ) {
        let isFruitless = true;
        if (response !== undefined) {
          // A 204 tells the client to stop (WHATWG HTML section 9.2).
          if (await isOver(response)) return;
          try {
            for await (const event of read(response, stream)) {
              isFruitless = false;
              yield event;
            }
          } catch (error) {
            if (!mayReconnect(error)) throw error;
          }
        }
        fruitless = isFruitless ? fruitless + 1 : 0;
        await this.#wait(reconnectionTime(stream.retry, fruitless), reading);
        // `undefined` after a failure that may pass: the loop waits and tries again.
        response = await this.#again(stream.id, first, reading);
      }
    } finally {
      unfollowCaller(reading, this.#request, this.#options);
    }
  }

  /** The call lasts as long as the events: its end, its client's and the caller's signal end them, whatever they wait for. */
  #follow(reading: Reading): void {
    // The first answer may have come to its end before anybody read it.
    if (this.#call.index === -1) this.#call.calls?.join(this.#call, true);
    followCaller(reading, this.#request, this.#options);
    // What stopped it before is told by the body.
    reading.throwIfStopped();
  }

  /** Waits in the queue of this clock, so that an abort ends it at once. */
  async #wait(ms: number, reading: Reading): Promise<void> {
    reading.throwIfStopped();
    const pause = new Pause(sharedDelayQueue(this.#options.clock ?? systemClock));
    await reading.during(pause, () => pause.take(ms));
  }

  /** `undefined` when the network failed. @throws what ends the events */
  async #again(id: string, first: HttpResponse, reading: Reading): Promise<HttpResponse | undefined> {
    const clock = this.#options.clock ?? systemClock;
    const call = new ClientCall(clock.now(), this.#call.redact, clock);
    // The new call reads as the first one did.
    call.parseJson = this.#call.parseJson;
    const request = this.#requestAfter(id, first, call);
    const answer = new Promise<HttpResponse>((resolve, reject) => {
      call.resolve = resolve;
      call.reject = reject;
    });
    try {
      this.#call.calls?.join(call, false);
      this.#send(request, call);
    } catch (error) {
      call.fail(error);
    }
    // It stays what is stopped while its body is read.
    reading.now = call;
    try {
      return await answer;
    } catch (error) {
      if (mayReconnect(error)) return undefined;
      throw error;
    }
  }

  /** Sends as the client sends any request, with its own place in the traces. */
  #send(request: HttpRequest, call: ClientCall): void {
    // A stored answer has no new events.
    const options = extendOptions(this.#options, { cache: false });
    const { signal } = options;
    const go = () => {
      const given = signal
        ? underSignal(this.#handler, request, options, call, signal)
        : promised(this.#handler(request, options));
      call.settleBy(given);
    };
    const channels = callTracing.watched();
    if (channels === undefined) go();
    else (call.trace = new Trace(channels, request, options)).start(go);
  }

  /** The request of the first answer, with the id of the last event (WHATWG HTML section 9.2.4). */
  #requestAfter(id: string, response: HttpResponse, call: Call): HttpRequest {
    const { method, url, headers, body, protocolVersion } = this.#request;
    const accepting = headers.has('accept') ? headers : headers.with('Accept', 'text/event-stream');
    const last = lastEventId(id);
    if (last === undefined) {
      const fact = 'the id of the last event has control characters, and no Last-Event-ID can carry it';
      throw new ResponseError(fact, { request: this.#request, response, code: 'ERR_EVENT_STREAM' });
    }
    const lines = last === '' ? accepting : accepting.with('Last-Event-ID', last);
    const request = new HttpRequest(method, url, lines, body, protocolVersion);
    request.call = call;
    call.request = request;
    return request;
  }
}

/** Whatever is under way for one reader of events, stopped when its call is. */
class Reading implements Abortable {
  #stopped: { readonly reason: unknown } | undefined;
  /** The request, with its body, or the wait. */
  now: { abort(reason: unknown): void } | undefined;

  abort(reason: unknown): void {
    this.#stopped ??= { reason };
    this.now?.abort(reason);
  }

  throwIfStopped(): void {
    if (this.#stopped !== undefined) throw this.#stopped.reason;
  }

  /** Runs something that `abort` can stop by `what` meanwhile. */
  async during<T>(what: { abort(reason: unknown): void }, run: () => Promise<T>): Promise<T> {
    this.now = what;
    try {
      return await run();
    } finally {
      this.now = undefined;
    }
  }
}

/** Whether the server says that nothing more comes. @throws ResponseError for what is no stream of events */
async function isOver(response: HttpResponse): Promise<boolean> {
  const fact = response.status === 204 ? undefined : noStreamOfEvents(response);
  if (response.status !== 204 && fact === undefined) return false;
  await response.discard();
  if (fact === undefined) return true;
  throw new ResponseError(fact, { response, code: 'ERR_EVENT_STREAM' });
}
