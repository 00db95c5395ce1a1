/**
 * Looks on while a handler answers, and tells of the exchange once it has ended: at its answer, its failure, or the end
 * of its streamed body.
 */
import { clockOfCall } from '../call/call-clock.ts';
import { isResponseError, isTransferError } from '../message/errors.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { type SeenBody, seenBody } from '../message/seen-body.ts';
import type { RequestOptions } from '../options/options.ts';
import type { Handler } from '../stack/handler.ts';
import { send } from '../stack/next.ts';
import { wallClockBy } from '../time/clock.ts';
import type { Exchanged, HarBody } from './har-entry.ts';
import { plainBody } from './plain-body.ts';

export interface Looking {
  /** Bytes of a body that are kept; 0 for none. */
  readonly limit: number;
  /** Bodies are kept under their content coding. */
  readonly keepsCoding?: boolean;
  /** The rest of a streamed body is read, when it is short, after its reader has left. */
  readonly drains?: boolean;
  /** The body of the request, when it is known. */
  readonly requestBody: Uint8Array | undefined;
  /** Told of a streamed answer when its head has come. */
  began?(exchanged: Exchanged): void;
  /** Waited for, before the caller learns of the answer or of the end of its body. */
  ended(exchanged: Exchanged): Promise<void> | void;
}

const NO_BODY: HarBody = { bytes: undefined, isCoded: false, wireSize: undefined };

/** Sends, and calls `ended` exactly once however the exchange ends. */
export function lookOn(
  next: Handler,
  request: HttpRequest,
  options: RequestOptions,
  looking: Looking,
): Promise<HttpResponse> {
  const clock = clockOfCall(request, options);
  const started = clock.now();
  const startedAt = wallClockBy(clock);
  const { limit, requestBody } = looking;
  const exchanged = (response: HttpResponse | undefined, body: HarBody, error: unknown): Exchanged => {
    const facts = response?.facts ?? (isTransferError(error) ? error.transfer : undefined);
    return { request, requestBody, response, body, error, facts, startedAt, elapsed: clock.now() - started };
  };
  const tell = (...seen: Parameters<typeof exchanged>) => looking.ended(exchanged(...seen));
  const seen = async (response: HttpResponse, { size, bytes, isWhole, error }: SeenBody): Promise<void> => {
    const isKept = bytes !== undefined && limit > 0;
    if (!isKept) return tell(response, { ...NO_BODY, wireSize: size, comment: commentOf(bytes, limit) }, error);
    const isPlain = isWhole && error === undefined && looking.keepsCoding !== true;
    const kept = isPlain ? await plainBody(request, response, bytes, limit) : { bytes, isCoded: isUnder(response) };
    return tell(response, { ...kept, wireSize: size, isPart: !isWhole && error === undefined }, error);
  };
  return send(next, request, options).then(
    async (response) => {
      if (response.streamed) {
        looking.began?.(exchanged(response, NO_BODY, undefined));
        return seenBody(response, limit, looking.drains === true, (body) => seen(response, body));
      }
      const bytes = response.bytesNow()!;
      const kept = bytes.byteLength > limit ? undefined : bytes;
      await seen(response, { size: bytes.byteLength, bytes: kept, isWhole: true, error: undefined });
      return response;
    },
    async (error: unknown) => {
      const response = isResponseError(error) ? error.response : undefined;
      await tell(response, NO_BODY, error);
      throw error;
    },
  );
}

/** Whether the bytes are still under a content coding. */
function isUnder(response: HttpResponse): boolean {
  return response.headers.has('content-encoding');
}

/** Why a body is not kept, for whoever reads the archive. */
function commentOf(bytes: Uint8Array | undefined, limit: number): string | undefined {
  return bytes === undefined && limit > 0 ? `the body is longer than the limit of ${limit} bytes` : undefined;
}
