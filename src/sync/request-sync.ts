/**
 * A request that blocks: for scripts and for reading a configuration before anything else runs. The request is sent by a
 * worker thread, whose own event loop carries it, while this thread sleeps; nothing else happens in it meanwhile.
 */
import { charsetOf, decodeText } from '../message/content.ts';
import { RequestError, TransferError } from '../message/errors.ts';
import { HttpHeaders } from '../message/headers.ts';
import { HttpResponse } from '../message/response.ts';
import type { RequestOptions } from '../options/options.ts';
import type { HandlerStack } from '../stack/handler-stack.ts';
import { askWorker } from './ask-worker.ts';
import { type SyncAnswer, sentOptions } from './sync-message.ts';

/** What `client.requestSync` returns. */
export interface SyncResponse {
  readonly status: number;
  readonly statusText: string;
  readonly headers: HttpHeaders;
  /** The final one, after redirects. */
  readonly url: string;
  /** Empty when it went to a `sink`. */
  readonly body: Uint8Array;
  /** The body, decoded by its charset. */
  text(): string;
  /** The body parsed as JSON. @throws BodyError (`ERR_BODY_JSON`) when it is not JSON */
  json<T = unknown>(): T;
}

/** The client that asks. */
export interface SyncClient {
  readonly stack: HandlerStack | undefined;
}

/** The number by which the worker knows a client, so that its connections there are kept. */
const ids = new WeakMap<object, number>();
let lastId = 0;

/**
 * @param client whose stack must be the default one: layers and handlers are functions, and stay in their thread
 * @param defaults the client's options, as they were given
 * @throws TypeError for an option that cannot go to the worker, otherwise what a request rejects with
 */
export function requestSync(
  client: SyncClient,
  defaults: RequestOptions,
  method: string,
  uri: string | URL,
  options: RequestOptions,
): SyncResponse {
  refuseOwnLayers(client);
  let id = ids.get(client);
  if (id === undefined) ids.set(client, (id = ++lastId));
  const reply = askWorker({
    client: id,
    options: sentOptions(options),
    defaults: sentOptions(defaults, options),
    method,
    uri: String(uri),
  });
  if (reply.answer !== undefined) return responseOf(reply.answer);
  const { name, message } = reply.failure ?? reply.mistake;
  const stack = `${name}: ${message}\n${callerFrames()}`;
  if (reply.failure !== undefined) throw TransferError.fromJSON({ ...reply.failure, stack });
  if (name === 'TypeError') throw Object.assign(new TypeError(message), { stack });
  throw new RequestError(`the worker of requestSync failed: ${name}: ${message}`, {});
}

/** @throws TypeError for layers or a handler of the caller's: they cannot run in the worker */
function refuseOwnLayers({ stack }: SyncClient): void {
  if (stack?.isDefault) return;
  const found = stack === undefined ? 'a handler of its own' : `layers or a handler of its own: ${stack}`;
  throw new TypeError(
    `requestSync needs a client with the default stack, because functions stay in their thread: this one has ${found}`,
  );
}

/** Of whoever called the client. */
function callerFrames(): string {
  const frames = new Error().stack?.split('\n') ?? [];
  const own = frames.findLastIndex((line) => /\brequestSync\b/.test(line));
  return frames.slice(own + 1).join('\n');
}

/** The reply as a response; its readers are those of `HttpResponse`, all at once because the bytes are here. */
function responseOf({
  status,
  statusText,
  headers,
  protocolVersion,
  url,
  redirects,
  attempts,
  body,
}: SyncAnswer): SyncResponse {
  const lines = HttpHeaders.fromRaw(headers);
  const bytes = body ?? new Uint8Array(0);
  const text = (): string => decodeText(bytes, charsetOf(lines.get('content-type')));
  const facts = { url, redirects, attempts };
  const response = new HttpResponse(status, lines, bytes, protocolVersion, statusText, facts);
  return { status, statusText, headers: lines, url, body: bytes, text, json: <T>() => response.jsonNow<T>() as T };
}
