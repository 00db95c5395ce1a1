/** Numbers, URLs and statuses as words: pure. */
import { byteText } from '../../text/text-table.ts';

/** `0.4 ms`, `41 ms`, `1.24 s`, `2m 5s`; a dash when it is unknown. */
export function msText(ms: number): string {
  if (!isKnown(ms)) return '–';
  if (ms < 1) return `${ms === 0 ? 0 : ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${whole % 60}s`;
  return `${Math.floor(whole / 3600)}h ${Math.floor((whole % 3600) / 60)}m`;
}

/** Bytes with a unit; a dash when they are unknown. */
export function sizeText(bytes: number): string {
  return isKnown(bytes) ? byteText(Math.round(bytes)) : '–';
}

/** -1 stands for unknown in all columns. */
function isKnown(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}

/** The sum of those that are known; -1 when none is. */
export function sumOf(values: Iterable<number>): number {
  let sum = -1;
  for (const value of values) if (isKnown(value)) sum = Math.max(0, sum) + value;
  return sum;
}

/** `12 345`, with a space that does not break. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
}

/** The two columns in which a URL is shown. */
export interface UrlParts {
  readonly host: string;
  readonly path: string;
}

/** Of any text: one without an authority is all path. */
export function urlParts(url: string): UrlParts {
  const at = url.indexOf('://');
  if (at === -1) return { host: '', path: url };
  const rest = url.slice(at + 3);
  const end = rest.search(/[/?#]/);
  if (end === -1) return { host: rest, path: '/' };
  return { host: rest.slice(0, end), path: rest.slice(end) };
}

/** Outcomes, in the order of the buttons. */
export const KINDS = ['info', 'ok', 'redirect', 'client', 'server', 'other', 'failed', 'skipped'] as const;
export type Kind = (typeof KINDS)[number];

/** What a row is, for its colour and its sign. */
export function kindOf(status: number, hasError: boolean, isBroken: boolean): Kind {
  if (hasError) return isBroken ? 'failed' : 'skipped';
  if (status >= 600) return 'other';
  if (status >= 500) return 'server';
  if (status >= 400) return 'client';
  if (status >= 300) return 'redirect';
  if (status >= 200) return 'ok';
  return status >= 100 ? 'info' : 'skipped';
}

/** Told apart by their shape too, and not by colour alone. */
export const SIGNS: Readonly<Record<Kind, string>> = {
  info: '◐',
  ok: '●',
  redirect: '↪',
  client: '▲',
  server: '◆',
  other: '■',
  failed: '✕',
  skipped: '○',
};

/** Their names, which are also what `status:` takes. */
export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  info: '1xx',
  ok: '2xx',
  redirect: '3xx',
  client: '4xx',
  server: '5xx',
  other: 'other',
  failed: 'failed',
  skipped: 'not fetched',
};

/** `ERR_TIMEOUT_HEADERS` in a narrow column. */
export function errorText(error: string): string {
  return error
    .replace(/^ERR_|^net::ERR_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}

/** The part of a media type that tells. */
export function typeText(type: string): string {
  return type.replace(/^(?:application|text|image|font|video|audio)\/(?:x-|vnd\.)?/, '');
}
