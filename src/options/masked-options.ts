/**
 * Options as they may be shown: what `inspect` and `JSON.stringify` make of those that a layer sees, which history's
 * entries hold. The values themselves stay as they are for whoever reads them by name.
 */
import { isSecretHeader, isSecretKey, MASK, maskText, maskUrl, type Redact } from '../message/redact.ts';

/** Options whose whole values are credentials or content. The bodies of messages are never shown either. */
const HIDDEN: ReadonlySet<string> = new Set(
  'auth body json formParams multipart cookies cert sslKey ca tls'.split(' '),
);
/** A record in a record in a record: deeper ones are named, not shown, and a circle ends. */
const DEPTH = 4;

/** Plain data: secrets as `***`, instances of classes by their names. */
export function maskedOptions(options: object): Record<string, unknown> {
  const own = Object.hasOwn(options, 'redact') ? (options as { redact?: unknown }).redact : undefined;
  const redact = Array.isArray(own) ? (own as Redact) : undefined;
  const shown: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(options)) shown[name] = shownOption(name, value, redact);
  return shown;
}

/** What is shown depends on the option: some are secrets as a whole, headers and queries are masked by their names. */
function shownOption(name: string, value: unknown, redact: Redact | undefined): unknown {
  if (value === undefined || value === null || typeof value === 'boolean') return value;
  if (HIDDEN.has(name)) return MASK;
  if (name === 'headers' || (name === 'trailers' && typeof value !== 'function')) return lines(value, redact);
  if (name === 'query' && typeof value === 'string') return maskUrl(`?${value}`, redact).slice(1);
  if (name === 'query' && value instanceof URLSearchParams) return maskUrl(`?${value}`, redact).slice(1);
  return shown(name, value, redact, 0);
}

/** Header lines, given as a record, as pairs or as a header map. */
function lines(value: unknown, redact: Redact | undefined): unknown {
  if (typeof value !== 'object' || value === null) return MASK;
  const isList = Symbol.iterator in value;
  const entries = isList ? [...(value as Iterable<readonly unknown[]>)] : Object.entries(value);
  const safe = entries.map(([name, one]) => [name, isSecretHeader(String(name), redact) ? MASK : text(one, redact)]);
  return isList ? safe : Object.fromEntries(safe as [string, unknown][]);
}

/** Any other value: masked by the name it has in its record. */
function shown(name: string, value: unknown, redact: Redact | undefined, depth: number): unknown {
  if (typeof value === 'object' ? value === null : typeof value !== 'string') return value;
  if (isSecretKey(name, redact)) return MASK;
  if (typeof value === 'string' || value instanceof URL) return text(String(value), redact);
  if (depth < DEPTH && Array.isArray(value)) return value.map((one) => shown('', one, redact, depth + 1));
  if (depth === DEPTH || !isRecord(value)) return `[${value?.constructor?.name ?? 'record'}]`;
  const entries = Object.entries(value).map(([key, one]) => [key, shown(key, one, redact, depth + 1)]);
  return Object.fromEntries(entries);
}

/** Text without passwords of URLs and tokens that stand in it. */
function text(value: unknown, redact: Redact | undefined): unknown {
  if (Array.isArray(value)) return value.map((one) => text(one, redact));
  return typeof value === 'string' ? maskUrl(maskText(value, redact), redact) : value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  const prototype = Object.getPrototypeOf(value);
  // Ours end before `Object.prototype`, and hold nothing that can be inherited.
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}
