/** What a client sends when nobody says otherwise: its headers, and the cookies of its jar. */
import { CookieJar } from '../cookies/cookie-jar.ts';
import { HttpHeaders } from '../message/headers.ts';
import { mergeCookies } from '../options/cookie-option.ts';
import { checkEagerly } from '../options/eager-checks.ts';
import { extendOptions } from '../options/option-record.ts';
import type { RequestOptions } from '../options/options.ts';
import { isBrowser } from '../runtime/platform.ts';
import { VERSION } from '../runtime/version.ts';
import type { Handler } from '../stack/handler.ts';
import { HandlerStack } from '../stack/handler-stack.ts';
import { applyHeaders } from './build-request.ts';

/**
 * `User-Agent` unless it is given or switched off, then the client's own. Not in a browser, which has its own, and asks
 * a server of another origin beforehand whether a page may send another.
 */
export function defaultHeaders(given: RequestOptions['headers']): HttpHeaders {
  if (given === null) return HttpHeaders.empty;
  const agent = isBrowser() ? HttpHeaders.empty : HttpHeaders.fromRaw(['User-Agent', `sluice/${VERSION}`]);
  return given ? applyHeaders(agent, given) : agent;
}

/** A client's own options, of which no call is told what they lack. `cookies: true` is one jar for the client. */
export function clientsOwn(options: RequestOptions): RequestOptions {
  checkEagerly(options);
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
