/**
 * Walks over the pages of an API and gives their items. Each page is a call of its own; where the next one is comes from
 * the one before, whose server is not to decide who sees the caller's credentials.
 */

import type { RequestPromise } from '../call/request-promise.ts';
import { heedSources, letGoOfSources, readOrLetGo } from '../call/sources.ts';
import { ResponseError } from '../message/errors.ts';
import { writtenTarget } from '../message/links.ts';
import { own } from '../message/own.ts';
import { maskUrl } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { canonicalUrl, originOf, resolveUri, splitUserinfo, UriError } from '../message/uri.ts';
import { delay as delayLayer } from '../middleware/delay.ts';
import { crossOriginHeaders } from '../middleware/redirect/redirect-policy.ts';
import { crossOriginOptions } from '../options/cross-origin-options.ts';
import { bareRecord, extendOptions } from '../options/option-record.ts';
import { optionNames } from '../options/option-rules.ts';
import type { RequestOptions } from '../options/options.ts';
import { refuseNoRecord } from '../options/plain-options.ts';
import { redirectPolicy } from '../options/redirect-policy.ts';
import { refuseNearly } from '../options/settings-of.ts';
import { kindOf } from '../runtime/kind-of.ts';
import type { Handler } from '../stack/handler.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { fieldsOver, isRecord } from './given-options.ts';

/** What `items` may give: anything that can be iterated. */
type Items<T> = Iterable<T> | AsyncIterable<T>;
/** Where the next page is: a URI, relative to the page's, or options over those of the page; nothing ends it. */
type Next = string | URL | RequestOptions | null | undefined | false;

/** Which pages `client.paginate` asks for, and what their items are. */
export interface PaginateOptions<T> extends RequestOptions {
  /** The items of a page. Default: its JSON value, which must be a list. */
  items?: ((response: HttpResponse) => Items<T> | Promise<Items<T>>) | undefined;
  /** Where the page after this one is. Default: the link of the relation type `next` (RFC 8288). */
  next?: ((response: HttpResponse) => Next | Promise<Next>) | undefined;
  /** Pages asked for at most. Default: no limit. */
  maxPages?: number | undefined;
  /** Items given at most. Default: no limit. */
  maxItems?: number | undefined;
  /** Wait between two pages. Default 0. */
  delay?: Duration | null | undefined;
}

/** Names of its own that a slip is told for. `next` is too short: a layer's option may be as close to it. */
const OWN: readonly (keyof PaginateOptions<unknown>)[] = ['items', 'maxPages', 'maxItems'];

/** What paging needs of the client. */
export interface PageSource {
  readonly handler: Handler;
  get(uri: string | URL, options: RequestOptions, over: Handler): RequestPromise;
}

/** Where a page is, and how to ask for it. */
interface Page {
  readonly uri: string | URL;
  readonly options: RequestOptions;
  /** Whether an origin other than the first was named: from there on nothing of the caller's own goes along. */
  readonly isAway: boolean;
}

/** The rules of a walk, checked. */
interface Walk<T> {
  readonly source: PageSource;
  readonly items: NonNullable<PaginateOptions<T>['items']>;
  readonly next: NonNullable<PaginateOptions<T>['next']>;
  readonly maxPages: number;
  readonly maxItems: number;
  readonly delay: number;
}

/** @param began is given each call, which may be stopped by whoever wants no more */
export async function* pagesOf<T>(
  source: PageSource,
  uri: string | URL,
  given: PaginateOptions<T>,
  began: (call: RequestPromise) => void,
): AsyncGenerator<T, void, undefined> {
  const { walk, options } = readOrLetGo(given, () => walkOf(source, given));
  const seen = new Set<string>();
  let left = walk.maxItems;
  let home = '';
  let page: Page | undefined = { uri, options: withUserinfo(uri, options), isAway: false };
  for (let count = 0; page !== undefined && count < walk.maxPages && left > 0; count += 1) {
    const call = source.get(page.uri, page.options, handlerFor(walk, page.isAway, count));
    began(call);
    const response = await call;
    const asked = call.call!.request!;
    // The origin of the first page, after its redirects have been prepared: what leads elsewhere is not trusted.
    home ||= originOf(asked.url);
    remember(seen, asked, response);
    try {
      for await (const item of checkedItems(await walk.items(response))) {
        yield item;
        left -= 1;
        if (left === 0) return;
      }
      page = count + 1 < walk.maxPages ? await pageAfter(walk, page, response, home) : undefined;
    } finally {
      await response.discard();
    }
  }
}

/** Divides what was given into the rules of the walk and the options of its requests. @throws TypeError */
function walkOf<T>(source: PageSource, given: PaginateOptions<T>): { walk: Walk<T>; options: RequestOptions } {
  refuseNoRecord(given);
  refuseNearly('paginate', given, OWN, optionNames);
  const { items, next, maxPages, maxItems, delay, ...options } = bareRecord(given);
  const walk: Walk<T> = {
    source,
    items: callback(items, 'items') ?? listIn,
    next: callback(next, 'next') ?? linkedNext,
    maxPages: limit(maxPages, 'maxPages'),
    maxItems: limit(maxItems, 'maxItems'),
    delay: milliseconds(delay, 'option delay'),
  };
  return { walk, options };
}

/** Credentials in the URI are for its origin, and so for the pages that follow there. */
function withUserinfo(uri: string | URL, options: RequestOptions): RequestOptions {
  const text = String(uri);
  // An `auth` option counts before what stands in the URI.
  if (own(options, 'auth') !== undefined || !/^https?:\/\/[^/?#]*@/i.test(text)) return options;
  const { userinfo } = splitUserinfo(canonicalUrl(text));
  return userinfo === undefined ? options : { ...options, auth: userinfo };
}

/** The handler of one page: it waits between pages, and keeps what is the caller's own from other origins. */
function handlerFor<T>({ source, delay }: Walk<T>, isAway: boolean, count: number): Handler {
  const { handler } = source;
  const send: Handler = isAway ? (request, options) => handler(...strangers(request, options)) : handler;
  if (delay === 0 || count === 0) return send;
  const waiting = delayLayer()((request, options) => send(request, extendOptions(options, { delay: 0 })));
  return (request, options) => waiting(request, extendOptions(options, { delay }));
}

/** What another origin may see, by the rules of a redirect to it (RFC 9110 section 15.4). */
function strangers(request: HttpRequest, options: RequestOptions): [HttpRequest, RequestOptions] {
  const keep = redirectPolicy(options.allowRedirects)?.keepHeaders ?? [];
  return [request.with({ headers: crossOriginHeaders(request.headers, keep) }), crossOriginOptions(options)];
}

/** Where the next page is, and with which options; `undefined` at the end. */
async function pageAfter<T>(
  { next }: Walk<T>,
  page: Page,
  response: HttpResponse,
  home: string,
): Promise<Page | undefined> {
  const given = await next(response);
  if (given === undefined || given === null || given === false) return undefined;
  if (typeof given === 'object' && !(given instanceof URL)) {
    return { ...page, options: changed(page.options, given) };
  }
  if (typeof given !== 'string' && !(given instanceof URL)) {
    throw new TypeError(`next must give a URI, options or nothing, got ${kindOf(given)}`);
  }
  // A server must not choose the credentials that we send.
  const { url } = splitUserinfo(addressOf(given, response));
  const isAway = page.isAway || originOf(url) !== home;
  // The query of the URL is the server's whole word: the caller's was for the first page.
  const options: RequestOptions = { ...page.options, query: undefined, uriVars: null };
  return { uri: url, options: isAway ? { ...options, query: null } : options, isAway };
}

/** Options over those of the page. Query fields are merged, so that `{ query: { page: 2 } }` keeps the others. */
function changed(options: RequestOptions, changes: RequestOptions): RequestOptions {
  const merged = bareRecord({ ...options, ...changes });
  const [query, more] = [own(options, 'query'), own(changes, 'query')];
  if (isRecord(query) && isRecord(more)) merged.query = fieldsOver(query, more);
  return merged;
}

/** @throws ResponseError (`ERR_PAGE_LOOP`) for a request that was made before: the walk would never end */
function remember(seen: Set<string>, { method, url, headers, body }: HttpRequest, response: HttpResponse): void {
  const bytes = body?.bytes;
  // A body that nobody can look at may be another one each time.
  if (body !== null && bytes === undefined) return;
  // The key is new for each request, and would make every page look like another one.
  const lines = [...headers].filter(([name]) => name.toLowerCase() !== 'idempotency-key');
  const key = JSON.stringify([method, url.replace(/#.*/s, ''), lines, bytes && new TextDecoder().decode(bytes)]);
  if (!seen.has(key)) {
    seen.add(key);
    return;
  }
  void response.discard();
  const shown = maskUrl(url, response.request?.call?.redact);
  throw new ResponseError(`page ${seen.size + 1} is one that was read before (${shown}); next leads in a circle`, {
    response,
    code: 'ERR_PAGE_LOOP',
  });
}

/**
 * The default of `items`.
 * @throws TypeError when the JSON of a page is no list
 */
async function listIn<T>(response: HttpResponse): Promise<readonly T[]> {
  const value = await response.json();
  if (Array.isArray(value)) return value as T[];
  const found = kindOf(value);
  throw new TypeError(`the JSON of a page is no list but ${found}; give items, which finds the list in a page`);
}

/** An invalid link is returned as it is written, so that it fails: ending the walk there would hide the missing pages. */
function linkedNext({ links, headers }: HttpResponse): string | undefined {
  return links.next?.url ?? writtenTarget(headers, 'next');
}

/** @throws ResponseError (`ERR_URI`) for what cannot be asked for */
function addressOf(given: string | URL, response: HttpResponse): string {
  try {
    return resolveUri(String(given), response.url || undefined);
  } catch (error) {
    if (!(error instanceof UriError)) throw error;
    const fact = `the next page cannot be asked for: ${error.masked(response.request?.call?.redact)}`;
    throw new ResponseError(fact, { response, code: 'ERR_URI' });
  }
}

/** @throws TypeError for what a function `items` gave and nobody can iterate */
function checkedItems<T>(items: Items<T>): Items<T> {
  if (typeof items === 'object' && items !== null) {
    if (Symbol.iterator in items || Symbol.asyncIterator in items) return items;
  }
  throw new TypeError(`items must give a list or another iterable, got ${kindOf(items)}`);
}

/** A function of the caller's, `undefined` when it is not given. */
function callback<F>(value: F | undefined | null, name: string): F | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'function') return value;
  throw new TypeError(`${name} must be a function of the response, got ${kindOf(value)}`);
}

/** A count, where nothing given is no limit. */
function limit(value: number | undefined | null, name: string): number {
  if (value === undefined || value === null || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(value) && value >= 0) return value;
  throw new TypeError(`${name} must be a whole number, 0 or more, got ${String(value)}`);
}

/** Written out: before TypeScript 5.6 `AsyncIterableIterator` takes one type alone. */
export interface PagedItems<T> extends AsyncIterator<T, undefined, undefined> {
  next(): Promise<IteratorResult<T, undefined>>;
  return(): Promise<IteratorResult<T, undefined>>;
  [Symbol.asyncIterator](): PagedItems<T>;
}

/** The items as an iterator that ends at once when nobody wants more, also while a page is under way. */
export function paginate<T>(source: PageSource, uri: string | URL, options: PaginateOptions<T>): PagedItems<T> {
  heedSources(options);
  let running: RequestPromise | undefined;
  let isBegun = false;
  let isOver = false;
  const items = pagesOf(source, uri, options, (call) => {
    running = call;
  });
  const end = { done: true, value: undefined } as const;
  return {
    async next() {
      isBegun = true;
      try {
        const step = await items.next();
        return step.done ? end : step;
      } catch (error) {
        if (isOver) return end;
        throw error;
      }
    },
    async return() {
      // Nobody has asked, and nobody will: what was to be sent is let go of.
      if (!isBegun && !isOver) letGoOfSources(undefined, undefined, options);
      isOver = true;
      running?.cancel();
      await items.return();
      return end;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
