import { describe, expect, it } from 'vitest';
import { changedOptions } from '../../src/options/changed-options.ts';
import { extendOptions, isFixed, newOptions, readOnce } from '../../src/options/option-record.ts';
import { checkOptions } from '../../src/options/option-rules.ts';
import type { RequestOptions } from '../../src/options/options.ts';
import { redirectPolicy } from '../../src/options/redirect-policy.ts';
import { retryRules } from '../../src/options/retry-rules.ts';

const timeoutOf = () => {
  const asked: unknown[] = [];
  const make = (options: RequestOptions) => {
    asked.push(options.timeout);
    return { timeout: options.timeout };
  };
  return { asked, make };
};

describe('readOnce', () => {
  it('asks about a frozen record once, and by each function', () => {
    const [one, other] = [timeoutOf(), timeoutOf()];
    const shared = Object.freeze(extendOptions(newOptions(), { timeout: 1 }));
    expect(readOnce(one.make, shared)).toBe(readOnce(one.make, shared));
    expect(readOnce(other.make, shared)).not.toBe(readOnce(one.make, shared));
    expect([one.asked, other.asked]).toEqual([[1], [1]]);
  });

  it.each<[string, RequestOptions]>([
    ['a record that may change', extendOptions(newOptions(), { timeout: 1 })],
    ['a record of somebody else, even when it is frozen', Object.freeze({ timeout: 1 })],
  ])('asks about %s each time', (_, options) => {
    const { asked, make } = timeoutOf();
    readOnce(make, options);
    readOnce(make, options);
    expect([asked, isFixed(options)]).toEqual([[1, 1], false]);
  });

  it('knows nothing of a copy, which may differ', () => {
    const { make } = timeoutOf();
    const shared = Object.freeze(extendOptions(newOptions(), { timeout: 1 }));
    expect(readOnce(make, shared).timeout).toBe(1);
    expect(readOnce(make, extendOptions(shared, { timeout: 2 })).timeout).toBe(2);
    expect(readOnce(make, { ...shared, timeout: 3 }).timeout).toBe(3);
  });

  it('asks again after a failure', () => {
    const fails = () => {
      throw new TypeError('no');
    };
    const shared = Object.freeze(newOptions());
    expect(() => readOnce(fails, shared)).toThrow('no');
    expect(() => readOnce(fails, shared)).toThrow('no');
  });
});

describe('what leaves the door', () => {
  const retry = { max_delay: '2s', statuses: [500] };

  it('is read once: the rules of a record are those that the door has made', () => {
    const options = checkOptions({ retry, allowRedirects: { max: 3 } } as RequestOptions);
    expect(retryRules(options.retry)).toBe(retryRules(options.retry));
    expect(retryRules(options.retry)).toMatchObject({ limit: 2, maxDelay: 2000, statuses: new Set([500]) });
    expect(redirectPolicy(options.allowRedirects)).toBe(redirectPolicy(options.allowRedirects));
  });

  it('is read again where a layer has made another of it', () => {
    const { retry: given } = checkOptions({ retry } as RequestOptions);
    expect(retryRules({ ...(given as object), limit: 7 })).toMatchObject({ limit: 7, maxDelay: 2000 });
  });

  it.each<[RequestOptions, string]>([
    [{ retry: { limit: -1 } }, 'retry.limit must be a whole number of retries'],
    [{ retry: { budget: { window: 'soon' } } }, 'retry.budget.window must be milliseconds'],
    [{ allowRedirects: { protocols: ['ftp'] } } as never, 'allowRedirects.protocols must be a list'],
  ])('has no mistake in it: %j', (options, fact) => {
    expect(() => checkOptions(options)).toThrow(fact);
  });

  it.each<[string, RequestOptions, (options: RequestOptions) => void]>([
    ['proxy', { proxy: { no: ['a.test'] } }, ({ proxy }) => (proxy as { no: string[] }).no.push('b.test')],
    ['tls', { tls: { alpn: ['h2'] } }, ({ tls }) => ((tls as { alpn: string[] }).alpn[0] = 'x')],
    ['ca', { ca: ['one.pem'] }, ({ ca }) => (ca as string[]).push('two.pem')],
    ['connections', { connections: { total: 3 } }, ({ connections }) => ((connections as { total: number }).total = 9)],
    [
      'denyPrivateNetwork',
      { denyPrivateNetwork: { allow: ['10.0.0.1'] } },
      ({ denyPrivateNetwork }) => (denyPrivateNetwork as { allow: string[] }).allow.push('::1'),
    ],
  ])('cannot be changed from within, and the caller may change what is theirs: %s', (_, given, change) => {
    const options = checkOptions(given);
    expect(() => change(options)).toThrow(TypeError);
    const before = JSON.stringify(options);
    change(given);
    expect(JSON.stringify(options)).toBe(before);
  });
});

describe('changedOptions', () => {
  it('keeps the copy of shared options, also when others come between', () => {
    const changed = changedOptions({ version: '1.1' });
    const [one, other] = [Object.freeze(extendOptions(newOptions(), { timeout: 1 })), Object.freeze(newOptions())];
    const first = changed(one);
    changed(other);
    expect([changed(one) === first, Object.isFrozen(first), first.timeout]).toEqual([true, true, 1]);
  });

  it('makes another copy of options that may have changed', () => {
    const changed = changedOptions({ version: '1.1' });
    const options = newOptions();
    const first = changed(options);
    expect(changed(options)).not.toBe(first);
    expect(Object.isFrozen(first)).toBe(false);
  });
});
