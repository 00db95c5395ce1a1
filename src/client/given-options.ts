/** What a caller gave to a client, checked and combined. */

import { entriesOf } from '../message/field-value.ts';
import { HttpHeaders } from '../message/headers.ts';
import { type ArrayFormat, encodeQuery, type QueryInit } from '../message/query.ts';
import type { HttpResponse } from '../message/response.ts';
import { mergeCache } from '../options/cache-option.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { isPlainRecord } from '../options/plain-options.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { applyHeaders, type Built } from './build-request.ts';

/** The result of `attempt`: one of the two is there. */
export type Attempt =
  | readonly [response: HttpResponse, error: undefined]
  | readonly [response: undefined, error: NonNullable<unknown>];

/** The options of a call: as they were given, checked, and over the client's. */
export interface ReadOptions {
  readonly given: RequestOptions | undefined;
  readonly own: RequestOptions | undefined;
  readonly merged: RequestOptions;
}

/** What several calls share: a layer that sets an option on it would change the others. */
export function kept(read: ReadOptions): ReadOptions {
  Object.freeze(read.merged);
  return read;
}

/** Credentials in the URI are those of the call, unless it says `auth` itself. */
export function withUserinfo({ own, merged }: ReadOptions, userinfo: Built['userinfo']): RequestOptions {
  if (userinfo === undefined || (own !== undefined && Object.hasOwn(own, 'auth'))) return merged;
  return extendOptions(merged, { auth: [...userinfo] as [string, string] });
}

/** Whether this can be the options of a client: a plain record. */
export function isOptions(given: unknown): boolean {
  return isPlainRecord(given);
}

/** The error for anything else, which is mostly a URI as with other clients. */
export function noOptions(given: unknown): TypeError {
  const hint = typeof given === 'string' || given instanceof URL ? '; write new Client({ baseUri: ... })' : '';
  return new TypeError(`the options of a client must be a record, got ${kindOf(given)}${hint}`);
}

/** Encodes the query once, so that the constructor throws for a mistake in it, and not the first call. */
export function checkedQuery(query: QueryInit | undefined, format: ArrayFormat | undefined): QueryInit | undefined {
  if (typeof query === 'object' && !(query instanceof URLSearchParams)) encodeQuery(query, format);
  return query;
}

/** An object whose members can be merged one by one. */
export function isRecord(value: unknown): value is Record<string, never> {
  return typeof value === 'object' && value !== null && !(value instanceof URLSearchParams);
}

/** Records or maps, the second over the first. */
export function fieldsOver(under: object, over: object): Record<string, never> {
  return Object.fromEntries([...entriesOf(under, 'query'), ...entriesOf(over, 'query')]) as Record<string, never>;
}

/** Without members of `undefined`: in an extension they change nothing. */
function definedOf<T extends object>(record: T): Partial<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Headers of both by name, the changes over the client's; `undefined` when one of them has none to combine. */
function combined(
  client: RequestOptions['headers'],
  changes: RequestOptions['headers'],
): RequestOptions['headers'] | undefined {
  if (!client || !changes) return undefined;
  return [...applyHeaders(applyHeaders(HttpHeaders.empty, client), changes)];
}

/** The options of an extended client. @param cookies the jar that both share unless the changes say otherwise */
export function extended(
  given: RequestOptions,
  cookies: RequestOptions['cookies'],
  changes: RequestOptions,
): RequestOptions {
  const headers = combined(given.headers, changes.headers);
  const query = isRecord(given.query) && isRecord(changes.query) ? fieldsOver(given.query, changes.query) : undefined;
  const jar = changes.cookies === undefined ? { cookies } : {};
  const cache = changes.cache === undefined ? {} : { cache: mergeCache(given.cache, changes.cache) };
  const fields = { ...(headers && { headers }), ...(query && { query }) };
  return { ...given, ...jar, ...definedOf(changes), ...cache, ...fields };
}
