/** The sources that a caller gave with a call, once the call is over: what was not read is let go of. */

import { RequestBody } from '../message/body.ts';
import { isNested } from '../message/form-shapes.ts';
import { own } from '../message/own.ts';
import type { HttpRequest } from '../message/request.ts';
import { hasMethod, ignore, letGoOf } from '../message/source.ts';
import type { RequestOptions } from '../options/options.ts';
import { ignoreRejection } from '../runtime/kind-of.ts';

/**
 * Never throws, whatever the options are: they may be why the call failed.
 * @param sent as it entered the stack; `undefined` when it never did
 * @param ready the request that was made before
 */
export function letGoOfSources(
  sent: HttpRequest | undefined,
  ready: HttpRequest | undefined,
  options: RequestOptions | undefined,
): void {
  if (sent !== undefined) {
    sent.body?.release();
    return;
  }
  ready?.body?.release();
  if (typeof options !== 'object' || options === null) return;
  try {
    dropGiven(options);
    ignorePromises(options);
  } catch {
    // A getter or a proxy of the caller's throws, and the call has failed with that already.
  }
}

/**
 * Listens to what a caller gave, when it is read only later: a stream that fails meanwhile is no reason to end the process.
 * Whoever reads it then is told.
 */
export function heedSources(options: RequestOptions | undefined): void {
  if (typeof options !== 'object' || options === null) return;
  try {
    forEachSource(options, heed);
    heed(own(options, 'sink'));
  } catch {
    // A getter or a proxy of the caller's, which the call will meet again.
  }
}

function heed(given: unknown): void {
  if (hasMethod(given, 'on')) (given as NodeJS.WritableStream).on('error', ignore);
}

/** Reads options of which nothing was sent yet: when they are refused, their sources are let go of. @throws what `read` does */
export function readOrLetGo<T>(options: RequestOptions | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    letGoOfSources(undefined, undefined, options);
    throw error;
  }
}

function dropGiven(options: RequestOptions): void {
  forEachSource(options, drop);
  // It may have failed already, or be about to.
  heed(own(options, 'sink'));
}

/** How deep promises are looked for: the value of a field within a list of a part is the deepest that is common. */
const DEEPEST_PROMISE = 5;

/** A promise given as an option is refused by the option's name. Rejections of the others are marked as handled. */
function ignorePromises(value: unknown, depth = 0): void {
  ignoreRejection(value);
  if (depth < DEEPEST_PROMISE && isNested(value))
    for (const one of Object.values(value)) ignorePromises(one, depth + 1);
}

/** Contents may be lists and records of sources; one that stands there twice, and a circle, is met once. */
function forEachSource(options: RequestOptions, each: (given: unknown) => void): void {
  const multipart: unknown = own(options, 'multipart');
  each(own(options, 'body'));
  if (!Array.isArray(multipart)) return;
  const met = new Set<unknown>();
  const left = multipart.map((part: unknown) =>
    typeof part === 'object' && part !== null ? own(part as { contents?: unknown }, 'contents') : undefined,
  );
  while (left.length > 0) {
    const contents = left.pop();
    if (met.has(contents)) continue;
    met.add(contents);
    if (isNested(contents)) for (const one of Object.values(contents)) left.push(one);
    else each(contents);
  }
}

function drop(given: unknown): void {
  ignoreRejection(given);
  if (given instanceof RequestBody) given.release();
  else if (typeof given === 'object' && given !== null) letGoOf(given);
}
