/** Options that say what is sent. */
import type { BodyInit } from '../message/body-from.ts';
import type { HeadersInit } from '../message/headers.ts';
import type { StringifyJson } from '../message/json.ts';
import type { MultipartPart } from '../message/multipart-parts.ts';
import type { FieldsInit } from '../message/query.ts';
import type { TrailersInit } from '../message/trailers.ts';
import type { CookieOption } from './cookie-option.ts';
import type { Off } from './off.ts';

/** What is sent. */
export interface ContentOptions {
  /**
   * Goes over the client's by name, in any case of letters. A list is several lines, `null` removes a default; `null`
   * for the whole option removes all of the client's.
   *
   * @takes record of text, numbers or lists of text; `HttpHeaders`, `Headers`, or any iterable of `[name, value]`
   * @default `User-Agent: sluice/<version>`
   * @readBy client
   */
  headers?:
    | HeadersInit
    | Readonly<Record<string, string | number | readonly string[] | null | undefined>>
    | Off
    | undefined;
  /**
   * The body as it is. A function is called for each sending, so that its body can be sent again; a stream can be sent
   * once.
   *
   * @takes text, bytes, `Blob`, `FormData`, `URLSearchParams`, Node or web stream, iterable or async iterable, or a
   * function that returns one of these (but no form)
   * @default none
   * @readBy client
   */
  body?: BodyInit | Off | undefined;
  /**
   * Sent as JSON, with `Content-Type: application/json` unless the headers name another type. `null` and `false` are
   * JSON values like any other; a value that JSON cannot hold is a `TypeError`: a circle, a BigInt, and a promise, a
   * `Map` or a `Set`, as the value or within it, of which `JSON.stringify` would write `{}`.
   *
   * @takes anything `JSON.stringify` can write
   * @default none
   * @readBy client
   */
  json?: unknown;
  /**
   * Writes what `json` gives as text, in place of `JSON.stringify`: for BigInts, dates, or keys in an order.
   *
   * @takes `(value) => string`
   * @default `JSON.stringify`
   * @readBy client
   */
  stringifyJson?: StringifyJson | Off | undefined;
  /**
   * Sent as `application/x-www-form-urlencoded`. Nested values and lists are spelled as in `query`.
   *
   * @takes record, `Map`, an object of an interface of yours, or `URLSearchParams`
   * @default none
   * @readBy client
   */
  formParams?: URLSearchParams | FieldsInit | Off | undefined;
  /**
   * Sent as `multipart/form-data` (RFC 7578), parts in their order. A part has a `name`, and `contents` or the `path`
   * of a file; `offset` and `length` take a piece of the file. Lists and records as `contents` become parts called
   * `name[key]`. Names and filenames are escaped; nothing in them can add a header. A file that is missing, no regular
   * file, empty (without `length: 0`), or that changes while it is sent is a `RequestError` that names it.
   *
   * @takes list of `{ name, contents, filename, type, headers }` or `{ name, path, offset, length, filename, type,
   * headers }`
   * @default none
   * @readBy client
   */
  multipart?: readonly MultipartPart[] | Off | undefined;
  /**
   * What divides the parts of `multipart`, so that a snapshot of a body is the same each time. One that stands in a
   * part in memory is refused; leave the choice to the client wherever contents come from elsewhere.
   *
   * @takes text of 1 to 70 characters (RFC 2046 section 5.1.1)
   * @default 40 random hexadecimal digits
   * @readBy client
   */
  multipartBoundary?: string | Off | undefined;
  /**
   * A jar, cookies to send for this call beside the jar's, or `false`. On a client `true` makes one jar for all of its
   * calls; on a call of a client without cookies it makes one that lives as long as the call, which is enough for
   * redirects.
   *
   * @takes `CookieJar`, `FileCookieJar` or anything with their `getCookieHeader` and `store`; record of names to
   * values; boolean
   * @default `false`
   * @readBy `cookies`
   */
  cookies?: CookieOption | undefined;
  /**
   * Sends `Expect: 100-continue` with a body: always, or from so many bytes on and for bodies of unknown length. The
   * server can then refuse before the body is sent.
   *
   * @takes boolean, or a number of bytes
   * @default `false`
   * @readBy `prepareBody`; node:http carries it out, undici and fetch cannot
   */
  expect?: boolean | number | null | undefined;
  /**
   * Fields to send behind the body (RFC 9110 section 6.5): a record, or a function that is called once the body went
   * out, as for a digest of it. The body goes in chunks, and a `Trailer` header names the fields of a record. A request
   * without a body has none, and none follow a redirect to another origin. Fields of framing, routing, credentials and
   * content, such as `Host`, `Authorization` and `Content-Length`, cannot stand there. What a server sends is in
   * `response.trailers`.
   *
   * @takes record of text, numbers or lists of text; `HttpHeaders`, or any iterable of `[name, value]`; or a function
   * that returns one, or a promise of one
   * @default none
   * @readBy `prepareBody`, the handler
   */
  trailers?: TrailersInit | Off | undefined;
}
