/** What an answer says about the whole file and about the part that it brings (RFC 9110 sections 8.8, 13.1.5 and 14). */

import type { HttpHeaders } from '../message/headers.ts';
import { parseHttpDate } from '../message/http-date.ts';
import { percentDecoded } from '../message/percent-decoded.ts';
import { isSecretKey } from '../message/redact.ts';
import type { HttpResponse } from '../message/response.ts';
import { isStrong, parseContentRange } from '../semantics/content-range.ts';
import { wallClock } from '../time/clock.ts';

/** By what a partial file is known again. */
export interface Validators {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

/** Bytes from `at` up to `end`, which is not among them; without an end until the file's. */
export interface Range {
  at: number;
  end: number | undefined;
}

/** The validators of an answer that are strong enough to put parts together (RFC 9110 section 13.1.5). */
export function strongValidators(headers: HttpHeaders): Validators {
  const etag = headers.get('etag');
  if (etag !== null) return isStrong(etag) ? { etag } : {};
  const lastModified = headers.get('last-modified');
  if (lastModified === null) return {};
  const [modified, sent] = [
    parseHttpDate(lastModified, wallClock()),
    parseHttpDate(headers.get('date') ?? '', wallClock()),
  ];
  // RFC 9110 section 8.8.2.2: within the second in which it was sent, the file may have changed twice.
  if (modified === undefined || sent === undefined || sent - modified < 1000) return {};
  return { lastModified };
}

/** Why this answer is not of the file that the partial one is a part of; `undefined` when it may be. */
export function changeOf(
  known: Validators & { readonly total?: number | undefined },
  answer: HttpResponse,
  total?: number,
): string | undefined {
  const etag = answer.headers.get('etag');
  if (known.etag !== undefined && etag !== null && etag !== known.etag) return 'its ETag is another';
  const lastModified = answer.headers.get('last-modified');
  if (known.etag === undefined && lastModified !== null && lastModified !== known.lastModified) {
    return 'its Last-Modified is another';
  }
  if (known.total !== undefined && total !== undefined && known.total !== total) {
    return `it has ${total} bytes and not ${known.total}`;
  }
  return undefined;
}

/** Why a success other than a 206 is not the whole file, although its status says so; `undefined` when it may be. */
export function partOf({ headers }: HttpResponse): string | undefined {
  const value = headers.get('content-range');
  const found = parseContentRange(value);
  if (found?.start === undefined) return undefined;
  return found.start === 0 && found.end === found.total ? undefined : `its Content-Range is ${value}`;
}

/** The same version as what is there, by its strong ETag, and yet another length: the rest alone, without saying so. */
export function isOnlyRest(
  known: Validators & { readonly total: number | undefined },
  { headers }: HttpResponse,
): boolean {
  const length = headers.get('content-length');
  const isSame = known.etag !== undefined && headers.get('etag') === known.etag;
  return isSame && known.total !== undefined && length !== null && Number(length) !== known.total;
}

/** What is wrong with a 206 for what was asked; `undefined` for an honest one. A shorter part than asked for is honest. */
export function faultOfPart(asked: Range, answer: HttpResponse): string | undefined {
  const value = answer.headers.get('content-range');
  const found = parseContentRange(value);
  if (found?.start === undefined || found.end === undefined) {
    return `its Content-Range is ${value === null ? 'missing' : JSON.stringify(value.slice(0, 80))}`;
  }
  const length = answer.headers.get('content-length');
  if (found.start !== asked.at) return `it begins at byte ${found.start} and not at ${asked.at}`;
  if (asked.end !== undefined && found.end > asked.end) return `it goes up to byte ${found.end}, beyond ${asked.end}`;
  if (length !== null && Number(length) !== found.end - found.start) {
    return `its Content-Length is ${length} and its Content-Range ${value}`;
  }
  return undefined;
}

/** Whether ranges may be fetched at the same time: the server does ranges, and what it sends can be put together. */
export function canSegment(headers: HttpHeaders, total: number | undefined, { etag }: Validators): boolean {
  const units = headers.get('accept-ranges') ?? '';
  return etag !== undefined && total !== undefined && /(?:^|,)\s*bytes\s*(?:,|$)/i.test(units);
}

/** `count` ranges of about the same size; fewer when there are not so many bytes. */
export function segmentsOf(total: number, count: number): Range[] {
  const parts = Math.max(1, Math.min(count, total));
  return Array.from({ length: parts }, (_, i) => ({
    at: Math.floor((total * i) / parts),
    end: Math.floor((total * (i + 1)) / parts),
  }));
}

/** `Range` for what is missing. */
export function rangeHeader({ at, end }: Range): string {
  return `bytes=${at}-${end === undefined ? '' : end - 1}`;
}

/** Parameters that schemes of signed URLs renew: of Amazon and those like it, Google, CloudFront, and plain ones. */
const SIGNING =
  /^(?:x-(?:amz|goog|oss|cos|obs|bce|tos)-.*|expires|expiry|exp|policy|key-pair-id|(?:aws|oss)?accesskeyid|googleaccessid|hdn(?:ea|ts)|hmac)$/i;
/** Those of Azure, which are too short to say so without a signature (`sig`) beside them. */
const SIGNING_OF_AZURE = /^(?:sv|ss|srt|sp|se|st|spr|sr|si|sip|skoid|sktid|skt|ske|sks|skv)$/i;

/**
 * Whether what is left may be gone on with for this URL, secrets of both masked. With a strong ETag, which decides once
 * the server has answered, a URL that was signed anew is the same.
 */
export function isSameResource(left: Validators & { readonly url: string }, url: string): boolean {
  return left.url === url || (left.etag !== undefined && unsigned(left.url) === unsigned(url));
}

/** The URL without what its signature consists of: masked secrets, and the parameters of the schemes above. */
function unsigned(url: string): string {
  const [plain = ''] = url.split('#', 1);
  const [path = '', ...query] = plain.split('?');
  const pairs = query
    .join('?')
    .split('&')
    .map((pair) => [pair, keyOf(pair)] as const);
  const isAzure = pairs.some(([, key]) => /^sig$/i.test(key));
  const kept = pairs.filter(([, key]) => {
    return !isSecretKey(key) && !SIGNING.test(key) && !(isAzure && SIGNING_OF_AZURE.test(key));
  });
  return `${path}?${kept.map(([pair]) => pair).join('&')}`;
}

/** The parameter's name. One that cannot be decoded is compared as it is written. */
function keyOf(pair: string): string {
  const [key = ''] = pair.split('=', 1);
  return percentDecoded(key);
}
