/**
 * One request over fetch: the arguments, the abort, and a body that is gathered or handed out as a stream. `fetch.ts` makes
 * one for each request that it does not refuse. fetch shows nothing of the connection, so that an exchange begins in the
 * phase `headers`.
 */

import { canBeStopped } from '../../call/caller-stop.ts';
import type { RequestBody } from '../../message/body.ts';
import { BodyError, NetworkError, RequestError } from '../../message/errors.ts';
import { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { ResponseFacts } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { IN_PAGE } from '../../runtime/in-page.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { isBrowser } from '../../runtime/platform.ts';
import { phraseOfBytes } from '../../semantics/status-line.ts';
import { codingRefusal } from '../../semantics/transfer-coding.ts';
import { abortError } from '../../time/stop.ts';
import { announceHead } from '../exchange/announcements.ts';
import { Answer } from '../exchange/answer.ts';
import type { OpenExchanges } from '../exchange/open-exchanges.ts';
import { type Carrier, type Settle, Transfer } from '../exchange/transfer.ts';
import { FetchBody } from './body.ts';
import { isDecoded } from './decoded.ts';
import { toldBy } from './failure-words.ts';
import { callFetch, type FetchFunction, fetchInit, followsByItself } from './request.ts';
import { FetchUpload } from './upload.ts';

export class FetchExchange implements Carrier {
  readonly handlerName = 'fetch';
  readonly transfer: Transfer;
  #controller: AbortController | undefined;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #upload: FetchUpload | undefined;
  /** The runtime takes the content codings off. */
  #isDecoded = false;
  /** The body was never on a wire: no HTTP parser has compared it with its `Content-Length`, so that it is done here. */
  #isUnframed = false;

  constructor(request: HttpRequest, options: RequestOptions, running: OpenExchanges<Transfer>, settle: Settle) {
    this.transfer = new Transfer(this, request, options, running, settle);
  }

  /** @param fetch the caller's; `undefined` for the runtime's own, which takes what is in `native` beside the standard's */
  start(fetch: FetchFunction | undefined, native: object = {}): void {
    const { transfer } = this;
    const { request, options, limits } = transfer;
    if (!transfer.start()) return;
    transfer.phase = 'headers';
    const { body } = request;
    const isStreamed = body !== null && body.bytes === undefined;
    // Made only for a request that may have to be stopped: an `AbortController` is not cheap.
    if (canBeStopped(request, options) || limits.headers > 0 || isStreamed) this.#controller = new AbortController();
    transfer.timer.start('headers', limits.headers);
    this.#send(fetch, native)
      .then((response) => this.#headCame(response))
      .catch((cause: unknown) => this.abort(this.#failure(cause)));
  }

  async #send(fetch: FetchFunction | undefined, native: object): Promise<Response> {
    const { request, options } = this.transfer;
    const { body, url } = request;
    const sent =
      body === null || body.length === 0 ? undefined : (body.bytes ?? this.#blobOf(body) ?? this.#streamOf(body));
    const init = Object.assign(fetchInit(request, sent, this.#controller?.signal, options), native);
    const response: unknown = await callFetch(fetch, url, init);
    if (isResponse(response)) return response;
    const found = kindOf(response);
    throw new RequestError(`fetch must answer with a Response, got ${found}`, { request });
  }

  /** A browser is given a blob as it is. Other runtimes get it as a stream, of which `progress` can tell how far it is. */
  #blobOf(body: RequestBody): Blob | undefined {
    return isBrowser() ? body.blob : undefined;
  }

  #streamOf(body: RequestBody): ReadableStream<Uint8Array> {
    this.#upload = new FetchUpload(body, this.transfer);
    this.transfer.outgoing = this.#upload;
    return this.#upload.stream;
  }

  /** @throws what the response cannot be used for, which fails the exchange */
  #headCame(response: Response): void {
    const { transfer } = this;
    const { record, request, options } = transfer;
    if (transfer.isDone) {
      response.body?.cancel().catch(() => undefined);
      return;
    }
    refuseHidden(response, request);
    this.#reader = response.body?.getReader();
    this.#isUnframed = response.url === '' && this.#reader !== undefined;
    transfer.landed = landedOn(response, request, options);
    const phrase = phraseOfBytes(response.statusText);
    // fetch does not say which version was spoken: it is the one that was asked for, or else HTTP/1.1 is assumed.
    const version = options.version === '2' || options.version === '3' ? options.version : '1.1';
    this.#isDecoded = options.decodeContent !== false && isDecoded(response);
    const answer = new Answer(transfer, response.status, phrase, headOf(response, this.#isDecoded), version);
    transfer.headCame(answer);
    // Throws for what is no valid head, which an app's own fetch may give.
    answer.headOnly();
    // Of a body that was handed over whole fetch reports no progress. It has arrived once there is an answer.
    if (request.body?.length && record.sent === 0 && this.#upload === undefined) transfer.uploaded(request.body.length);
    if (!announceHead(transfer)) return;
    if (!transfer.isHandedOut(answer)) {
      // At the head: a fetch may hand over much at once, or wait for more of it.
      if (answer.fits()) void this.#collect(answer);
      return;
    }
    const body = new FetchBody(
      transfer,
      () => this.#next(answer),
      () => this.#finish(),
    );
    // A connection that breaks is known before anybody reads on; the reader of an app's own fetch may not tell.
    if (!IN_PAGE) this.#reader?.closed?.catch((cause: unknown) => this.abort(this.#failure(cause)));
    transfer.handOut(answer.opened(body, body.stream));
  }

  /** Gathers the body in memory, up to `maxResponseSize`. */
  async #collect(answer: Answer): Promise<void> {
    const { transfer } = this;
    try {
      for (let chunk = await this.#next(answer); chunk !== undefined; chunk = await this.#next(answer)) {
        answer.collect(chunk);
      }
      if (transfer.isDone) return;
      this.#finish();
      transfer.answered(answer.gathered());
    } catch (cause) {
      this.abort(this.#failure(cause));
    }
  }

  /** @returns `undefined` at the end, and when the transfer is over @throws what the body failed with */
  async #next(answer: Answer): Promise<Uint8Array | undefined> {
    const { transfer } = this;
    const read = await this.#reader?.read().catch((cause: unknown) => {
      throw this.#failure(cause);
    });
    if (transfer.isDone) return undefined;
    if (read !== undefined && !read.done) return answer.received(read.value) ? read.value : undefined;
    this.#checkLength(answer);
    return undefined;
  }

  /** @throws BodyError for a body that is not as long as `Content-Length` says, where nobody else has compared them */
  #checkLength({ expected }: Answer): void {
    const { record, request } = this.transfer;
    if (!this.#isUnframed || expected === undefined || record.received === expected) return;
    const fact = `the body has ${record.received} bytes and its Content-Length says ${expected}`;
    const code = record.received < expected ? 'ERR_BODY_TRUNCATED' : 'ERR_BODY_FRAMING';
    throw new BodyError(fact, { request, response: this.transfer.headOnly()!, code });
  }

  /** The answer is complete. What is left of the request body is not wanted: aborting closes its connection. */
  #finish(): void {
    this.transfer.finish();
    if (this.#upload?.isSent === false) {
      this.#controller?.abort(abortError('The answer came before the body was sent'));
    }
  }

  /** Stops the exchange: the caller aborted, dropped the body, or it failed. */
  abort(reason: unknown): void {
    if (this.transfer.isDone) return;
    this.transfer.fail(reason);
    this.#controller?.abort(reason);
    this.#reader?.cancel(reason).catch(() => undefined);
  }

  released(): void {
    // fetch holds nothing that outlives its signal and the reader of its body.
  }

  #failure(cause: unknown): unknown {
    return this.transfer.failure(toldBy(cause), this.#isDecoded);
  }
}

/**
 * Throws for a response that is no answer: an opaque one behind which a browser hides a redirect that it was told not to
 * follow, one of status 0, which stands for a failure, and one under a transfer coding that nobody decodes.
 */
function refuseHidden(response: Response, request: HttpRequest): void {
  if (response.type === 'opaqueredirect') {
    const fact =
      'the answer is a redirect, and a browser does not say where to; leave allowRedirects as it is to let it follow, or ask for a URL that does not redirect';
    throw new RequestError(fact, { request, code: 'ERR_OPAQUE_REDIRECT' });
  }
  if (response.status === 0) throw new NetworkError(`fetch gave a response of type ${response.type}`, { request });
  const coding = response.headers.get('transfer-encoding');
  const refusal = coding === null ? undefined : codingRefusal(request, response.status, ['transfer-encoding', coding]);
  if (refusal !== undefined) throw refusal;
}

/** The headers, without those that describe the body as it was on the wire when fetch has decoded it. */
function headOf(response: Response, wasDecoded: boolean): HttpHeaders {
  const lines = HttpHeaders.fromRaw(fieldsOf(response.headers));
  return wasDecoded ? lines.without('content-encoding', 'content-length') : lines;
}

/** What is known of redirects that fetch has followed by itself: where they ended, and that there was at least one. */
function landedOn(response: Response, { method, url }: HttpRequest, options: RequestOptions): Partial<ResponseFacts> {
  if (!response.redirected || response.url === '' || !followsByItself(options)) return {};
  return { url: response.url, redirects: [{ status: 0, method, url }] };
}

/**
 * name, value, name, value, ... Each `Set-Cookie` is a line of its own: `Headers` joins the lines of a name with commas, and
 * a comma may stand within a cookie (RFC 6265 section 3).
 */
function fieldsOf(headers: Headers): string[] {
  const fields: string[] = [];
  headers.forEach((value, name) => {
    if (name !== 'set-cookie') fields.push(name, value);
  });
  for (const cookie of headers.getSetCookie()) fields.push('set-cookie', cookie);
  return fields;
}

/** By shape: an app's own fetch may answer with the `Response` of another realm or package. */
function isResponse(value: unknown): value is Response {
  if (typeof value !== 'object' || value === null) return false;
  const { status, headers } = value as Partial<Response>;
  return typeof status === 'number' && typeof headers?.forEach === 'function';
}
