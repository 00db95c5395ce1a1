/** The verbs that a client has as methods: their texts, once. */
import type { RequestPromise } from '../call/request-promise.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';

/** Each rejects as `request` does. */
export interface Verbs {
  /** GET: reads a resource. */
  get(uri: string | URL, options?: RequestOptions): RequestPromise;
  /** HEAD: the head of what `get` would give. */
  head(uri: string | URL, options?: RequestOptions): RequestPromise;
  /** POST: has the resource process what is sent. */
  post(uri: string | URL, options?: RequestOptions): RequestPromise;
  /** PUT: puts what is sent in the place of the resource. */
  put(uri: string | URL, options?: RequestOptions): RequestPromise;
  /** PATCH: changes the resource (RFC 5789). */
  patch(uri: string | URL, options?: RequestOptions): RequestPromise;
  /** DELETE: removes the resource. */
  delete(uri: string | URL, options?: RequestOptions): RequestPromise;
  /** QUERY: asks with a body, safely and repeatably. */
  query(uri: string | URL, options?: RequestOptions): RequestPromise;
  /** OPTIONS: what the resource can be asked for. */
  options(uri: string | URL, options?: RequestOptions): RequestPromise;
  /** The same as `send`, under the name of the founding client. */
  sendAsync(request: HttpRequest, options?: RequestOptions): RequestPromise;
}
