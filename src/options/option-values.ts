/** Questions that the rules of options ask about values, and the spelling of names. */
import { isFields } from '../message/field-value.ts';

export const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isFieldsInit = (value: unknown): boolean => isRecord(value) && isFields(value as object);
export const isParams = (value: unknown): boolean => value instanceof URLSearchParams;
export const isFunction = (value: unknown): boolean => typeof value === 'function';
export const isText = (value: unknown): boolean => typeof value === 'string';
/** A path, an address or PEM. An empty one comes of a variable that is not set, and would be "off" without a word. */
export const isFilled = (value: unknown): boolean => typeof value === 'string' && value !== '';
/** A path ends for the system at a NUL; only as the first character it is the name of a socket without a file. */
export const isSocketPath = (value: unknown): boolean => isFilled(value) && !(value as string).includes('\0', 1);
export const isPem = (value: unknown): boolean => isFilled(value) || value instanceof Uint8Array;
export const isPemPair = (value: unknown): boolean =>
  isPem(value) ||
  (Array.isArray(value) && value.length <= 2 && isPem(value[0]) && (value[1] === undefined || isText(value[1])));

/** Whether it is an object with this method, by which streams, jars and clocks are told, whatever made them. */
export function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof (value as Record<string, unknown>)[name] === 'function';
}

/** A `CookieJar` of tough-cookie, by a method of its class. */
export function isToughJar(value: unknown): boolean {
  if (!isRecord(value) || isPlain(value)) return false;
  return Object.hasOwn(Object.getPrototypeOf(value), 'getCookieString');
}

/** A record written as `{}` or without a prototype; instances of classes are not copied. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A whole number from 0. */
export function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** A number of connections, or `{ perOrigin, total }`, in either spelling. */
export function isConnections(value: unknown): boolean {
  const isPlaces = (one: unknown) =>
    (isCount(one) && one !== 0) || one === Number.POSITIVE_INFINITY || one === undefined;
  if (!isRecord(value)) return value !== undefined && isPlaces(value);
  return Object.entries(value as object).every(
    ([name, one]) => ['perOrigin', 'total'].includes(camelCase(name)) && isPlaces(one),
  );
}

/** A number of retries, or a record of settings, which is checked when it is read. */
export function isRetry(value: unknown): boolean {
  return isCount(value) || isRecord(value);
}

/** A path, or a stream of Node or of the web. */
export function isSink(value: unknown): boolean {
  return isFilled(value) || hasMethod(value, 'write') || hasMethod(value, 'getWriter');
}

/** Credentials, a bearer token, or a flow. */
export function isAuth(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (!Array.isArray(value))
    return isRecord(value) && Object.hasOwn(value as object, 'bearer') && isText((value as { bearer: unknown }).bearer);
  const [user, password, scheme = 'basic'] = value as unknown[];
  return (
    isText(user) && isText(password) && typeof scheme === 'string' && ['basic', 'digest'].includes(scheme.toLowerCase())
  );
}

/** Guzzle's spelling by one rule: `form_params` is `formParams`. */
export function camelCase(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
