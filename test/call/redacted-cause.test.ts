import { describe, expect, it } from 'vitest';
import { flattened, safeCause, safeText } from '../../src/call/redacted-cause.ts';
import { HttpRequest } from '../../src/message/request.ts';

const SECRET = 'open-sesame-4711';
const request = new HttpRequest('GET', 'http://h.test/', { Authorization: `Bearer ${SECRET}` });

function chain(length: number, words = SECRET): Error {
  let error: Error | undefined;
  for (let i = 0; i < length; i += 1) error = new Error(`${i} ${words}`, { cause: error });
  return error!;
}

function depthOf(error: unknown): number {
  return error instanceof Error ? 1 + depthOf(error.cause) : 0;
}

describe('safeCause', () => {
  it('keeps a cause that shows nothing as it is', () => {
    const cause = Object.assign(new Error('refused', { cause: new Error('why') }), {
      code: 'ECONNREFUSED',
      errno: -111,
    });
    expect(safeCause(cause, request, undefined)).toBe(cause);
  });

  it('copies what tells, words and numbers, from a cause that shows a secret', () => {
    const cause = Object.assign(new Error(`of ${SECRET}`), {
      code: 'ECONNREFUSED',
      errno: -111,
      port: 80,
      hostname: SECRET,
      address: null,
      body: SECRET,
    });
    const safe = safeCause(cause, request, undefined) as Record<string, unknown>;
    expect(safe).toMatchObject({ message: 'of ***', code: 'ECONNREFUSED', errno: -111, port: 80, hostname: '***' });
    expect([Object.hasOwn(safe, 'address'), Object.hasOwn(safe, 'body')]).toEqual([false, false]);
    expect(safe['stack']).not.toContain(SECRET);
  });

  it('makes no stack for a cause that has none', () => {
    const cause = new Error(`of ${SECRET}`);
    delete cause.stack;
    const safe = safeCause(cause, request, undefined) as Error;
    expect(safe.message).toBe('of ***');
    expect(safe.stack ?? '').not.toContain(SECRET);
  });

  it('masks a cause that is a text, and leaves one that is neither text nor error', () => {
    const other = { told: 'something' };
    expect(safeCause(`of ${SECRET}`, request, undefined)).toBe('of ***');
    expect(safeCause(other, request, undefined)).toBe(other);
  });

  it('masks every error of several', () => {
    const cause = new AggregateError([new Error(SECRET), new Error('fine')], 'all failed');
    const safe = safeCause(cause, request, undefined) as AggregateError;
    expect(safe.errors.map(({ message }: Error) => message)).toEqual(['***', 'fine']);
  });

  it('goes down a chain of causes as far as anybody reads, and drops the rest unread', () => {
    const safe = safeCause(chain(20), request, undefined);
    expect(depthOf(safe)).toBe(9);
    expect(JSON.stringify([safeText(safe), String((safe as Error).cause)])).not.toContain(SECRET);
  });
});

describe('safeText', () => {
  it.each<[unknown, string]>([
    [new Error('why'), 'why'],
    [new RangeError(''), 'RangeError'],
    ['a text', 'a text'],
    [7, '7'],
    [undefined, ''],
  ])('of %s is %j', (cause, words) => {
    expect(safeText(cause)).toBe(words);
  });
});

describe('flattened', () => {
  const of = (code: string) => Object.assign(new Error(code), { code });

  it.each<[string, string[], string]>([
    ['the one that was answered', ['ENETUNREACH', 'ECONNREFUSED', 'EADDRNOTAVAIL'], 'ECONNREFUSED'],
    ['the last when none was', ['ENETUNREACH', 'EHOSTUNREACH'], 'EHOSTUNREACH'],
  ])('takes of several errors %s', (_, codes, expected) => {
    expect(flattened(new AggregateError(codes.map(of)))).toMatchObject({ code: expected });
  });

  it('leaves one error, and several that hold none', () => {
    const [one, none] = [of('ECONNREFUSED'), new AggregateError([])];
    expect([flattened(one), flattened(none)]).toEqual([one, none]);
  });
});
