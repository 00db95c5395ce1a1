/** Makes one request of equal ones that are under way at the same time. */

import { Call } from '../call/call.ts';
import { followCaller, unfollowCaller } from '../call/caller-stop.ts';
import { copyOf } from '../message/bytes.ts';
import { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { settingsOf } from '../options/settings-of.ts';
import type { Handler, Middleware } from '../stack/handler.ts';
import { send } from '../stack/next.ts';
import { systemClock } from '../time/clock.ts';
import { type Abortable, abortError } from '../time/stop.ts';
import { Identities, questionOf } from './coalesce-policy.ts';

/**
 * A layer to push. A GET that is under way answers every equal one that comes meanwhile: same URL, same header lines
 * (`Authorization` and `Cookie` among them), same options but those about the caller alone. Each caller gets a response of
 * its own, with bytes of its own; a failure rejects all. A caller that stops leaves alone; with the last one the request is
 * stopped. A call for a stream or a sink, or with `onHeaders`, `onInformation` or `progress`, goes alone.
 *
 * A header that differs each time, such as a trace id, makes each request another one: push this layer above what sets it.
 *
 * @throws TypeError for settings: it takes none
 * @example stack.push(coalesce(), 'coalesce')
 */
export function coalesce(settings: Readonly<Record<string, never>> = {}): Middleware {
  settingsOf('coalesce', settings, []);
  return (next) => {
    const flights = new Map<string, Flight>();
    const identities = new Identities();
    return function coalesce(request, options) {
      const question = questionOf(request, options, identities);
      if (question === undefined) return next(request, options);
      let flight = flights.get(question);
      if (flight === undefined) {
        flight = new Flight(request, options, () => {
          if (flights.get(question) === flight) flights.delete(question);
        });
        flights.set(question, flight);
      }
      const answer = flight.join(request, options);
      flight.start(next);
      return answer;
    };
  };
}

/** A caller that waits for the shared answer. */
interface Passenger extends Abortable {
  readonly request: HttpRequest;
  answer(response: HttpResponse): void;
  fail(reason: unknown): void;
}

/** One request, under a call of its own that no caller stops alone. */
class Flight {
  readonly #passengers = new Set<Passenger>();
  readonly #call: Call;
  readonly #request: HttpRequest;
  readonly #options: RequestOptions;
  /** Takes the flight off the list: equal requests that come now make a new one. */
  readonly #over: () => void;
  #isStarted = false;

  constructor(request: HttpRequest, options: RequestOptions, over: () => void) {
    this.#over = over;
    const clock = options.clock ?? systemClock;
    this.#call = new Call(clock.now(), request.call?.redact ?? (options.redact || undefined), clock);
    this.#call.parseJson = request.call?.parseJson;
    this.#request = new HttpRequest(request.method, request.url, request.headers, null, request.protocolVersion);
    this.#request.call = this.#call;
    this.#call.request = this.#request;
    // The signal, and the deadline behind it, are those of the caller who was the first.
    this.#options = extendOptions(options, { signal: undefined });
  }

  /** Adds a caller; its promise settles with the answer, or with its own abort. */
  join(request: HttpRequest, options: RequestOptions): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#passengers.delete(passenger);
        unfollowCaller(passenger, request, options);
      };
      const passenger: Passenger = {
        request,
        answer: (response) => {
          leave();
          resolve(response);
        },
        fail: (reason) => {
          leave();
          reject(reason);
        },
        abort: (reason) => {
          passenger.fail(reason);
          if (this.#passengers.size === 0) this.#abandon();
        },
        waitsFor: 'the same request of another call (coalesce)',
      };
      this.#passengers.add(passenger);
      followCaller(passenger, request, options);
    });
  }

  /** Once; not at all when the only one who asked has stopped before. */
  start(next: Handler): void {
    if (this.#isStarted || this.#passengers.size === 0) return;
    this.#isStarted = true;
    send(next, this.#request, this.#options)
      .then((response) => this.#landed(response))
      .catch((error: unknown) => {
        this.#over();
        for (const passenger of [...this.#passengers]) passenger.fail(error);
      });
  }

  /** Gives each caller a response with its own request, and bytes that nobody shares. */
  async #landed(response: HttpResponse): Promise<void> {
    if (this.#passengers.size === 0) return response.discard();
    // A handler of the user's own may give a stream to whoever asks for none.
    const bytes = response.bytesNow() ?? (await response.bytes());
    this.#over();
    let isFirst = true;
    for (const passenger of [...this.#passengers]) {
      const own = isFirst ? bytes : copyOf(bytes);
      isFirst = false;
      passenger.answer(response.with({ body: own, request: passenger.request }));
    }
  }

  /** Nobody waits any more. */
  #abandon(): void {
    this.#over();
    this.#call.abort(abortError('Nobody waits for this request any more'));
  }
}
