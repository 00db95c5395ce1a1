/** The request in the form in which undici takes it, and how its body goes out. */

import { absoluteForm, hopHeaders } from '../../connect/forwarding.ts';
import type { ProxyServer } from '../../connect/rules/proxy-url.ts';
import type { BodyReader } from '../../message/body-reader.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { Target } from '../../message/uri.ts';
import type { RequestOptions } from '../../options/options.ts';
import { inPieces, ONE_WRITE, PIECE, pieces } from '../exchange/body-pieces.ts';
import { sourceFailure } from '../exchange/source-failure.ts';

/** A class without a prototype: undici would read what is not set from `Object.prototype`. */
export class DispatchOptions {
  /**
   * Nothing is pipelined behind it: undici need not look for more to send as soon as the head of the answer is there, which
   * takes a twentieth of all that it does for a request.
   */
  readonly blocking = false;

  constructor(
    readonly path: string,
    readonly method: 'GET',
    readonly headers: string[],
    readonly body: Uint8Array | null,
    readonly reset: boolean,
  ) {}
}
Object.setPrototypeOf(DispatchOptions.prototype, null);

/** What the request goes over. */
interface Via {
  readonly route: { readonly settings: { readonly forwarder?: ProxyServer | undefined } };
}

/** @param source of a body that is not in memory */
export function dispatchOptions(
  request: HttpRequest,
  target: Target,
  { route }: Via,
  { keepAlive, progress }: RequestOptions,
  source: BodyReader | undefined,
): DispatchOptions {
  const { forwarder } = route.settings;
  const { method, body } = request;
  let { headers } = request;
  let sent: Uint8Array | AsyncIterable<Uint8Array> | null = null;
  // undici frames a body of unknown length itself and refuses to be told.
  if (headers.has('transfer-encoding')) headers = headers.without('transfer-encoding');
  if (body !== null) {
    const { bytes } = body;
    if (source !== undefined) sent = pull(request, progress ? inPieces(source) : source);
    else if (bytes === undefined) sent = null;
    else if (bytes.byteLength <= (progress ? PIECE : ONE_WRITE)) sent = bytes;
    else {
      // undici reports what it has queued as sent: to see the progress, it is given no more than the socket takes.
      sent = pieces(bytes);
      if (!headers.has('content-length')) headers = headers.with('Content-Length', bytes.byteLength);
    }
  }
  return new DispatchOptions(
    forwarder === undefined ? target.path : absoluteForm(target, target.path),
    method as 'GET',
    hopHeaders(headers, forwarder).toRaw() as string[],
    sent as Uint8Array,
    // `reset`: the connection is to be closed after this request.
    keepAlive === false,
  );
}

/** An error of the source is the caller's, not the network's. */
async function* pull(
  request: HttpRequest,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (cause) {
    throw sourceFailure(request, cause);
  }
}
