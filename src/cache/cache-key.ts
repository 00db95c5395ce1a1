/**
 * The keys of stored answers: `<URL> <method> <whose>[ <variant>]`. The URL comes first, so that all that is stored of it
 * has one prefix; no part after it holds a space. "Whose" is a digest of the credentials, `-` for nobody's and `*` for all:
 * the answer to one user is never found by another.
 */
import { isSecretHeader } from '../message/redact.ts';
import type { HttpRequest } from '../message/request.ts';
import type { RequestOptions } from '../options/options.ts';
import { digestBytes, digestOf } from './digest.ts';

export interface RequestKeys {
  /** The key of an answer for this user alone. */
  readonly own: string;
  /** The key of an answer for everybody. */
  readonly all: string;
}

/** The URL of a request as keys have it: without its fragment (RFC 9110 section 7.1). */
export function keyUrl(url: string): string {
  const at = url.indexOf('#');
  const whole = at === -1 ? url : url.slice(0, at);
  return whole.includes(' ') ? whole.replaceAll(' ', '%20') : whole;
}

/** The prefix of all that is stored of a URL. */
export function prefixOf(url: string): string {
  return `${keyUrl(url)} `;
}

/** The URL in a key. */
export function urlOfKey(key: string): string {
  return key.slice(0, key.indexOf(' '));
}

/**
 * Where answers to this request may be; `undefined` for one whose body cannot be read without being used up.
 * Everything that tells users apart goes into the key as a digest: header fields that hold secrets, client certificates.
 */
export function keysOf(
  request: HttpRequest,
  options: RequestOptions,
): RequestKeys | undefined | Promise<RequestKeys | undefined> {
  const { url, method, body } = request;
  const isQuery = method === 'QUERY';
  if (isQuery ? body !== null && body.bytes === undefined : body !== null) return undefined;
  const whose = credentialsOf(request, options);
  const which = placeOf(request, options);
  const prefix = `${prefixOf(url)}${isQuery ? 'QUERY' : 'GET'}`;
  if (whose === '' && which === '' && !isQuery) return { own: `${prefix} -`, all: `${prefix} *` };
  return digested(prefix, whose, which, isQuery ? request : undefined);
}

async function digested(
  prefix: string,
  whose: string,
  which: string,
  query: HttpRequest | undefined,
): Promise<RequestKeys> {
  let tail = which === '' ? '' : `~${await digestOf(which)}`;
  if (query !== undefined) {
    // RFC 10008 section 2.7: the content and what describes it are part of the key.
    const content = query.body?.bytes === undefined ? '' : await digestBytes(query.body.bytes);
    const described = [...query.headers].filter(([name]) => /^content-(?!length$)/i.test(name));
    tail += `?${await digestOf(JSON.stringify([content, described]))}`;
  }
  return { own: `${prefix} ${whose === '' ? '-' : await digestOf(whose)}${tail}`, all: `${prefix} *${tail}` };
}

/** The credentials of a request as text; `''` for one without any. */
function credentialsOf({ headers }: HttpRequest, options: RequestOptions): string {
  let found: [string, string][] | undefined;
  for (const [name, value] of headers) {
    if (isSecretHeader(name, options.redact || undefined)) {
      found ??= [];
      found.push([name.toLowerCase(), value]);
    }
  }
  const { cert, tls } = options;
  const pfx = tls ? tls.pfx : undefined;
  if (cert || pfx) (found ??= []).push(['certificate', pemText([cert, pfx])]);
  return found === undefined ? '' : JSON.stringify(found);
}

function pemText(values: readonly unknown[]): string {
  return JSON.stringify(values, (_, value: unknown) => (value instanceof Uint8Array ? Array.from(value) : value));
}

/** What makes the same URL another resource, as text: a socket in place of the host, another name, encoded bytes. */
function placeOf({ headers, url }: HttpRequest, { socketPath, decodeContent }: RequestOptions): string {
  const host = headers.get('host');
  const isOther = host !== null && !url.includes(`//${host}/`);
  if (!socketPath && !isOther && decodeContent !== false && decodeContent !== null) return '';
  return JSON.stringify([socketPath || '', isOther ? host : '', decodeContent === false || decodeContent === null]);
}

/**
 * The request's values of the fields that `Vary` names, so that two lists of one meaning are the same text (RFC 9111
 * section 4.1).
 */
export function variantText(names: readonly string[], { headers }: HttpRequest, options: RequestOptions): string {
  const values = names.map((name) => {
    const value = headers.get(name);
    if (value === null) {
      // It is added below the cache, as the option says.
      return name === 'accept-encoding' ? `:${String(options.decodeContent ?? true)}` : null;
    }
    const list = value.split(',').map((member) => member.trim().replace(/[ \t]*;[ \t]*/g, ';'));
    // RFC 9110 section 12.5: languages and codings are the same in any case.
    return name === 'accept-language' || name === 'accept-encoding' ? list.join(',').toLowerCase() : list.join(',');
  });
  return JSON.stringify([names, values]);
}
