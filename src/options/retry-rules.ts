/** The `retry` option: its defaults, and the check of what a caller gave. */

import { isToken } from '../message/headers.ts';
import { IDEMPOTENT } from '../message/methods.ts';
import { refuseUnknownNames } from '../runtime/arguments.ts';
import { kindOf } from '../runtime/kind-of.ts';
import { type Duration, milliseconds } from '../time/duration.ts';
import { readOnce } from './option-record.ts';
import type { RequestOptions, RetryOptions } from './options.ts';

/** What may be spent on retries of one origin. */
export interface BudgetRules {
  readonly ratio: number;
  readonly min: number;
  /** Milliseconds. */
  readonly window: number;
}

/** `retry` with every default filled in. */
export interface RetryRules {
  readonly limit: number;
  readonly methods: ReadonlySet<string>;
  readonly statuses: ReadonlySet<number>;
  readonly decider: RetryOptions['decider'];
  readonly delay: RetryOptions['delay'];
  /** Milliseconds; absent when the caller gave none. */
  readonly maxDelay: number | undefined;
  /** Milliseconds. */
  readonly maxRetryAfter: number;
  /** Absent when retries are unlimited. */
  readonly budget: BudgetRules | undefined;
}

/** Every setting there is. */
export const RETRY_NAMES: readonly (keyof RetryOptions)[] = [
  'limit',
  'methods',
  'statuses',
  'decider',
  'delay',
  'maxDelay',
  'maxRetryAfter',
  'budget',
];

/** Retries after the first attempt. */
const LIMIT = 2;
/** Where the server knows a request again by its key. */
const METHODS_WITH_KEY: ReadonlySet<string> = new Set([...IDEMPOTENT, 'POST', 'PATCH']);
/** Answers that say "not now" (RFC 9110 section 15, RFC 6585, RFC 8470). */
const STATUSES: ReadonlySet<number> = new Set([408, 413, 425, 429, 500, 502, 503, 504]);
/** Retries are at most a fifth of the requests of an origin, and 10 where there are few; see `retry-budget.ts`. */
export const BUDGET: BudgetRules = { ratio: 0.2, min: 10, window: 60_000 };

/**
 * The rules of a `retry` option over a layer's own; `undefined` when there is nothing to retry.
 * @throws TypeError for a setting of another kind
 */
export function retryRules(given: RequestOptions['retry'], defaults?: number | RetryOptions): RetryRules | undefined {
  if (defaults !== undefined) return rulesOver(given, defaults);
  if (typeof given === 'number') return rulesOfCount(given);
  return typeof given === 'object' && given !== null ? readOnce(rulesOver, given) : rulesOver(given);
}

/** A client's calls mostly have the same number. */
let lastOfCount: RetryRules | undefined;

function rulesOfCount(count: number): RetryRules | undefined {
  if (lastOfCount?.limit === count) return lastOfCount;
  const rules = rulesOver(count);
  lastOfCount = rules ?? lastOfCount;
  return rules;
}

/** The settings of a call where they are given, else those of the layer, else the defaults. */
function rulesOver(given: RequestOptions['retry'], defaults?: number | RetryOptions): RetryRules | undefined {
  const own = asRecord(given);
  if (own === undefined && given !== undefined) return undefined;
  const base = asRecord(defaults);
  if (own === undefined && base === undefined) return undefined;
  const setting = <K extends keyof RetryOptions>(name: K): RetryOptions[K] =>
    read(own, name) === undefined ? read(base, name) : read(own, name);
  const limit = count(setting('limit') ?? LIMIT, 'retry.limit');
  if (limit === 0) return undefined;
  return {
    limit,
    methods: list(setting('methods'), IDEMPOTENT, 'retry.methods', (one) => typeof one === 'string' && isToken(one)),
    statuses: list(setting('statuses'), STATUSES, 'retry.statuses', isStatus),
    decider: callback(setting('decider'), 'retry.decider'),
    delay: callback(setting('delay'), 'retry.delay'),
    maxDelay: longest(setting('maxDelay'), 'retry.maxDelay'),
    maxRetryAfter: longest(setting('maxRetryAfter') ?? '60s', 'retry.maxRetryAfter') ?? Number.POSITIVE_INFINITY,
    budget: budgetRules(setting('budget')),
  };
}

/** The rules of a request whose `idempotencyKey` lets it be sent twice, unless the caller names the methods. */
export function rulesWithKey(rules: RetryRules): RetryRules {
  return rules.methods === IDEMPOTENT ? { ...rules, methods: METHODS_WITH_KEY } : rules;
}

/**
 * A number is a limit; "off" is `undefined`.
 * @throws TypeError for anything else
 */
function asRecord(option: RequestOptions['retry']): RetryOptions | undefined {
  if (option === undefined || option === null || option === false || option === 0) return undefined;
  if (typeof option === 'number') return { limit: option };
  if (typeof option === 'object') return option;
  throw new TypeError(`retry must be a number of retries, an object of settings or false, got ${kindOf(option)}`);
}

/** Never what `Object.prototype` has. */
function read<T extends object, K extends keyof T>(record: T | undefined, name: K): T[K] | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

/** @throws TypeError for what is no number of retries */
function count(value: unknown, name: string): number {
  if (value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) >= 0)) return value as number;
  throw new TypeError(`${name} must be a whole number of retries, 0 or more, got ${String(value)}`);
}

/** A list as a set, methods in upper case; `otherwise` when none is given. */
function list<T>(
  value: unknown,
  otherwise: ReadonlySet<T>,
  name: string,
  isItem: (one: unknown) => boolean,
): ReadonlySet<T> {
  if (value === undefined || value === null) return otherwise;
  if (Array.isArray(value) && value.every(isItem)) {
    return new Set(value.map((one) => (typeof one === 'string' ? one.toUpperCase() : one))) as ReadonlySet<T>;
  }
  const wanted = otherwise.has('GET' as T) ? "methods such as ['GET']" : 'statuses such as [429, 503]';
  throw new TypeError(`${name} must be a list of ${wanted}, got ${JSON.stringify(value)}`);
}

function isStatus(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 999;
}

/** A function, or none. */
function callback<T extends (...args: never[]) => unknown>(
  value: T | undefined | null | false,
  name: string,
): T | undefined {
  if (value === undefined || value === null || value === false) return undefined;
  if (typeof value === 'function') return value;
  throw new TypeError(`${name} must be a function, got ${kindOf(value)}`);
}

/** A limit that is switched off does not limit. */
function longest(value: Duration | null | undefined, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  return milliseconds(value, name) || Number.POSITIVE_INFINITY;
}

/** The budget with its defaults; `undefined` when it is off. */
function budgetRules(value: unknown): BudgetRules | undefined {
  if (value === undefined) return BUDGET;
  if (value === false || value === null) return undefined;
  if (typeof value !== 'object')
    throw new TypeError(`retry.budget must be { ratio, min, window } or false, got ${kindOf(value)}`);
  const given = value as Exclude<RetryOptions['budget'], false | undefined>;
  refuseUnknownNames('retry.budget', given, ['ratio', 'min', 'window']);
  const share = (name: 'ratio' | 'min'): number => {
    const amount = read(given, name) ?? BUDGET[name];
    if (Number.isFinite(amount) && amount >= 0) return amount;
    throw new TypeError(`retry.budget.${name} must be a number of 0 or more, got ${String(amount)}`);
  };
  const window = longest(read(given, 'window'), 'retry.budget.window') ?? BUDGET.window;
  return { ratio: share('ratio'), min: share('min'), window };
}
