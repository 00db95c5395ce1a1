/** The verbs as functions, over one client with default options that is made when one is first called. */

import type { RequestPromise } from '../call/request-promise.ts';
import type { RequestOptions } from '../options/options.ts';
import { type Attempt, Client } from './client.ts';

type Uri = string | URL;
type Verb = (uri: Uri, options?: RequestOptions) => RequestPromise;

let shared: Client | undefined;

function client(): Client {
  shared ??= new Client();
  return shared;
}

/**
 * GET, by a client with default options that all functions share. Rejects with a `TransferError`, with the signal's reason, or
 * with a `TypeError` for bad options.
 */
export const get: Verb = (uri, options) => client().get(uri, options);
/** HEAD, as `get`; rejects alike. */
export const head: Verb = (uri, options) => client().head(uri, options);
/** POST, as `get`; rejects alike. */
export const post: Verb = (uri, options) => client().post(uri, options);
/** PUT, as `get`; rejects alike. */
export const put: Verb = (uri, options) => client().put(uri, options);
/** PATCH, as `get`; rejects alike. */
export const patch: Verb = (uri, options) => client().patch(uri, options);
/** QUERY (a safe method with a body), as `get`; rejects alike. */
export const query: Verb = (uri, options) => client().query(uri, options);
/** DELETE, as `get`; rejects alike. `delete` is a reserved word; it is exported under that name too. */
export const del: Verb = (uri, options) => client().delete(uri, options);
/** OPTIONS, as `get`; rejects alike. */
export const options: Verb = (uri, requestOptions) => client().options(uri, requestOptions);

/** Any method, as `get`; rejects alike. */
export function request(method: string, uri: Uri, requestOptions?: RequestOptions): RequestPromise {
  return client().request(method, uri, requestOptions);
}

/**
 * Sends a request by a client with default options that all functions share. Never rejects: `[response, undefined]` or
 * `[undefined, error]`.
 */
export function attempt(method: string, uri: Uri, requestOptions?: RequestOptions): Promise<Attempt> {
  return client().attempt(method, uri, requestOptions);
}
