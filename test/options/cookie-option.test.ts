import { describe, expect, it } from 'vitest';
import { CookieJar } from '../../src/cookies/cookie-jar.ts';
import {
  type CookieOption,
  type CookieStore,
  crossOriginCookies,
  isCookieStore,
  jarOf,
  mergeCookies,
  sentBeside,
} from '../../src/options/cookie-option.ts';

const jar: CookieStore = { getCookieHeader: () => '', store: () => undefined };
const other = new CookieJar();

describe('the cookies option', () => {
  it.each<[string, CookieOption | undefined, unknown, unknown]>([
    ['a jar', jar, jar, undefined],
    ['a jar of the package', other, other, undefined],
    ['a record', { a: '1' }, undefined, { a: '1' }],
    ['both', { jar, send: { a: '1' } }, jar, { a: '1' }],
    ['a record with cookies called jar and send', { jar: 'x', send: 'y' }, undefined, { jar: 'x', send: 'y' }],
    [
      'a record with a cookie called store',
      { store: 'x', getCookieHeader: 'y' },
      undefined,
      { store: 'x', getCookieHeader: 'y' },
    ],
    ['true', true, undefined, undefined],
    ['false', false, undefined, undefined],
    ['null', null, undefined, undefined],
    ['nothing', undefined, undefined, undefined],
  ])('%s has its jar and its record', (_, option, expectedJar, record) => {
    expect(jarOf(option)).toBe(expectedJar);
    expect(sentBeside(option)).toEqual(record);
  });

  it.each([null, undefined, 'x', 5, {}, { getCookieHeader() {} }, { store() {} }])('%j is no jar', (value) => {
    expect(isCookieStore(value)).toBe(false);
  });

  it.each<[string, CookieOption | undefined, CookieOption | undefined, unknown]>([
    ['nothing over a jar', jar, undefined, jar],
    ['false over a jar', jar, false, false],
    ['null over a jar', jar, null, null],
    ['true over a jar', jar, true, jar],
    ['true over false', false, true, true],
    ['a jar over a jar', jar, other, other],
    ['a record over a jar', jar, { a: '1' }, { jar, send: { a: '1' } }],
    ['a record over false', false, { a: '1' }, { a: '1' }],
    ['a record over a record', { a: '1', b: '1' }, { a: '2' }, { a: '2', b: '1' }],
    ['a record over both', { jar, send: { b: '1' } }, { a: '1' }, { jar, send: { a: '1', b: '1' } }],
    ['both over a jar', jar, { jar: other, send: { a: '1' } }, { jar: other, send: { a: '1' } }],
  ])('of a call: %s', (_, client, call, expected) => {
    expect(mergeCookies(client, call)).toEqual(expected);
  });

  it('reads no key that an object inherits', () => {
    const merged = mergeCookies(jar, JSON.parse('{"__proto__":{"x":"1"},"a":"1"}'));
    expect(Object.keys(sentBeside(merged) ?? {})).toEqual(['__proto__', 'a']);
  });

  it.each<[string, CookieOption | undefined, unknown]>([
    ['a jar', jar, jar],
    ['a record', { a: '1' }, false],
    ['both', { jar, send: { a: '1' } }, jar],
    ['false', false, false],
    ['nothing', undefined, undefined],
  ])('of a hop to another origin keeps the jar alone: %s', (_, option, expected) => {
    expect(crossOriginCookies(option)).toBe(expected);
  });
});
