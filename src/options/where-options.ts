/** Options that say where a call goes. */
import type { ArrayFormat, FieldsInit, QueryInit } from '../message/query.ts';
import type { Off } from './off.ts';

/** Where. */
export interface WhereOptions {
  /**
   * What the URI of a call is relative to, by RFC 3986 section 5.2: a base without a trailing slash loses its last
   * segment.
   *
   * @takes text or `URL`, absolute
   * @default none; a URI that is still relative when it is sent is a `RequestError` (`ERR_URI`)
   * @readBy client
   */
  baseUri?: string | URL | Off | undefined;
  /**
   * Values for a URI that is a template (RFC 6570, all four levels), such as `/users/{id}{?page}`. Without this option
   * braces in a URI have no meaning. A value that is not given, `null`, or an empty list leaves its expression empty.
   * Values are written as those of `query`; of an object only its own properties count. An invalid template, and a
   * value that would make a segment `.` or `..` of the path, is a `RequestError` (`ERR_URI`): `users/{id}/keys` never
   * asks for `/keys`.
   *
   * @takes record, `Map`, or an object of an interface of yours
   * @default none
   * @readBy client
   */
  uriVars?: { readonly [name: string]: unknown } | FieldsInit | Off | undefined;
  /**
   * Adds to the query of the URI. For one key the call's wins over the URI's, which wins over the client's; text
   * replaces all of it. In a record `undefined` counts as not given, `null` is written empty, an empty list or record
   * takes the key out.
   *
   * @takes record (nested as deep as you like), `Map`, an object of an interface of yours, `URLSearchParams`, or text
   * with or without its `?`
   * @default none
   * @readBy client
   */
  query?: QueryInit | Off | undefined;
  /**
   * How lists are spelled in `query` and `formParams`: `a[0]=1&a[1]=2`, `a[]=1&a[]=2`, `a=1&a=2` or `a=1,2`.
   *
   * @takes `'indices'`, `'brackets'`, `'repeat'` or `'comma'`
   * @default `'indices'`, as PHP does
   * @readBy client
   */
  arrayFormat?: ArrayFormat | Off | undefined;
  /**
   * `false` keeps every call inside the origin and the folder of `baseUri`: absolute URLs, `../`, a leading slash and
   * redirects that lead out of it are errors. An escaped slash or dot counts as what a server would read. Without a
   * `baseUri` there is nothing to stay inside.
   *
   * @takes boolean
   * @default `true`
   * @readBy client, `redirect`
   */
  allowAbsoluteUrls?: boolean | null | undefined;
}
