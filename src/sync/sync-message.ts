/** What goes between the thread that waits and the one that sends: plain data, checked before it leaves. */
import type { TransferErrorJSON } from '../message/errors.ts';
import { entriesOf, membersOf, textOf } from '../message/field-value.ts';
import { DEEPEST, nestedTooDeeply } from '../message/query.ts';
import type { RedirectHop } from '../message/response-facts.ts';
import { cacheModeOf } from '../options/cache-option.ts';
import type { RequestOptions } from '../options/options.ts';
import { refuseNoRecord } from '../options/plain-options.ts';

/** Options as data. */
export interface SentOptions {
  readonly plain: Record<string, unknown>;
  /** Those that were `URLSearchParams`, as text. */
  readonly params: Record<string, string>;
}

/** What the worker is asked to send. */
export interface SyncQuestion {
  /** Which one: an answer that comes too late is not taken for that of the next. */
  readonly number: number;
  /** The client that asks: its connections are kept for the next call. */
  readonly client: number;
  readonly defaults: SentOptions;
  readonly method: string;
  readonly uri: string;
  readonly options: SentOptions;
}

/** A response as plain data. */
export interface SyncAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: string[];
  readonly protocolVersion: string;
  readonly url: string;
  readonly redirects: readonly RedirectHop[];
  readonly attempts: number;
  /** Absent when the body went to a sink. */
  readonly body: Uint8Array | undefined;
}

/** An answer, an error of ours as its JSON, or any other error by name and words. */
export type SyncReply =
  | { readonly answer: SyncAnswer }
  | { readonly answer?: undefined; readonly failure: TransferErrorJSON }
  | { readonly answer?: undefined; readonly failure?: undefined; readonly mistake: { name: string; message: string } };

/** What the worker says, `number` being the question's. */
export interface NumberedReply {
  readonly number: number;
  readonly reply: SyncReply;
}

/** What both threads see: how often the worker has said something, and whether it has begun to listen. */
export const SAID = 0;
export const LISTENS = 1;

/** For the caller's own layers, which do not run there. */
const LEFT_OUT: ReadonlySet<string> = new Set(['context', 'stream', 'handler', 'onError', 'maxInFlight']);

/** Their values are written as text, whatever they were. */
const FIELDS: ReadonlySet<string> = new Set(['query', 'formParams', 'uriVars']);

/**
 * @param over the call's, when these are the client's: what it switches off need not go
 * @throws TypeError naming the first option that cannot go to another thread
 */
export function sentOptions(options: RequestOptions, over?: RequestOptions): SentOptions {
  refuseNoRecord(options);
  const sent: SentOptions = { plain: {}, params: {} };
  for (const [name, value] of Object.entries(options)) {
    if (LEFT_OUT.has(name) || value === undefined || isSwitchedOff(name, over)) continue;
    // A jar lives in one thread: its cookies would be lost after each call.
    if (name === 'cookies' && value === true) throw unsendable(name, 'a jar of its own');
    if (value instanceof URLSearchParams) sent.params[name] = String(value);
    else if (FIELDS.has(name)) sent.plain[name] = plainFields(name, value);
    else if (name === 'json') sent.plain[name] = jsonValue(value);
    // The cache stays here and is not asked; a word says what may be done without one.
    else if (name === 'cache') sent.plain[name] = cacheModeOf(value);
    else if (name === 'headers' && isIterable(value)) sent.plain[name] = [...value];
    else sent.plain[name] = plain(name, value);
  }
  return sent;
}

/** Whether the call switches off what the client has: its value need not be sendable then. */
function isSwitchedOff(name: string, over: RequestOptions | undefined): boolean {
  if (over === undefined || !Object.hasOwn(over, name)) return false;
  const value = over[name as keyof RequestOptions];
  return value === null || (value === false && name !== 'json');
}

/** The options again, in the other thread. */
export function receivedOptions({ plain: options, params }: SentOptions): RequestOptions {
  for (const [name, text] of Object.entries(params)) options[name] = new URLSearchParams(text);
  return options as RequestOptions;
}

/**
 * A structured clone would drop what a class knows, so only plain data passes.
 * @param path for the message
 */
function plain(path: string, value: unknown): unknown {
  if (typeof value === 'function') throw unsendable(path, 'a function');
  if (typeof value === 'symbol') throw unsendable(path, 'a symbol');
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof URL) return value.href;
  if (value instanceof Uint8Array || value instanceof ArrayBuffer || value instanceof Date) return value;
  if (typeof Blob === 'function' && value instanceof Blob) return value;
  if (Array.isArray(value)) return value.map((one, i) => plain(`${path}[${i}]`, one));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw unsendable(path, nameOf(value));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(`${path}.${key}`, one)]));
}

/** Texts, lists and records of a query, form or template. @throws TypeError naming the key for what has no text */
function plainFields(option: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null ? plainRecord(value, option, 0) : value;
}

/** @param depth levels around it: data in a circle is refused, not followed */
function plainRecord(record: object, key: string, depth: number): unknown {
  return Object.fromEntries(entriesOf(record, key).map(([name, one]) => [name, plainField(one, name, depth + 1)]));
}

function plainField(value: unknown, key: string, depth: number): unknown {
  if (value === undefined || value === null) return value;
  if (depth > DEEPEST) throw nestedTooDeeply(key);
  const list = membersOf(value);
  if (list !== undefined) return list.map((one) => plainField(one, key, depth + 1));
  return textOf(value, key) ?? plainRecord(value as object, key, depth);
}

/** What JSON makes of it, `toJSON` methods included. */
function jsonValue(value: unknown): unknown {
  const text = JSON.stringify(value);
  if (text === undefined) throw unsendable('json', `a ${typeof value}`);
  return JSON.parse(text);
}

/** What the value is, for the message. */
function nameOf(value: object): string {
  if ('pipe' in value || 'getReader' in value || 'getWriter' in value || Symbol.asyncIterator in value)
    return 'a stream';
  return `a ${value.constructor?.name ?? 'record with a prototype'}`;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function unsendable(path: string, what: string): TypeError {
  return new TypeError(
    `option ${path} is ${what}, which cannot go to the thread that requestSync sends in; use request`,
  );
}
