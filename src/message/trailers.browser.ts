/** Stands in the place of `trailers.ts` in the build for browsers, whose fetch sends no trailers and shows none. */
import { type HeadersInit, HttpHeaders, type RawField } from './headers.ts';
import type { HttpRequest } from './request.ts';

export type { TrailersInit } from './trailers.ts';

export const receivedTrailers = (fields: readonly RawField[]): HttpHeaders => HttpHeaders.fromRaw(fields);

export const sentTrailers = (init: HeadersInit): HttpHeaders => new HttpHeaders(init);

export const framedForTrailers = (request: HttpRequest): HttpRequest => request;
