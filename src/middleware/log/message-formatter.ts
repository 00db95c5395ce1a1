/** Writes an exchange by a template with Guzzle's placeholders. Secrets are masked in whatever comes out. */

import { maskerOf } from '../../call/masker.ts';
import type { RequestBody } from '../../message/body.ts';
import { isTransferError } from '../../message/errors.ts';
import { isSecretHeader, MASK, maskUrl, type Redact } from '../../message/redact.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { newOptions } from '../../options/option-record.ts';
import type { RequestOptions } from '../../options/options.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { builtin } from '../../runtime/platform.ts';
import { wallClock } from '../../time/clock.ts';
import { hostOf, requestHead, requestTarget, responseHead } from './wire-text.ts';

/** Stands where a body was streamed, sent to a sink, or is not in memory for another reason. */
const NOT_LOGGEABLE = 'RESPONSE_NOT_LOGGEABLE';
/** Stands for what only a response, or an error, could say. */
const NOTHING = 'NULL';
const PLACEHOLDER = /\{\s*([A-Za-z0-9_.-]+)\s*\}/;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** What the placeholders are filled from. */
interface Exchange {
  readonly request: HttpRequest;
  readonly response: HttpResponse | undefined;
  readonly error: unknown;
  readonly redact: Redact;
  readonly now: Date;
}

/**
 * Placeholders: `{request}` `{response}` whole; `{req_headers}` `{res_headers}` start line and headers; `{req_body}`
 * `{res_body}`; `{ts}` `{date_iso_8601}` in UTC; `{date_common_log}` local; `{method}` `{uri}` `{url}` `{target}`
 * `{version}` `{req_version}` `{res_version}`; `{host}` of the request, `{hostname}` of this machine; `{code}` `{phrase}`
 * `{error}`; `{req_header_NAME}` `{res_header_NAME}`. An unknown one is empty. What only a response or an error could say
 * is `NULL` without it.
 */
export class MessageFormatter {
  /** Apache's common log format. */
  static readonly CLF =
    '{hostname} {req_header_User-Agent} - [{date_common_log}] "{method} {target} HTTP/{version}" {code} {res_header_Content-Length}';
  /** One line: when, what, and the status. */
  static readonly SHORT = '[{ts}] "{method} {target} HTTP/{version}" {code}';
  /** Everything, bodies included. */
  static readonly DEBUG = '>>>>>>>>\n{request}\n<<<<<<<<\n{response}\n--------\n{error}';

  /** The template, as it was given. */
  readonly template: string;
  /** Text and names of placeholders in turn. */
  readonly #parts: readonly string[];

  /**
   * @param template default, also for `null` and `''`: `MessageFormatter.CLF`
   * @throws TypeError when it is no string
   */
  constructor(template: string | null = MessageFormatter.CLF) {
    if (template !== null && typeof template !== 'string') {
      throw new TypeError(`a message template must be a string, got ${kindOf(template)}`);
    }
    this.template = template || MessageFormatter.CLF;
    this.#parts = this.template.split(PLACEHOLDER);
  }

  /**
   * The line of one exchange.
   * @param options those of the call: `redact` adds to the names that are masked, `auth` holds what must not be shown
   */
  format(
    request: HttpRequest,
    response?: HttpResponse | null,
    error?: unknown,
    options: RequestOptions = newOptions(),
  ): string {
    const redact = [...(request.call?.redact ?? []), ...(options.redact || [])];
    const now = new Date(wallClock());
    const exchange: Exchange = { request, response: response ?? undefined, error, redact, now };
    const failed = isTransferError(error) ? error.request : undefined;
    const { mask } = maskerOf([request, response?.request, failed], options);
    const known = new Map<string, string>();
    const text = this.#parts.map((part, i) => {
      if (i % 2 === 0) return part;
      // A server may echo a header or the password in its body, another library in its error.
      const value = known.get(part) ?? mask(placeholder(part, exchange));
      known.set(part, value);
      return value;
    });
    return text.join('');
  }
}

/** Each placeholder without parameters, and what it stands for. */
const values: Readonly<Record<string, (exchange: Exchange) => string>> = {
  request: ({ request, redact }) => whole(requestHead(request, redact), sentBody(request.body)),
  response: ({ response, redact }) => (response ? whole(responseHead(response, redact), receivedBody(response)) : ''),
  req_headers: ({ request, redact }) => requestHead(request, redact).join('\r\n'),
  res_headers: ({ response, redact }) => (response ? responseHead(response, redact).join('\r\n') : NOTHING),
  req_body: ({ request }) => sentBody(request.body),
  res_body: ({ response }) => (response ? receivedBody(response) : NOTHING),
  ts: ({ now }) => isoDate(now),
  date_iso_8601: ({ now }) => isoDate(now),
  date_common_log: ({ now }) => commonLogDate(now),
  method: ({ request }) => request.method,
  version: ({ request }) => request.protocolVersion,
  req_version: ({ request }) => request.protocolVersion,
  res_version: ({ response }) => response?.protocolVersion ?? NOTHING,
  uri: ({ request, redact }) => maskUrl(request.url, redact),
  url: ({ request, redact }) => maskUrl(request.url, redact),
  target: ({ request, redact }) => requestTarget(request, redact),
  host: ({ request }) => hostOf(request),
  hostname: () => builtin<typeof import('node:os')>('node:os')?.hostname() ?? '',
  code: ({ response }) => (response ? String(response.status) : NOTHING),
  phrase: ({ response }) => response?.statusText ?? NOTHING,
  error: ({ error }) => (error === undefined || error === null ? NOTHING : errorText(error)),
};

/** The value of one placeholder; those of single header fields carry the name in their own. */
function placeholder(name: string, exchange: Exchange): string {
  if (Object.hasOwn(values, name)) return values[name]!(exchange);
  const { request, response, redact } = exchange;
  if (name.startsWith('req_header_')) return headerOf(request, name.slice('req_header_'.length), redact);
  if (!name.startsWith('res_header_')) return '';
  return response ? headerOf(response, name.slice('res_header_'.length), redact) : NOTHING;
}

/** A field by its name, masked when it is a secret; empty when it is not there. */
function headerOf({ headers }: HttpRequest | HttpResponse, name: string, redact: Redact): string {
  const value = headers.get(name);
  return value === null ? '' : isSecretHeader(name, redact) ? MASK : value;
}

/** A message in the form of HTTP/1.1 (RFC 9112 section 2.1). */
function whole(head: readonly string[], body: string): string {
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Reading a stream for a log would take it from the handler. */
function sentBody(body: RequestBody | null): string {
  return body === null ? '' : body.toString();
}

/** Only what is in memory anyway. */
function receivedBody(response: HttpResponse): string {
  const bytes = response.sink === undefined ? response.bytesNow() : undefined;
  return bytes === undefined ? NOT_LOGGEABLE : new TextDecoder().decode(bytes);
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** `2026-01-31T23:59:59+00:00` */
function isoDate(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, '+00:00');
}

/** `31/Jan/2026:23:59:59 +0000` */
function commonLogDate(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getDate())}/${MONTHS[date.getMonth()]}/${date.getFullYear()}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const offset = -date.getTimezoneOffset();
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${day}:${time} ${zone}`;
}
