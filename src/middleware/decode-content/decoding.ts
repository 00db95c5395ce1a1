/** The three ways of decoding a body: at once, in the background, and as it is read. */

import { followCaller, unfollowCaller } from '../../call/caller-stop.ts';
import { Pieces } from '../../message/bytes.ts';
import { Content, type NodeStream, toNodeStream } from '../../message/content.ts';
import { BodyError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { RequestOptions } from '../../options/options.ts';
import { type Coding, decodeNow, faultOf, hasZlib } from '../../semantics/codings.ts';
import { encodedLimit, tooLarge } from '../../semantics/response-limit.ts';
import type { Abortable } from '../../time/stop.ts';
import { type DecoderSettings, StreamDecoder } from './stream-decoder.ts';
import { decodeWeb } from './web-decoder.ts';

/** A buffered body up to this size is decoded at once, which is faster than a stream and holds nobody up. */
const AT_ONCE = 65_536;
/** What may come out of it at once; a body that grows beyond is decoded in the background. */
const AT_ONCE_DECODED = 4_194_304;

/** The body of one response on its way out of its codings. */
export class Decoding {
  readonly #request: HttpRequest;
  readonly #response: HttpResponse;
  readonly #settings: DecoderSettings;

  /**
   * @param codings in the order in which they were applied
   * @param limit bytes that may come out
   */
  constructor(request: HttpRequest, response: HttpResponse, codings: readonly Coding[], limit: number) {
    this.#request = request;
    this.#response = response;
    this.#settings = {
      codings,
      limit,
      innerLimit: encodedLimit(limit),
      drains: response.isShort,
      errors: {
        undecodable: (coding, cause) => this.#undecodable(coding, cause),
        tooLarge: () => tooLarge(limit, request, response),
        closed: () => this.#error('the body ended before it was complete', 'ERR_BODY_TRUNCATED'),
      },
    };
  }

  /** The body as a stream of what is decoded, which takes the stream of the response along. */
  stream(): Content {
    const source = this.#response.content.take(() => new TypeError('the body was read before'));
    if (!hasZlib()) return new Content(undefined, decodeWeb(source, this.#settings));
    const { readable } = new StreamDecoder(toNodeStream(source), this.#settings);
    return new Content(undefined, readable as unknown as NodeStream);
  }

  /** The decoded bytes, when that is quickly done. */
  now(bytes: Uint8Array): Uint8Array | undefined {
    const { codings, limit } = this.#settings;
    if (!hasZlib() || bytes.byteLength > AT_ONCE) return undefined;
    // A body that grows beyond what is decoded at once is too large only when the caller's limit is that low.
    const isFinal = limit <= AT_ONCE_DECODED;
    let plain = bytes;
    // From the last coding that was applied to the first.
    for (let left = codings.length; left > 0 && plain.byteLength > 0; left -= 1) {
      const most = left === 1 && isFinal ? limit : AT_ONCE_DECODED;
      try {
        plain = decodeNow(plain, codings[left - 1]!, most);
      } catch (cause) {
        if (faultOf(cause) !== 'too large') throw this.#undecodable(codings[left - 1]!, cause);
        if (left === 1 && isFinal) throw tooLarge(limit, this.#request, this.#response, cause);
        return undefined;
      }
    }
    if (plain.byteLength > limit) throw tooLarge(limit, this.#request, this.#response);
    return plain;
  }

  /** The decoded bytes, made in the background. @throws the caller's reason when the call is stopped meanwhile */
  async later(bytes: Uint8Array, options: RequestOptions): Promise<Uint8Array> {
    const pieces = new Pieces();
    const stream = hasZlib()
      ? new StreamDecoder(toNodeStream(bytes), this.#settings).readable
      : decodeWeb(single(bytes), this.#settings);
    const stopped = new Stopped(() => ('destroy' in stream ? stream.destroy() : undefined));
    followCaller(stopped, this.#request, options);
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        stopped.check();
        pieces.add(chunk);
      }
    } finally {
      unfollowCaller(stopped, this.#request, options);
      stopped.check();
    }
    return pieces.bytes();
  }

  /** The error for bytes that the decoder cannot read: cut short, or not of that coding at all. */
  #undecodable(coding: Coding, cause: unknown): BodyError {
    const isTruncated = faultOf(cause) === 'truncated';
    const fact = isTruncated
      ? `the ${coding} body ended before it was complete`
      : `the body is not the ${coding} that its Content-Encoding says; decodeContent: false gives it as it came`;
    return this.#error(fact, isTruncated ? 'ERR_BODY_TRUNCATED' : 'ERR_BODY_ENCODING', cause);
  }

  #error(fact: string, code: string, cause?: unknown): BodyError {
    return new BodyError(fact, { request: this.#request, response: this.#response, code, cause });
  }
}

/** Whether the caller has stopped the call, and why. */
class Stopped implements Abortable {
  #stop: (() => void) | undefined;
  #abort: { readonly reason: unknown } | undefined;

  constructor(stop: () => void) {
    this.#stop = stop;
  }

  abort(reason: unknown): void {
    this.#abort ??= { reason };
    this.#stop?.();
    this.#stop = undefined;
  }

  check(): void {
    if (this.#abort !== undefined) throw this.#abort.reason;
  }
}

/** Bytes in memory as a stream of one chunk. */
async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
