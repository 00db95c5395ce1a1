/** The `allowRedirects` option: its defaults, and the check of what a caller gave. */

import { isToken } from '../message/headers.ts';
import { kindOf, valueOrKind } from '../runtime/kind-of.ts';
import { readOnce } from './option-record.ts';
import type { RedirectOptions, RequestOptions } from './options.ts';

/** `allowRedirects` with every default filled in. */
export interface RedirectPolicy {
  readonly max: number;
  readonly strict: boolean;
  readonly referer: boolean;
  /** Without the colon. */
  readonly protocols: readonly string[];
  readonly onRedirect: RedirectOptions['onRedirect'];
  /** In lower case. */
  readonly keepHeaders: readonly string[];
  readonly allowDowngrade: boolean;
}

/** The schemes that this library can send to. */
const FOLLOWABLE = ['http', 'https'];

const DEFAULTS: RedirectPolicy = Object.freeze({
  max: 5,
  strict: false,
  referer: false,
  protocols: FOLLOWABLE,
  onRedirect: undefined,
  keepHeaders: [],
  allowDowngrade: false,
});

/**
 * The policy of an `allowRedirects` option; `undefined` when it is off.
 * @throws TypeError for a value of another kind
 */
export function redirectPolicy(option: RequestOptions['allowRedirects']): RedirectPolicy | undefined {
  if (option === undefined || option === true) return DEFAULTS;
  if (option === null || option === false) return undefined;
  if (typeof option !== 'object') {
    throw new TypeError(`option allowRedirects must be a boolean or a record, got ${kindOf(option)}`);
  }
  return readOnce(policyOf, option);
}

function policyOf(option: RedirectOptions): RedirectPolicy | undefined {
  // Own keys alone: a polluted prototype must not turn on what nobody asked for.
  const given: RedirectOptions = Object.assign(Object.create(null), option);
  const max = checkedMax(given.max);
  if (max === 0) return undefined;
  return {
    max,
    strict: checkedToggle(given.strict, 'strict'),
    referer: checkedToggle(given.referer, 'referer'),
    protocols: checkedProtocols(given.protocols),
    onRedirect: checkedCallback(given.onRedirect),
    keepHeaders: checkedNames(given.keepHeaders),
    allowDowngrade: checkedToggle(given.allowDowngrade, 'allowDowngrade'),
  };
}

/** Off is 0, which follows nothing. */
function checkedMax(max: unknown): number {
  if (max === undefined) return DEFAULTS.max;
  if (max === null || max === false) return 0;
  if (max === Number.POSITIVE_INFINITY || (Number.isInteger(max) && (max as number) >= 0)) return max as number;
  throw new TypeError(`allowRedirects.max must be a whole number of redirects, 0 for none, got ${String(max)}`);
}

function checkedToggle(value: unknown, name: string): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new TypeError(`allowRedirects.${name} must be a boolean, got ${kindOf(value)}`);
}

/** @throws TypeError for a scheme that could never be followed: it would be a mistake, or a hole */
function checkedProtocols(protocols: unknown): readonly string[] {
  if (protocols === undefined) return FOLLOWABLE;
  if (Array.isArray(protocols) && protocols.length > 0 && protocols.every((one) => FOLLOWABLE.includes(one))) {
    return protocols;
  }
  throw new TypeError(
    `allowRedirects.protocols must be a list of 'http' and 'https', got ${JSON.stringify(protocols)}`,
  );
}

function checkedNames(names: unknown): readonly string[] {
  if (names === undefined || names === null || names === false) return DEFAULTS.keepHeaders;
  if (!Array.isArray(names)) {
    throw new TypeError(`allowRedirects.keepHeaders must be a list of header names, got ${kindOf(names)}`);
  }
  return names.map((one: unknown) => {
    if (typeof one === 'string' && isToken(one)) return one.toLowerCase();
    throw new TypeError(`allowRedirects.keepHeaders must hold header names, got ${valueOrKind(one)}`);
  });
}

function checkedCallback(callback: unknown): RedirectOptions['onRedirect'] {
  if (callback === undefined || callback === null || callback === false) return undefined;
  if (typeof callback === 'function') return callback as RedirectOptions['onRedirect'];
  throw new TypeError(`allowRedirects.onRedirect must be a function, got ${kindOf(callback)}`);
}
