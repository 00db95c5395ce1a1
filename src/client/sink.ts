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

/** What a Node stream tells when it takes nothing more. */
const OVER = ['finish', 'close'];

/**
 * The sink of one call, from the moment it is given until it has everything. One that nothing was written to yet stays
 * the caller's when the call fails; one that was begun is destroyed.
 */
class SinkFilling implements Abortable {
  readonly #sink: Sink;
  /** The sink failed before anything was written to it. */
  #failure: { readonly cause: unknown } | undefined;
  /** The body is being written: from here on failures are told by whoever writes. */
  #isBegun = false;
  /** Holds a web stream until it is written to: so it is known when it fails. */
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  /** Told by a Node stream that it takes nothing more, until it is written to. */
  #onOver: (() => void) | undefined;
  /** Ends the writing; set while something is written. */
  #stop: ((reason: unknown) => void) | undefined;
  /** The caller stopped the call, which wins over what the sink says about it. */
  #aborted: { readonly reason: unknown } | undefined;
  /** Called once nothing more is written: until then a `timeout` counts on. */
  onEnd: (() => void) | undefined;

  /** @param lost told when the sink fails while the answer is waited for: there is nothing to wait for any more */
  constructor(sink: Sink, request: HttpRequest, lost: (error: RequestError) => void) {
    this.#sink = sink;
    const fail = (cause: unknown): void => {
      if (this.#failure !== undefined || this.#isBegun) return;
      this.#failure = { cause };
      this.#giveBack();
      lost(new RequestError(this.#fact(cause), { request, cause, code: 'ERR_SINK' }));
    };
    if (isNodeSink(sink)) {
      // A failure that comes later is told by whoever writes to it; without a listener it would end the process.
      sink.on('error', fail);
      this.#onOver = () => fail(overReason(sink));
      for (const event of OVER) sink.on(event, this.#onOver);
      if (isOver(sink)) this.#onOver();
    } else if (typeof sink !== 'string') this.#writer = watchedWriter(sink as WritableStream<Uint8Array>, fail);
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
    this.#begin();
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
    this.#begin();
    this.#stop = undefined;
    this.onEnd?.();
  }

  /** From here on what fails is told by whoever writes, and a web stream is given back to be written to. */
  #begin(): void {
    this.#isBegun = true;
    this.#giveBack();
  }

  /** Takes our listeners and our lock off the sink. */
  #giveBack(): void {
    this.#writer?.releaseLock();
    this.#writer = undefined;
    if (this.#onOver === undefined) return;
    for (const event of OVER) (this.#sink as NodeSink).removeListener(event, this.#onOver);
    this.#onOver = undefined;
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

  /** Whose failure it was: the caller's abort, the body's, or the sink's. */
  #failed(error: unknown, response: HttpResponse, request: HttpRequest): unknown {
    if (this.#aborted !== undefined) return this.#aborted.reason;
    // A stream of Node that is destroyed under a pipeline breaks the body too, whose error would hide the reason.
    const cause = isCutOff(this.#sink) ? overReason(this.#sink) : reasonOf(error);
    if (isTransferError(cause) || isAbort(cause)) return cause;
    return new ResponseError(this.#fact(cause), { request, response, cause, code: 'ERR_SINK' });
  }

  /** The words for a failure of the sink. */
  #fact(cause: unknown): string {
    const where = typeof this.#sink === 'string' ? `the sink "${this.#sink}"` : 'the sink';
    return `${where} failed: ${cause instanceof Error ? cause.message : String(cause)}`;
  }

  /** Writes to a path. A file that was begun stays, as with any program that is stopped while it writes. */
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

/** What a `Writable` tells of itself; a stream of the oldest kind tells nothing. */
interface NodeSink extends NodeJS.WritableStream {
  readonly writableEnded?: boolean;
  readonly writableFinished?: boolean;
  readonly destroyed?: boolean;
  readonly errored?: Error | null;
}

/** Told by its methods, whatever library made it. */
function isNodeSink(sink: unknown): sink is NodeSink {
  return hasMethod(sink, 'write') && hasMethod(sink, 'on');
}

/** Whether nothing can be written any more: an end that was asked for counts, whether or not it has come. */
function isOver(sink: NodeSink): boolean {
  return sink.writableEnded === true || sink.destroyed === true;
}

/**
 * Whether somebody ended it, or destroyed it without an error, before it had everything. A pipeline that fails ends
 * nothing, and destroys with its own error.
 */
function isCutOff(sink: Sink): sink is Sink & NodeSink {
  if (!isNodeSink(sink) || sink.errored !== null) return false;
  return sink.writableEnded === true || (sink.destroyed === true && sink.writableFinished === false);
}

/** Why a stream takes nothing more, as an error. */
function overReason(sink: NodeSink): unknown {
  return sink.errored ?? new Error(`it was already ${sink.writableEnded === true ? 'ended' : 'destroyed'}`);
}

/**
 * A writer that writes nothing, by which the stream tells that it failed or was closed. One that somebody else has
 * locked is not watched: it may be given back until there is a body.
 */
function watchedWriter(
  sink: WritableStream<Uint8Array>,
  fail: (cause: unknown) => void,
): WritableStreamDefaultWriter<Uint8Array> | undefined {
  if (sink.locked || !hasMethod(sink, 'getWriter')) return undefined;
  const writer = sink.getWriter();
  writer.closed.then(() => fail(new Error('it was already closed')), fail);
  return writer;
}

/** Writes the body with back-pressure, by the means of either kind of stream. */
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
