/**
 * Answers of which the store has a part: a 206, or what came of a 200 before it broke off (RFC 9111 sections 3.3 and 3.4).
 * Both are kept as a 206, whose `Content-Range` says which bytes there are. Pure.
 */
import { HttpHeaders } from '../message/headers.ts';
import type { HttpRequest } from '../message/request.ts';
import type { HttpResponse } from '../message/response.ts';
import { isStrong, parseContentRange } from '../semantics/content-range.ts';
import { type CacheEntry, fieldOf, linesOf } from './entry.ts';
import { isConditional, updatedFields } from './validation.ts';

/** Bytes of the whole that are stored: from `start` up to `end`, which is not among them. */
export interface Held {
  readonly start: number;
  readonly end: number;
  /** Bytes of the whole; `undefined` when the origin did not say. */
  readonly total: number | undefined;
}

/** Where to go on so that a stored part becomes the whole. */
export interface Rest extends Held {
  readonly etag: string;
}

/** Whether it is a part, and not a whole answer. */
export function isPart({ status }: CacheEntry): boolean {
  return status === 206;
}

/** The bytes that are stored; `undefined` for a part whose head and body do not agree. */
export function heldOf(entry: CacheEntry): Held | undefined {
  const { byteLength } = entry.body;
  if (!isPart(entry)) return { start: 0, end: byteLength, total: byteLength };
  const range = parseContentRange(fieldOf(entry, 'content-range'));
  if (range?.start === undefined || range.end === undefined) return undefined;
  return range.end - range.start === byteLength
    ? { start: range.start, end: range.end, total: range.total }
    : undefined;
}

/**
 * What came of an answer before it broke off, as a part; `undefined` when nothing could be made of it.
 * @param head the answer as it would have been stored, without its body
 * @param length bytes that it announced
 */
export function partBefore(head: CacheEntry, bytes: Uint8Array, length: string | null): CacheEntry | undefined {
  const { byteLength } = bytes;
  const told = isPart(head) ? parseContentRange(fieldOf(head, 'content-range')) : undefined;
  const start = isPart(head) ? told?.start : 0;
  const total = isPart(head) ? told?.total : Number(length ?? Number.NaN);
  if (head.status !== 200 && !isPart(head)) return undefined;
  if (byteLength === 0 || start === undefined || Number.isNaN(total) || strongTagOf(head) === undefined)
    return undefined;
  if (total !== undefined && start + byteLength > total) return undefined;
  return { ...head, ...asPart(head.headers, { start, end: start + byteLength, total }), body: bytes };
}

/**
 * What is stored after another part came: both as one where they meet and are of one whole (RFC 9110 section 15.3.7.3),
 * otherwise the new one; `undefined` when what is there stays.
 * @param most bytes of a body that is stored
 */
export function combined(old: CacheEntry | undefined, part: CacheEntry, most: number): CacheEntry | undefined {
  if (old === undefined) return part;
  const [tag, oldTag] = [strongTagOf(part), strongTagOf(old)];
  if (!isPart(old)) return tag !== undefined && oldTag !== undefined && tag !== oldTag ? part : undefined;
  const [a, b] = [heldOf(old), heldOf(part)];
  if (a === undefined || b === undefined || tag === undefined || tag !== oldTag) return part;
  const isOneWhole = a.total === undefined || b.total === undefined || a.total === b.total;
  const [start, end] = [Math.min(a.start, b.start), Math.max(a.end, b.end)];
  if (!isOneWhole || a.end < b.start || b.end < a.start || end - start > most) return part;
  const body = new Uint8Array(end - start);
  body.set(old.body, a.start - start);
  body.set(part.body, b.start - start);
  const headers = updatedFields(old.headers, part.headers);
  const total = a.total ?? b.total;
  if (start === 0 && end === total) return { ...part, ...asWhole(headers, end), body };
  return { ...part, ...asPart(headers, { start, end, total }), body };
}

/** What is missing of the whole that the request asks for, when one range brings it and the whole can be stored. */
export function restOf(request: HttpRequest, entry: CacheEntry, most: number): Rest | undefined {
  if (!isPart(entry) || request.method !== 'GET' || request.headers.has('range') || isConditional(request))
    return undefined;
  const held = heldOf(entry);
  const etag = strongTagOf(entry);
  if (held?.total === undefined || etag === undefined || held.total > most) return undefined;
  if (held.start === 0) return { start: held.end, end: held.total, total: held.total, etag };
  return held.end === held.total ? { start: 0, end: held.start, total: held.total, etag } : undefined;
}

/** The request for the rest: all of it, should the whole have changed (RFC 9110 section 13.1.5). */
export function restRequest(request: HttpRequest, { start, end, etag }: Rest): HttpRequest {
  return request.withHeader('Range', `bytes=${start}-${end - 1}`).withHeader('If-Range', etag);
}

/** Whether the answer brings the rest that was asked for, and of the same whole. */
export function isRest({ status, headers }: HttpResponse, { start, end, total, etag }: Rest): boolean {
  const range = parseContentRange(headers.get('content-range'));
  const isAsAsked = range?.start === start && range.end === end && range.total === total;
  return status === 206 && isAsAsked && headers.get('etag') === etag && !headers.has('content-encoding');
}

/** The one ETag that lets parts be put together; `undefined` for a weak one, and for several. */
function strongTagOf(entry: CacheEntry): string | undefined {
  const [tag, ...more] = linesOf(entry, 'etag');
  return tag !== undefined && more.length === 0 && isStrong(tag) ? tag : undefined;
}

/** Head of a part, its length and range made to fit its bytes. */
function asPart(headers: readonly string[], { start, end, total }: Held) {
  const lines = HttpHeaders.fromRaw(headers)
    .with('Content-Range', `bytes ${start}-${end - 1}/${total ?? '*'}`)
    .with('Content-Length', String(end - start));
  return { status: 206, statusText: 'Partial Content', headers: lines.toRaw().slice() };
}

function asWhole(headers: readonly string[], length: number) {
  const lines = HttpHeaders.fromRaw(headers).without('Content-Range').with('Content-Length', String(length));
  return { status: 200, statusText: 'OK', headers: lines.toRaw().slice() };
}
