/** One request over fetch: its abort, and a body that is gathered or handed out as a stream. */

import { canBeStopped } from '../../call/caller-stop.ts';
import type { RequestBody } from '../../message/body.ts';
import { BodyError, NetworkError, RequestError } from '../../message/errors.ts';
import { HttpHeaders } from '../../message/headers.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { ResponseFacts } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
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
  /** The body was never on a wire: nobody has held it against its `Content-Length`. */
  #isUnframed = false;

  constructor(request: HttpRequest, options: RequestOptions, running: OpenExchanges<Transfer>, settle: Settle) {
    this.transfer = new Transfer(this, request, options, running, settle);
  }

  start(fetch: FetchFunction | undefined, native: object = {}): void {
    const { transfer } = this;
    const { request, options, limits } = transfer;
    if (!transfer.start()) return;
    transfer.phase = 'headers';
    const { body } = request;
    const isStreamed = body !== null && body.bytes === undefined;
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

  /** A browser takes a blob whole; what sends streams is given one, of which it tells how far it got. */
  #blobOf(body: RequestBody): Blob | undefined {
    return isBrowser() ? body.blob : undefined;
  }

  #streamOf(body: RequestBody): ReadableStream<Uint8Array> {
    this.#upload = new FetchUpload(body, this.transfer);
    this.transfer.outgoing = this.#upload;
    return this.#upload.stream;
  }

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
    // A fetch does not tell which version it spoke; one that was told to speak this one did.
    const version = options.version === '2' || options.version === '3' ? options.version : '1.1';
    const answer = new Answer(transfer, response.status, phrase, headOf(response, options), version);
    transfer.headCame(answer);
    // An app's own fetch may give what no head can be.
    answer.headOnly();
    // A body that was handed over whole: that it has arrived is certain once there is an answer.
    if (request.body?.length && record.sent === 0 && this.#upload === undefined) transfer.uploaded(request.body.length);
    if (!announceHead(transfer)) return;
    if (!transfer.isHandedOut(answer)) {
      void this.#collect(answer);
      return;
    }
    const body = new FetchBody(
      transfer,
      () => this.#next(answer),
      () => this.#finish(),
    );
    transfer.handOut(answer.opened(body, body.stream));
  }

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

  #checkLength({ expected }: Answer): void {
    const { record, request } = this.transfer;
    if (!this.#isUnframed || expected === undefined || record.received === expected) return;
    const fact = `the body has ${record.received} bytes and its Content-Length says ${expected}`;
    const code = record.received < expected ? 'ERR_BODY_TRUNCATED' : 'ERR_BODY_FRAMING';
    throw new BodyError(fact, { request, response: this.transfer.headOnly()!, code });
  }

  /** The answer is here: nobody wants the rest of the body, and the connection over which it did not go is closed. */
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
    // What fetch holds ends with its signal, and with its reader.
  }

  #failure(cause: unknown): unknown {
    return this.transfer.failure(toldBy(cause));
  }
}

/** Answers that are none: browsers hide redirects that they were told not to follow, and status 0 is no status. */
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

/** What fetch has decoded has neither its coding nor its length any more. */
function headOf(response: Response, options: RequestOptions): HttpHeaders {
  const lines = HttpHeaders.fromRaw(fieldsOf(response.headers));
  const isOurs = options.decodeContent !== false && isDecoded(response);
  return isOurs ? lines.without('content-encoding', 'content-length') : lines;
}

/** What a fetch that followed by itself tells of it: where it ended, and that there was at least one redirect. */
function landedOn(response: Response, { method, url }: HttpRequest, options: RequestOptions): Partial<ResponseFacts> {
  if (!response.redirected || response.url === '' || !followsByItself(options)) return {};
  return { url: response.url, redirects: [{ status: 0, method, url }] };
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
