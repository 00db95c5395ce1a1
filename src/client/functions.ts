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

export const get: Verb = (uri, options) => client().get(uri, options);
export const head: Verb = (uri, options) => client().head(uri, options);
export const post: Verb = (uri, options) => client().post(uri, options);
export const put: Verb = (uri, options) => client().put(uri, options);
export const patch: Verb = (uri, options) => client().patch(uri, options);
export const query: Verb = (uri, options) => client().query(uri, options);
/** `delete` is a reserved word; it is exported under that name too. */
export const del: Verb = (uri, options) => client().delete(uri, options);
export const options: Verb = (uri, requestOptions) => client().options(uri, requestOptions);

export function request(method: string, uri: Uri, requestOptions?: RequestOptions): RequestPromise {
  return client().request(method, uri, requestOptions);
}

export function attempt(method: string, uri: Uri, requestOptions?: RequestOptions): Promise<Attempt> {
  return client().attempt(method, uri, requestOptions);
}
