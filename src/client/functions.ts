/** The verbs as functions, over one client with default options that is made when one is first called. */

import type { RequestPromise } from '../call/request-promise.ts';
import type { RequestOptions } from '../options/options.ts';
import { type Attempt, Client } from './client.ts';

type Uri = string | URL;
/** Each hands on all that it is given: what is one argument too many, the client refuses. */
type Verb = (uri: Uri, options?: RequestOptions) => RequestPromise;

/** Made with the first call, so that importing the package opens nothing. */
let shared: Client | undefined;

function client(): Client {
  shared ??= new Client();
  return shared;
}

/**
 * GET, by a client with default options that all functions share. Rejects with a `TransferError`, with the signal's
 * reason, or with a `TypeError` for bad options.
 */
export const get: Verb = (...given) => client().get(...given);
/** HEAD, as `get`; rejects alike. */
export const head: Verb = (...given) => client().head(...given);
/** POST, as `get`; rejects alike. */
export const post: Verb = (...given) => client().post(...given);
/** PUT, as `get`; rejects alike. */
export const put: Verb = (...given) => client().put(...given);
/** PATCH, as `get`; rejects alike. */
export const patch: Verb = (...given) => client().patch(...given);
/** QUERY (a safe method with a body), as `get`; rejects alike. */
export const query: Verb = (...given) => client().query(...given);
/** DELETE, as `get`; rejects alike. `delete` is a reserved word; it is exported under that name too. */
export const del: Verb = (...given) => client().delete(...given);
/** OPTIONS, as `get`; rejects alike. */
export const options: Verb = (...given) => client().options(...given);

/** Any method, as `get`; rejects alike. */
export const request: (method: string, uri: Uri, requestOptions?: RequestOptions) => RequestPromise = (...given) =>
  client().request(...given);

/**
 * Sends a request by a client with default options that all functions share. Never rejects: `[response, undefined]` or
 * `[undefined, error]`.
 */
export const attempt: (method: string, uri: Uri, requestOptions?: RequestOptions) => Promise<Attempt> = (...given) =>
  client().attempt(...given);
