/** Sends a response's body somewhere else, with back-pressure. */

import type { Call } from '../call/call.ts';
import { BodyError, isTransferError, RequestError, ResponseError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { runtimeOptions } from '../message/runtime-options.ts';
import { hasMethod } from '../message/source.ts';
import { reasonOf } from '../message/stream-reason.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions, Sink } from '../options/options.ts';
import { needBuiltin } from '../runtime/platform.ts';
import { hasNoContent } from '../semantics/response-limit.ts';
import type { Handler } from '../stack/handler.ts';
import { type Abortable, unwatch, watch } from '../time/stop.ts';
import { completed } from './checked-answer.ts';

/**
 * The sink of one call, from the moment it is given until it has everything. One that nothing was written to yet stays
 * the caller's when the call fails; one that was begun is destroyed.
 */
class SinkFilling implements Abortable {
  readonly #sink: Sink;
  #failure: { readonly cause: unknown } | undefined;
  #isBegun = false;
  #stop: ((reason: unknown) => void) | undefined;
  #aborted: { readonly reason: unknown } | undefined;
  /** Called once nothing more is written: until then a `timeout` counts on. */
  onEnd: (() => void) | undefined;

  /** @param lost told when the sink fails while the answer is waited for: there is nothing to wait for any more */
  constructor(sink: Sink, request: HttpRequest, lost: (error: RequestError) => void) {
    this.#sink = sink;
    if (!isNodeSink(sink)) return;
    sink.on('error', (cause) => {
      if (this.#failure !== undefined) return;
      this.#failure = { cause };
      if (!this.#isBegun) lost(new RequestError(this.#fact(cause), { request, cause, code: 'ERR_SINK' }));
    });
  }

  /** The call is stopped: the caller's signal, `cancel()`, or its `timeout`. */
  abort(reason: unknown): void {
    this.#stop?.(reason);
  }

  /**
   * Resolves to the response once all of its body is in the sink; `response.sink` then says where. A file is opened when
   * there is a body, and stays as it is for a HEAD, a 204 and a 304.
   * @throws BodyError when the body fails on the way, ResponseError (`ERR_SINK`) when the sink does, the reason of `abort`
   */
  async fill(response: HttpResponse, request: HttpRequest): Promise<HttpResponse> {
    this.#isBegun = true;
    try {
      if (this.#failure !== undefined) throw this.#failure.cause;
      const sink = this.#sink;
      if (typeof sink !== 'string') await this.#raced((signal) => pipe(response, sink, signal));
      else if (hasNoContent(request.method, response.status)) await response.discard();
      else await this.#toFile(response, sink);
    } catch (error) {
      await response.discard();
      throw this.#failed(error, response, request);
    }
    return response.with({ sink: this.#sink });
  }

  /** Nothing more is written. */
  over(): void {
    this.#stop = undefined;
    this.onEnd?.();
  }

  /** The caller is told at once when the call is stopped, however long the sink takes to end. */
  #raced(write: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    return new Promise((resolve, reject) => {
      this.#stop = (reason) => {
        this.#aborted = { reason };
        reject(reason);
        controller.abort(reason);
      };
      write(controller.signal).then(resolve, reject);
    });
  }

  #failed(error: unknown, response: HttpResponse, request: HttpRequest): unknown {
    if (this.#aborted !== undefined) return this.#aborted.reason;
    const cause = reasonOf(error);
    if (isTransferError(cause) || isAbort(cause)) return cause;
    return new ResponseError(this.#fact(cause), { request, response, cause, code: 'ERR_SINK' });
  }

  #fact(cause: unknown): string {
    const where = typeof this.#sink === 'string' ? `the sink "${this.#sink}"` : 'the sink';
    return `${where} failed: ${cause instanceof Error ? cause.message : String(cause)}`;
  }

  async #toFile(response: HttpResponse, path: string): Promise<void> {
    const fs = needBuiltin<typeof import('node:fs')>('node:fs', `sink: '${path}'`);
    const file = fs.createWriteStream(path, runtimeOptions('file', {}));
    const closed = new Promise<void>((resolve) => file.once('close', resolve));
    try {
      await this.#raced((signal) => pipe(response, file, signal));
    } catch (cause) {
      file.destroy();
      const release = file.pending ? openedPipe(fs, path) : undefined;
      // It may still be about to be opened: who is told of the failure may remove it at once.
      if (!file.closed) await closed;
      release?.();
      throw cause;
    }
  }
}

/** A call whose body goes elsewhere. */
export async function sunk(
  handler: Handler,
  request: HttpRequest,
  options: RequestOptions,
  call: Call,
): Promise<HttpResponse> {
  const { signal, sink } = options;
  const filling = new SinkFilling(sink as Sink, request, (error) => call.abort(error));
  call.filling = filling;
  call.watch(filling);
  if (signal) watch(signal, call);
  try {
    if (call.aborted) throw call.reason;
    const response = await handler(request, extendOptions(options, { stream: true }));
    return await filling.fill(completed(response, request), request);
  } finally {
    filling.over();
    call.unwatch(filling);
    if (signal) unwatch(signal, call);
  }
}

function isNodeSink(sink: unknown): sink is NodeJS.WritableStream {
  return hasMethod(sink, 'write') && hasMethod(sink, 'on');
}

function pipe(response: HttpResponse, sink: Exclude<Sink, string>, signal: AbortSignal): Promise<void> {
  if (!isNodeSink(sink)) return response.toWeb().pipeTo(sink as WritableStream<Uint8Array>, { signal });
  const { pipeline } = needBuiltin<typeof import('node:stream/promises')>(
    'node:stream/promises',
    'a Node stream as sink',
  );
  return pipeline(response.stream(), sink, runtimeOptions('listener', { signal }));
}

/** The opening of a named pipe that nobody reads waits without end, and a thread with it; a reader of ours ends that. */
function openedPipe(fs: typeof import('node:fs'), path: string): (() => void) | undefined {
  try {
    if (!fs.statSync(path).isFIFO()) return undefined;
    const reader = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    return () => fs.closeSync(reader);
  } catch {
    return undefined;
  }
}

/** A caller's abort travels through the stream as it is. */
function isAbort(cause: unknown): boolean {
  return cause instanceof BodyError || (cause instanceof Error && cause.name === 'AbortError');
}
