/** What a body comes from: told apart by shape, because streams and blobs of other realms and libraries are as good. */

import { IN_PAGE } from '../runtime/in-page.ts';

/** What a body can be read from, once. */
export type BodySource = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>;

/** The part of a Node stream that is used here. */
export interface SourceStream extends AsyncIterable<Uint8Array | string> {
  pipe(target: unknown): unknown;
  destroy?(error?: Error): unknown;
  on(event: string, listener: (...args: never[]) => void): unknown;
  readonly readableDidRead?: boolean;
  readonly destroyed?: boolean;
}

/** A Node stream of any library and any age. */
export function isNodeSource(value: unknown): value is SourceStream {
  return hasMethod(value, 'pipe') && hasMethod(value, 'on');
}

/** A web stream of any realm or library. */
export function isWebSource(value: unknown): value is ReadableStream<Uint8Array> {
  return hasMethod(value, 'getReader') && hasMethod(value, 'cancel');
}

/**
 * Lets go of a source that nobody reads, or reads on: what it holds (a descriptor, a connection, a lock) is given back.
 * Never throws; failures of the source from here on are ignored.
 */
export function letGoOf(source: unknown): void {
  try {
    if (!IN_PAGE && isNodeSource(source)) destroyStream(source);
    else if (isWebSource(source)) source.cancel().catch(ignore);
    // An iterable without a `next` of its own holds nothing yet.
    else if (hasMethod(source, 'next')) finishIterator(source as unknown as AsyncIterator<unknown>);
  } catch {
    // A caller's own `return` or `destroy`, which has had its chance.
  }
}

/** Tells an iterator that nobody asks it again. */
export function finishIterator(iterator: AsyncIterator<unknown> | Iterator<unknown>): void {
  try {
    Promise.resolve(iterator.return?.()).catch(ignore);
  } catch {
    // As above.
  }
}

/** A destroyed stream may still fail; nobody listens any more. */
function destroyStream(stream: SourceStream): void {
  stream.on('error', ignore);
  // What a server reads a request from is the connection that its answer goes over.
  if (!isServerRequest(stream)) stream.destroy?.();
}

/** An `IncomingMessage` of a server: it has a method and knows whether it is complete. */
function isServerRequest(stream: object): boolean {
  return 'complete' in stream && typeof (stream as { method?: unknown }).method === 'string';
}

/** Whether the value, or its own class, has this method. */
export function hasMethod<K extends string | symbol>(
  value: unknown,
  name: K,
): value is Record<K, (...args: never[]) => unknown> {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false;
  // By its own class, never by `Object.prototype`, which is everybody's and may be polluted.
  for (let at: object | null = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (Object.hasOwn(at, name)) return typeof (value as Record<K, unknown>)[name] === 'function';
  }
  return false;
}

/** For promises and events whose failure nobody needs. */
export function ignore(): void {}
