/** What a client sends when nobody says otherwise: its headers, and the cookies of its jar. */
import { heedSources, readOrLetGo } from '../call/sources.ts';
import { CookieJar } from '../cookies/cookie-jar.ts';
import { HttpHeaders } from '../message/headers.ts';
import { mergeCookies } from '../options/cookie-option.ts';
import { checkEagerly } from '../options/eager-checks.ts';
import { extendOptions } from '../options/option-record.ts';
import { checkOptions } from '../options/option-rules.ts';
import type { RequestOptions } from '../options/options.ts';
import { isBrowser } from '../runtime/platform.ts';
import { VERSION } from '../runtime/version.ts';
import type { Handler } from '../stack/handler.ts';
import { HandlerStack } from '../stack/handler-stack.ts';
import { applyHeaders, canonicalBase, type Defaults } from './build-request.ts';
import { checkedQuery } from './given-options.ts';

/**
 * `User-Agent` unless it is given or switched off, then the client's own. Not in a browser, which has its own, and asks
 * a server of another origin beforehand whether a page may send another.
 */
function defaultHeaders(given: RequestOptions['headers']): HttpHeaders {
  if (given === null) return HttpHeaders.empty;
  const agent = isBrowser() ? HttpHeaders.empty : HttpHeaders.fromRaw(['User-Agent', `sluice/${VERSION}`]);
  return given ? applyHeaders(agent, given) : agent;
}

/**
 * A client's own options, and what each request has of them. No call is told what they lack: it is told here.
 * @param names that the layers declare
 * @throws TypeError, UriError for a base that is none
 */
export function clientsOwn(
  given: RequestOptions,
  names: readonly string[],
): { options: RequestOptions; defaults: Defaults } {
  heedSources(given);
  return readOrLetGo(given, () => {
    const options = withJar(checkOptions(given, names));
    checkEagerly(options);
    const { baseUri, headers, query, arrayFormat } = options;
    const checked = checkedQuery(query || undefined, arrayFormat || undefined);
    return { options, defaults: { base: canonicalBase(baseUri), headers: defaultHeaders(headers), query: checked } };
  });
}

/** `cookies: true` is one jar for the client. */
function withJar(options: RequestOptions): RequestOptions {
  return options.cookies === true ? extendOptions(options, { cookies: new CookieJar() }) : options;
}

/** The jar or record of a call: `true` means the client's, or a new one for this call alone. */
export function cookiesFor(
  client: RequestOptions['cookies'],
  call: RequestOptions['cookies'],
): RequestOptions['cookies'] {
  return call === true && !client ? new CookieJar() : mergeCookies(client, call);
}

/** The options that the layers of a stack declare as theirs. */
export function declared(handler: HandlerStack | Handler): readonly string[] {
  return handler instanceof HandlerStack ? handler.declaredOptions : [];
}
