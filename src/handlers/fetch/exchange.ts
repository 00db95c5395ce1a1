/** One request over fetch: its timers, its abort, and a body that is collected or handed out as a stream. */

import { type CallbackHost, tell, whenTold } from '../../call/callbacks.ts';
import { canBeStopped, followCaller, unfollowCaller } from '../../call/caller-stop.ts';
import { mayBeLeft } from '../../call/left-body.ts';
import { failure, timeoutFailure } from '../../connect/failure.ts';
import type { RequestBody } from '../../message/body.ts';
import type { BodyReader } from '../../message/body-reader.ts';
import { Content } from '../../message/content.ts';
import { BodyError, isTransferError, NetworkError, RequestError, type TimeoutPhase } from '../../message/errors.ts';
import { lengthMismatch } from '../../message/framing.ts';
import { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import { HttpResponse, type ResponseFacts } from '../../message/response.ts';
import { runtimeOptions } from '../../message/runtime-options.ts';
import { currentScope, type Scope } from '../../message/scope.ts';
import { ignore } from '../../message/source.ts';
import type { RequestOptions } from '../../options/options.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { isBrowser } from '../../runtime/platform.ts';
import { responseLimit, tooLarge } from '../../semantics/response-limit.ts';
import { phraseOfBytes } from '../../semantics/status-line.ts';
import { codingRefusal } from '../../semantics/transfer-coding.ts';
import { type Clock, systemClock } from '../../time/clock.ts';
import { type Abortable, abortError } from '../../time/stop.ts';
import { briefly } from '../exchange/briefly.ts';
import { callsBack, uploadTotal } from '../exchange/callbacks.ts';
import { Collector, wireLimit } from '../exchange/collector.ts';
import type { Endable, OpenExchanges } from '../exchange/open-exchanges.ts';
import { limitOf } from '../exchange/phase-timeouts.ts';
import { type Expiring, PhaseTimer } from '../exchange/phase-timer.ts';
import { sourceFailure } from '../exchange/source-failure.ts';
import { isDecoded } from './decoded.ts';
import { toldBy } from './failure-words.ts';
import { answersRead, callFetch, type FetchFunction, fetchInit, followsByItself } from './request.ts';

const NOTHING = new Uint8Array(0);

export class FetchExchange implements Abortable, CallbackHost, Endable, Expiring {
  index = -1;
  #isUnread = true;
  readonly #running: OpenExchanges<FetchExchange>;
  promised: Promise<unknown> | undefined;
  readonly request: HttpRequest;
  readonly options: RequestOptions;
  #resolve: (response: HttpResponse | Promise<HttpResponse>) => void;
  #reject: (reason: unknown) => void;
  readonly #clock: Clock;
  readonly #timer: PhaseTimer;
  readonly #started: number;
  readonly #headersLimit: number;
  readonly #readLimit: number;
  #controller: AbortController | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** What the caller reads a streamed body from. */
  #out: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** The request body, while it is read piece by piece. */
  #source: BodyReader | undefined;
  /** The context of the call, when something of the caller's runs while it is under way. */
  readonly scope: Scope | undefined;
  #head: HttpResponse | undefined;
  #done = false;
  #answered = false;
  #sent = 0;
  #received = 0;
  #firstByte = 0;
  /** Bytes the body will have, when its head says so and means what we get. */
  #expected: number | undefined;
  /** The body was never on a wire: nobody has held it against its `Content-Length`. */
  #unframed = false;
  #landed: Partial<ResponseFacts> = {};

  constructor(
    request: HttpRequest,
    options: RequestOptions,
    resolve: (response: HttpResponse | Promise<HttpResponse>) => void,
    reject: (reason: unknown) => void,
    running: OpenExchanges<FetchExchange>,
  ) {
    this.#running = running;
    this.request = request;
    this.options = options;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#clock = options.clock ?? systemClock;
    this.#timer = new PhaseTimer(this.#clock, this);
    this.#started = this.#clock.now();
    this.#headersLimit = limitOf(options.headersTimeout, 'headersTimeout');
    this.#readLimit = limitOf(options.readTimeout, 'readTimeout');
    this.scope = callsBack(request, options) ? currentScope() : undefined;
  }

  start(fetch: FetchFunction | undefined, native: object = {}): void {
    followCaller(this, this.request, this.options);
    if (this.#done) return;
    const { body } = this.request;
    const isStreamed = body !== null && body.bytes === undefined;
    if (canBeStopped(this.request, this.options) || this.#headersLimit > 0 || isStreamed) {
      this.#controller = new AbortController();
    }
    this.#timer.start('headers', this.#headersLimit);
    this.#send(fetch, native)
      .then((response) => this.#onHead(response))
      .catch((cause: unknown) => this.abort(this.#failure(cause)));
  }

  async #send(fetch: FetchFunction | undefined, native: object): Promise<Response> {
    const { body, url } = this.request;
    const sent =
      body === null || body.length === 0 ? undefined : (body.bytes ?? this.#blobOf(body) ?? this.#upload(body));
    const init = Object.assign(fetchInit(this.request, sent, this.#controller?.signal, this.options), native);
    const response: unknown = await callFetch(fetch, url, init);
    if (isResponse(response)) return response;
    const found = kindOf(response);
    throw new RequestError(`fetch must answer with a Response, got ${found}`, { request: this.request });
  }

  /** A browser takes a blob whole; what sends streams is given one, of which it tells how far it got. */
  #blobOf(body: RequestBody): Blob | undefined {
    return isBrowser() ? body.blob : undefined;
  }

  #onHead(response: Response): void {
    if (this.#done) {
      response.body?.cancel().catch(() => undefined);
      return;
    }
    this.#refuseHidden(response);
    this.#timer.start('read', this.#readLimit);
    this.#firstByte = this.#clock.now();
    this.#reader = response.body?.getReader();
    const head = this.#headOf(response);
    const { body } = this.request;
    // A body that was handed over whole: that it has arrived is certain once there is an answer.
    if (body?.length && this.#sent === 0 && this.#source === undefined)
      this.#report('upload', (this.#sent = body.length), this.#sent);
    if (this.options.onHeaders) tell(this, 'onHeaders', this.options.onHeaders, head);
    if (this.#done) return;
    const isLeft = !this.options.stream && mayBeLeft(this.request, response.status);
    if (!isLeft && !this.options.stream) {
      void this.#collect();
      return;
    }
    const streamed = head.with({ body: new Content(undefined, this.#stream()) });
    this.#answer(isLeft ? briefly(streamed, this) : streamed);
  }

  /** Answers that are none: browsers hide redirects that they were told not to follow, and status 0 is no status. */
  #refuseHidden(response: Response): void {
    const request = this.request;
    if (response.type === 'opaqueredirect') {
      const fact =
        'the answer is a redirect, and a browser does not say where to; leave allowRedirects as it is to let it follow, or ask for a URL that does not redirect';
      throw new RequestError(fact, { request, code: 'ERR_OPAQUE_REDIRECT' });
    }
    if (response.status === 0) throw new NetworkError(`fetch gave a response of type ${response.type}`, { request });
    const coding = response.headers.get('transfer-encoding');
    const refusal =
      coding === null ? undefined : codingRefusal(request, response.status, ['transfer-encoding', coding]);
    if (refusal !== undefined) throw refusal;
  }

  #headOf(response: Response): HttpResponse {
    const decoded = this.options.decodeContent !== false && isDecoded(response);
    const lines = HttpHeaders.fromRaw(fieldsOf(response.headers));
    const headers = decoded ? lines.without('content-encoding', 'content-length') : lines;
    const length = headers.get('content-length');
    if (this.#reader !== undefined && length !== null && /^\d+$/.test(length)) this.#expected = Number(length);
    this.#unframed = response.url === '';
    const reason = phraseOfBytes(response.statusText);
    this.#landed = this.#followed(response);
    this.#head = new HttpResponse(response.status, headers, NOTHING, '1.1', reason, this.facts());
    return this.#head;
  }

  async #collect(): Promise<void> {
    const { headers } = this.#head!;
    const body = new Collector(wireLimit(this.options, headers));
    try {
      for (;;) {
        const chunk = await this.#next();
        if (this.#done) return;
        if (chunk === undefined) break;
        if (!body.add(chunk)) throw tooLarge(responseLimit(this.options, false), this.request, this.#head!);
      }
      this.#finish();
      this.#stopSending();
      const content = new Content(body.bytes());
      const { status, statusText } = this.#head!;
      this.#answer(new HttpResponse(status, headers, content, '1.1', statusText, this.facts()));
    } catch (cause) {
      this.abort(this.#failure(cause));
    }
  }

  /** The body for the caller to pull; the read timeout counts while there is a read that waits. */
  #stream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>(
      runtimeOptions<UnderlyingDefaultSource<Uint8Array>>('webStream', {
        start: (controller) => {
          this.#out = controller;
        },
        pull: async (controller) => {
          this.#isUnread = false;
          this.#timer.start('read', this.#readLimit);
          try {
            const chunk = await this.#next();
            if (this.#done) return;
            this.#timer.stop();
            if (chunk !== undefined) controller.enqueue(chunk);
            else {
              await this.promised;
              this.#finish();
              this.#stopSending();
              controller.close();
            }
          } catch (cause) {
            this.abort(this.#failure(cause));
          }
        },
        cancel: (reason) => this.abort(reason ?? abortError('The body was dropped before its end')),
      }),
      runtimeOptions('webStream', { highWaterMark: 0 }),
    );
  }

  async #next(): Promise<Uint8Array | undefined> {
    const read = await this.#reader?.read();
    if (this.#done) return undefined;
    if (read === undefined || read.done) {
      this.#checkLength();
      return undefined;
    }
    const chunk = read.value;
    this.#received += chunk.byteLength;
    this.#timer.touch();
    this.#report('download', this.#received, this.#expected);
    return chunk;
  }

  #checkLength(): void {
    if (!this.#unframed || this.#expected === undefined || this.#received === this.#expected) return;
    const found = `the body has ${this.#received} bytes and its Content-Length says ${this.#expected}`;
    throw this.#bodyError(found, this.#received < this.#expected ? 'TRUNCATED' : 'FRAMING');
  }

  /** The request body as a stream; a source that fails is the caller's, not the network's. */
  #upload(body: RequestBody): ReadableStream<Uint8Array> {
    const chunks = body.open(this.scope);
    const given = this.request.headers.get('content-length');
    const declared = given === null ? undefined : Number(given);
    this.#source = chunks;
    return new ReadableStream<Uint8Array>(
      runtimeOptions<UnderlyingDefaultSource<Uint8Array>>('webStream', {
        pull: async (controller) => {
          try {
            // undici's fetch goes on reading after it was stopped, and would read a source without end for ever.
            if (this.#done) throw abortError('The exchange is over');
            // A pull that gives nothing is not followed by another.
            let piece = await chunks.next();
            while (!piece.done && piece.value.byteLength === 0) piece = await chunks.next();
            await answersRead();
            const { done, value } = piece;
            if (done) {
              if (declared !== undefined && this.#sent < declared)
                throw lengthMismatch(this.request, declared, this.#sent, true);
              this.#source = undefined;
              controller.close();
              return;
            }
            const sent = this.#sent + value.byteLength;
            // Node's fetch waits without end for the answer to a request that it could not frame.
            if (declared !== undefined && sent > declared) throw lengthMismatch(this.request, declared, sent, false);
            this.#sent = sent;
            this.#timer.touch();
            this.#report('upload', this.#sent, uploadTotal(this.request));
            controller.enqueue(value);
          } catch (cause) {
            this.abort(cause instanceof RequestError ? cause : sourceFailure(this.request, cause));
            controller.error(cause);
          }
        },
        cancel: () => chunks.release(),
      }),
      runtimeOptions('webStream', { highWaterMark: 0 }),
    );
  }

  /** The answer is here: nobody wants the rest of the body, and the connection over which it did not go is closed. */
  #stopSending(): void {
    if (this.#source === undefined) return;
    this.#source.release();
    this.#controller?.abort(abortError('The answer came before the body was sent'));
  }

  /** Whether it waits only for a reader that never came. */
  get isForgotten(): boolean {
    return this.#answered && !this.promised && this.#isUnread;
  }

  /** Stops the exchange: the caller aborted, dropped the body, or it failed. */
  abort(reason: unknown): void {
    if (this.#done) return;
    this.#fail(reason);
    this.#controller?.abort(reason);
    this.#reader?.cancel(reason).catch(() => undefined);
    this.#source?.release();
  }

  expired(phase: TimeoutPhase, limit: number): void {
    this.abort(timeoutFailure(phase, limit, this.request, this.#head));
  }

  headOnly(): HttpResponse | undefined {
    return this.#head;
  }

  #answer(response: HttpResponse | Promise<HttpResponse>): void {
    this.#answered = true;
    this.#resolve(whenTold(this, response));
    // The promise would keep the response, of which the garbage collector is to tell that it was dropped.
    this.#resolve = this.#reject = ignore;
  }

  #fail(reason: unknown): void {
    if (this.#done) return;
    this.#finish();
    if (this.#answered) {
      this.#out?.error(reason);
      return;
    }
    if (isTransferError(reason)) Object.assign(reason, { transfer: this.facts() });
    this.#reject(reason);
  }

  #finish(): void {
    this.#done = true;
    this.#timer.stop();
    this.#running.ended(this);
    unfollowCaller(this, this.request, this.options);
  }

  #failure(cause: unknown): unknown {
    const phase = this.#head === undefined ? 'headers' : 'body';
    return failure(toldBy(cause), { request: this.request, options: this.options, phase, response: this.#head });
  }

  #bodyError(fact: string, code: string): BodyError {
    return new BodyError(fact, { request: this.request, response: this.#head!, code: `ERR_BODY_${code}` });
  }

  /** What a fetch that followed by itself tells of it: where it ended, and that there was at least one redirect. */
  #followed(response: Response): Partial<ResponseFacts> {
    if (!response.redirected || response.url === '' || !followsByItself(this.options)) return {};
    const { method, url } = this.request;
    return { url: response.url, redirects: [{ status: 0, method, url }] };
  }

  facts(): ResponseFacts {
    const total = this.#clock.now() - this.#started;
    const firstByte = this.#firstByte === 0 ? undefined : this.#firstByte - this.#started;
    return {
      url: this.request.url,
      request: this.request,
      handler: 'fetch',
      bytesSent: this.#sent,
      bytesReceived: this.#received,
      timings: { firstByte, end: total, total },
      ...this.#landed,
    };
  }

  #report(direction: 'upload' | 'download', transferred: number, total: number | undefined): void {
    const { progress } = this.options;
    if (!progress || this.#done) return;
    tell(this, 'progress', progress, { direction, transferred, total });
  }
}

/** name, value, name, value, ...; `Set-Cookie` lines are kept apart by runtimes that can. */
function fieldsOf(headers: Headers): string[] {
  const fields: string[] = [];
  headers.forEach((value, name) => {
    if (name !== 'set-cookie') fields.push(name, value);
  });
  for (const cookie of headers.getSetCookie()) fields.push('set-cookie', cookie);
  return fields;
}

function isResponse(value: unknown): value is Response {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers } = value as Partial<Response>;
  return typeof status === 'number' && typeof headers?.forEach === 'function';
}
