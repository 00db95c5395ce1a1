/**
 * The check at the two doors, the constructor and the call: each option's type, spelling and meaning of "off". What comes
 * out is an option record; nothing behind the doors checks again.
 */

import { isBoundary } from '../message/multipart.ts';
import { UNIX_BASE, unixSocketOf } from '../message/uri.ts';
import { closeTo } from '../runtime/edit-distance.ts';
import { isSignal } from '../time/stop.ts';
import { CACHE_MODES, isCacheOption, mergeCache } from './cache-option.ts';
import { connectionRules } from './connection-rules.ts';
import { oursFor, oursWithin } from './foreign-options.ts';
import { keepLook } from './last-look.ts';
import { extendOptions, newOptions } from './option-record.ts';
import { redirectPolicy, retryRules } from './option-settings.ts';
import {
  camelCase,
  hasMethod,
  isAuth,
  isCount,
  isFieldsInit,
  isFunction,
  isParams,
  isPlain,
  isRecord,
  isRetry,
  isSink,
  isText,
  isToughJar,
} from './option-values.ts';
import type { RequestOptions } from './options.ts';
import { refuseNoRecord } from './plain-options.ts';
import { anything, bytes, callback, duration, oneOf, type Rule, toggle } from './rule.ts';
import { shownWithin, wrongOption } from './wrong-option.ts';

/** One rule for each option. `off` is what `null` and `false` become; an option without it takes them as values. */
const rules: Readonly<Record<keyof RequestOptions, Rule>> = {
  ...connectionRules,
  baseUri: { expected: 'an absolute URL', accepts: (v) => isText(v) || v instanceof URL, off: undefined },
  uriVars: { expected: 'a record of names to values', accepts: isFieldsInit, off: undefined },
  headers: { expected: 'a record, or an iterable of pairs', accepts: (v) => typeof v === 'object', off: null },
  query: {
    expected: 'text, URLSearchParams or a record',
    accepts: (v) => isText(v) || isParams(v) || isFieldsInit(v),
    off: undefined,
  },
  arrayFormat: { ...oneOf('indices', 'brackets', 'repeat', 'comma'), off: undefined },
  body: { expected: 'a body', accepts: (v) => v !== true, off: undefined },
  json: anything,
  stringifyJson: callback,
  parseJson: callback,
  formParams: {
    expected: 'URLSearchParams or a record',
    accepts: (v) => isParams(v) || isFieldsInit(v),
    off: undefined,
  },
  multipart: { expected: 'a list of parts', accepts: Array.isArray, off: undefined },
  multipartBoundary: { expected: '1 to 70 characters of a boundary (RFC 2046)', accepts: isBoundary, off: undefined },
  auth: {
    expected: "[user, password, 'basic' | 'digest'], { bearer } or a generator function",
    accepts: isAuth,
    off: undefined,
  },
  allowRedirects: {
    expected: 'a boolean or a record',
    accepts: (v) => v === true || isRecord(v),
    off: false,
    nested: ['max', 'strict', 'referer', 'protocols', 'onRedirect', 'keepHeaders', 'allowDowngrade'],
    settings: redirectPolicy,
  },
  httpErrors: {
    expected: 'a boolean or a function of the status',
    accepts: (v) => v === true || isFunction(v),
    off: false,
  },
  cookies: {
    expected: 'a jar (of tough-cookie: CookieJar.fromJSON(jar.toJSON())), a record of names to values, or a boolean',
    // A jar of tough-cookie is an object too, and would be read as a record of its settings.
    accepts: (v) => v === true || (isRecord(v) && !isToughJar(v)),
    off: false,
  },
  cache: {
    expected: `a cache of sluice/cache, ${CACHE_MODES.map((mode) => JSON.stringify(mode)).join(', ')} or false`,
    accepts: isCacheOption,
    off: false,
  },
  decodeContent: { expected: 'a boolean or an Accept-Encoding', accepts: (v) => v === true || isText(v), off: false },
  retry: {
    expected: 'a whole number of retries or a record',
    accepts: isRetry,
    off: 0,
    nested: ['limit', 'methods', 'statuses', 'decider', 'delay', 'maxDelay', 'maxRetryAfter', 'budget'],
    settings: retryRules,
  },
  idempotencyKey: {
    expected: "'auto', text or a function",
    accepts: (v) => (isText(v) && v !== '') || isFunction(v),
    off: undefined,
  },
  delay: { ...duration, expected: 'a finite duration', accepts: (v) => v !== Number.POSITIVE_INFINITY },
  timeout: duration,
  connectTimeout: duration,
  headersTimeout: duration,
  readTimeout: duration,
  signal: { expected: 'an AbortSignal', accepts: isSignal, off: undefined },
  stream: toggle,
  sink: { expected: 'a path, a Writable or a WritableStream', accepts: isSink, off: undefined },
  maxResponseSize: bytes,
  expect: { expected: 'a boolean or a number of bytes', accepts: (v) => v === true || isCount(v), off: false },
  onHeaders: callback,
  onStats: callback,
  onError: callback,
  maxInFlight: {
    expected: 'a whole number above 0',
    accepts: (value) => isCount(value) && value !== 0,
    off: Number.POSITIVE_INFINITY,
  },
  progress: callback,
  allowAbsoluteUrls: { ...toggle, expected: 'a boolean' },
  credentials: { ...oneOf('omit', 'same-origin', 'include'), off: 'omit' },
  keepAlive: toggle,
  redact: { expected: 'a list of names', accepts: (v) => Array.isArray(v) && v.every(isText), off: undefined },
  version: { ...oneOf('1.1', '2', '3', 'auto'), off: undefined },
  debug: { expected: 'a boolean or a Writable', accepts: (v) => v === true || hasMethod(v, 'write'), off: false },
  context: anything,
  clock: { expected: 'a Clock', accepts: (v) => hasMethod(v, 'now') && hasMethod(v, 'sleep'), off: undefined },
};

/** A rule as every call reads it: with each key of its own, so that none is looked for in a prototype. */
interface ReadyRule {
  readonly expected: string;
  readonly accepts: Rule['accepts'];
  readonly hasOff: boolean;
  readonly off: unknown;
  readonly read: Rule['read'] | undefined;
  readonly nested: Rule['nested'] | undefined;
  readonly isData: boolean;
  readonly settings: Rule['settings'] | undefined;
}

/** Every key that a rule may leave out. */
const NO_RULE = { off: undefined, read: undefined, nested: undefined, isData: false, settings: undefined };
/** By the name as it is written; a map, so that `toString` and the like are no options. */
const known = new Map<string, ReadyRule>(Object.entries(rules).map(([name, rule]) => [name, readyRule(rule)]));

/** Completes a rule once, when the module is loaded. */
function readyRule(rule: Rule): ReadyRule {
  return { ...NO_RULE, ...rule, hasOff: Object.hasOwn(rule, 'off') };
}

/** Every option there is. */
export const optionNames: readonly string[] = [...known.keys()];

/** Options that each make the body: a request has one of them. */
const BODIES = ['body', 'json', 'formParams', 'multipart'] as const;

/**
 * Checks options as a caller wrote them.
 * @param declared names that layers of the stack have declared as theirs
 * @throws TypeError naming the option, what was expected and what was found
 */
export function checkOptions(given: RequestOptions, declared: readonly string[] = []): RequestOptions {
  refuseNoRecord(given);
  const checked = newOptions() as Record<string, unknown>;
  for (const key of Object.keys(given)) {
    const value = (given as Record<string, unknown>)[key];
    // `undefined` is the same as not given: spreads and conditional options leave it behind.
    if (value === undefined) continue;
    const exact = known.get(key);
    const name = exact === undefined ? camelCase(key) : key;
    const rule = exact ?? known.get(name);
    if (rule !== undefined) checked[name] = checkedValue(rule, name, value);
    else {
      // A name that no rule has: a layer's own option passes, what is close to one of ours is refused.
      if (!declared.includes(key)) refuseForeign(key);
      checked[key] = value;
    }
  }
  refuseTwoBodies(checked);
  readUnixBase(checked);
  return keepLook(given, checked);
}

/** The call's options over the client's. A body given in the call replaces the client's, of whatever kind. */
export function mergeOptions(client: RequestOptions, call: RequestOptions): RequestOptions {
  const merged = extendOptions(client, call);
  if (BODIES.some((name) => Object.hasOwn(call, name))) {
    // Looked for first: to delete what is not there takes longer than all else here.
    for (const name of BODIES) if (!Object.hasOwn(call, name) && Object.hasOwn(merged, name)) delete merged[name];
  }
  if (Object.hasOwn(call, 'cache')) merged.cache = mergeCache(client.cache, call.cache);
  // A socket that was the client's base is not that of another one.
  if (client.baseUri === UNIX_BASE && Object.hasOwn(call, 'baseUri') && !Object.hasOwn(call, 'socketPath')) {
    delete merged.socketPath;
  }
  return merged;
}

/** A `unix:` base is a socket to dial, and any host to ask. */
function readUnixBase(options: Record<string, unknown>): void {
  const { baseUri } = options;
  if (baseUri === undefined) return;
  const path = unixSocketOf(String(baseUri));
  if (path === undefined) return;
  options['baseUri'] = UNIX_BASE;
  options['socketPath'] = path;
}

/**
 * The value as layers read it: its own form of "off", durations in milliseconds, records as fixed copies.
 * @throws TypeError naming the option
 */
function checkedValue(rule: ReadyRule, name: string, value: unknown): unknown {
  if ((value === null || value === false) && rule.hasOff) return rule.off;
  if (!rule.accepts(value)) {
    throw wrongOption(name, rule.expected, value);
  }
  const { read, nested, settings } = rule;
  if (read !== undefined) {
    if (isPlain(value)) for (const key of Object.keys(value)) refuseForeignWithin(name, key);
    return read(value as never, `option ${name}`);
  }
  if (nested === undefined || !isPlain(value)) return rule.isData ? fixedCopy(value) : value;
  const record = fixedCopy(value, (key) => checkedName(key, name, nested));
  settings?.(record as never);
  return record;
}

/** @throws TypeError when more than one option gives a body: which one is meant cannot be guessed */
function refuseTwoBodies(options: Record<string, unknown>): void {
  let count = 0;
  for (const name of BODIES) if (options[name] !== undefined) count += 1;
  if (count < 2) return;
  const given = BODIES.filter((name) => options[name] !== undefined);
  throw new TypeError(`options ${given.join(' and ')} exclude each other: a request has one body`);
}

/** Records and lists, and those within them, as copies that nobody can change; anything else as it is. */
function fixedCopy(value: unknown, nameOf = (key: string) => key): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map((one) => fixedCopy(one)));
  if (!isPlain(value)) return value;
  const copy = newOptions() as Record<string, unknown>;
  for (const key of Object.keys(value)) copy[nameOf(key)] = fixedCopy(value[key]);
  return Object.freeze(copy);
}

/**
 * The name of a setting within an option's record, in our spelling.
 * @throws TypeError with the name that was probably meant
 */
function checkedName(key: string, option: string, names: readonly string[]): string {
  const name = camelCase(key);
  if (names.includes(name)) return name;
  refuseForeignWithin(option, key);
  refuseTypo(key, names, `${option}.`);
  // One that is close to none is refused too: what another client reads there would be left out without a word.
  throw new TypeError(`there is no option "${option}.${shownWithin(option, key)}"; there are ${names.join(', ')}`);
}

/** @throws TypeError for a setting that the records of other clients have */
function refuseForeignWithin(option: string, key: string): void {
  const ours = oursWithin(option, key) ?? oursWithin(option, camelCase(key));
  if (ours !== undefined) throw new TypeError(`there is no option "${option}.${key}"; ${ours}`);
}

/** @throws TypeError for a name that other clients have, or that is close to one of ours */
function refuseForeign(key: string): void {
  const ours = oursFor(key) ?? oursFor(camelCase(key));
  if (ours !== undefined) throw new TypeError(`there is no option "${key}"; ${ours}`);
  refuseTypo(key);
}

/**
 * Refuses what was meant as the body itself: names of which none is an option, given to a method that sends one.
 * @param options as the caller wrote them, the names checked
 * @param declared names that layers of the stack have declared as theirs
 */
export function refuseBareBody(method: string, options: RequestOptions, declared: readonly string[]): void {
  if (method !== 'POST' && method !== 'PUT' && method !== 'PATCH' && method !== 'QUERY') return;
  const names = Object.keys(options);
  if (names.length === 0 || names.some((name) => known.has(name) || declared.includes(name))) return;
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name.slice(0, 40)));
  throw new TypeError(
    `none of ${shown.join(', ')}${names.length > 3 ? ', ...' : ''} is an option; to send a record as the body of a ${method}, give it as { json: ... } or { formParams: ... }`,
  );
}

/** @throws TypeError for a name that is close to one that there is */
function refuseTypo(key: string, names = optionNames, prefix = ''): void {
  const close = closeTo(key, names);
  if (close === undefined) return;
  throw new TypeError(`there is no option "${prefix}${key}"; did you mean "${prefix}${close}"?`);
}
