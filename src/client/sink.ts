/** Sends a response's body somewhere else, with back-pressure. */
import { BodyError, isTransferError, ResponseError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import type { Sink } from '../options/options.ts';
import { needBuiltin } from '../runtime/platform.ts';

/**
 * Resolves to the response once all of its body is in the sink; `response.sink` then says where.
 * @throws BodyError when the body fails on the way, ResponseError (`ERR_SINK`) when the sink does
 */
export async function fillSink(response: HttpResponse, sink: Sink, request: HttpRequest): Promise<HttpResponse> {
  try {
    if (typeof sink === 'string') await toFile(response, sink);
    else if ('getWriter' in sink) await response.toWeb().pipeTo(sink);
    else await toNodeStream(response, sink);
  } catch (cause) {
    await response.discard();
    if (isTransferError(cause) || isAbort(cause)) throw cause;
    const where = typeof sink === 'string' ? `the sink "${sink}"` : 'the sink';
    const fact = `${where} failed: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ResponseError(fact, { request, response, cause, code: 'ERR_SINK' });
  }
  return response.with({ sink });
}

async function toFile(response: HttpResponse, path: string): Promise<void> {
  const { createWriteStream } = needBuiltin<typeof import('node:fs')>('node:fs', `sink: '${path}'`);
  const file = createWriteStream(path);
  try {
    await toNodeStream(response, file);
  } catch (cause) {
    // It may still be about to be opened: who is told of the failure may remove it at once.
    if (!file.closed) await new Promise<void>((resolve) => file.once('close', resolve));
    throw cause;
  }
}

async function toNodeStream(response: HttpResponse, sink: NodeJS.WritableStream): Promise<void> {
  const { pipeline } = needBuiltin<typeof import('node:stream/promises')>(
    'node:stream/promises',
    'a Node stream as sink',
  );
  await pipeline(response.stream(), sink);
}

/** A caller's abort travels through the stream as it is. */
function isAbort(cause: unknown): boolean {
  return cause instanceof BodyError || (cause instanceof Error && cause.name === 'AbortError');
}
