/**
 * What may be kept of another library's error as the `cause` of ours, which is logged and sent to error trackers. Most are
 * kept as they are; one that repeats a secret (a URL with its userinfo, the bytes of a response, a header's value) is kept
 * as a copy without it.
 */

import { withoutSecretsOf } from '../message/echoes.ts';
import { own } from '../message/own.ts';
import { maskText, type Redact } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';

/** Properties of system errors that say where and why, and cannot hold a secret. */
const SAFE_PROPERTIES = [
  'code',
  'errno',
  'syscall',
  'address',
  'port',
  'hostname',
  'reason',
  'host',
  'library',
] as const;
/** How many causes of causes are kept. */
const DEPTH = 8;

/** The names that the caller wants masked beside the built-in ones. */
export function redactOf(request: HttpRequest, options: RequestOptions): Redact | undefined {
  return request.call?.redact ?? (options.redact || undefined);
}

/**
 * The cause itself when it shows no secret, otherwise a copy that does not.
 * @param isCallers it is of the caller's own code, as the error of a body's source is: kept, with its class and whatever
 * properties it has, unless its words or a property that is text show a secret
 */
export function safeCause(
  cause: unknown,
  request: HttpRequest | undefined,
  redact: Redact | undefined,
  isCallers = false,
): unknown {
  const clean = (text: string): string => withoutSecretsOf(request, maskText(text, redact));
  return cleaned(cause, clean, isCallers, 0);
}

/** The error itself where cleaning changes nothing: its class and identity may be what a caller looks at. */
function cleaned(cause: unknown, clean: (text: string) => string, isCallers: boolean, depth: number): unknown {
  if (depth > DEPTH) return undefined;
  if (typeof cause === 'string') return clean(cause);
  if (!(cause instanceof Error)) return cause;
  const message = clean(cause.message);
  const stack = cause.stack === undefined ? undefined : clean(cause.stack);
  const given: unknown = own(cause, 'cause');
  const inner = cleaned(given, clean, isCallers, depth + 1);
  const shows =
    cause instanceof AggregateError ||
    Object.entries(cause).some(([name, value]) =>
      isCallers ? typeof value === 'string' && clean(value) !== value : !isSafeProperty(name),
    );
  if (message === cause.message && stack === cause.stack && inner === given && !shows) return cause;
  const init = inner === undefined ? undefined : { cause: inner };
  const joined = cause instanceof AggregateError ? cause.errors : undefined;
  const copy = (
    joined === undefined
      ? new Error(message, init)
      : new AggregateError(
          joined.map((one) => cleaned(one, clean, isCallers, depth + 1)),
          message,
          init,
        )
  ) as Error & Record<string, unknown>;
  copy.name = cause.name;
  if (stack !== undefined) copy.stack = stack;
  for (const name of SAFE_PROPERTIES) {
    const value = own(cause as Error & Record<string, unknown>, name);
    if (typeof value === 'string') copy[name] = clean(value);
    else if (typeof value === 'number') copy[name] = value;
  }
  return copy;
}

/** Any other may repeat input: the URL of `ERR_INVALID_URL`, the bytes of the parser's errors, another client's options. */
function isSafeProperty(name: string): boolean {
  return (SAFE_PROPERTIES as readonly string[]).includes(name);
}

/** The message of a cause that `safeCause` has cleaned. */
export function safeText(safe: unknown): string {
  if (safe instanceof Error) return safe.message || safe.name;
  return safe === undefined ? '' : String(safe);
}

/**
 * The error that tells most of several addresses that were tried: one that was answered (refused) over one that could
 * not be reached, which is what a machine without IPv6 says of every second address.
 */
export function flattened(cause: unknown): unknown {
  if (!(cause instanceof AggregateError) || cause.errors.length === 0) return cause;
  const errors = cause.errors as (Error & { code?: unknown })[];
  return errors.findLast((error) => !/UNREACH|ADDRNOTAVAIL|AFNOSUPPORT/.test(String(error?.code))) ?? errors.at(-1);
}
