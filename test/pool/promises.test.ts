import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { any, settle, some, unwrap } from '../../src/pool/promises.ts';

const bad = new Error('bad');
const worse = new Error('worse');

async function* asynchronous(): AsyncGenerator<number> {
  yield 1;
}

describe('unwrap', () => {
  it('gives a record for a record, with its types', async () => {
    const values = await unwrap({ a: Promise.resolve(1), b: Promise.resolve('x'), c: true });
    expect(values).toEqual({ a: 1, b: 'x', c: true });
    expectTypeOf(values).toEqualTypeOf<{ a: number; b: string; c: boolean }>();
  });

  it('gives a tuple for a tuple, with its types', async () => {
    const values = await unwrap([Promise.resolve(1), Promise.resolve('x')]);
    expect(values).toEqual([1, 'x']);
    expectTypeOf(values).toEqualTypeOf<[number, string]>();
  });

  it('gives an array for an iterable', async () => {
    const values = await unwrap(new Set([Promise.resolve(1), Promise.resolve(2)]));
    expect(values).toEqual([1, 2]);
    expectTypeOf(values).toEqualTypeOf<number[]>();
  });

  it('rejects with the reason of the first that rejects', async () => {
    await expect(unwrap({ a: new Promise(() => undefined), b: Promise.reject(bad) })).rejects.toBe(bad);
  });

  it('takes a key named __proto__ as any other', async () => {
    const values = await unwrap(JSON.parse('{"__proto__": 1}') as Record<string, number>);
    expect(Object.keys(values)).toEqual(['__proto__']);
  });

  it('gives nothing for nothing', async () => {
    expect(await unwrap([])).toEqual([]);
    expect(await unwrap({})).toEqual({});
  });
});

describe('settle', () => {
  it('gives how each ended, under its key, in the shape of Promise.allSettled', async () => {
    const results = await settle({ a: Promise.resolve(1), b: Promise.reject(bad) });
    expect(results).toEqual({ a: { status: 'fulfilled', value: 1 }, b: { status: 'rejected', reason: bad } });
    expectTypeOf(results.a).toEqualTypeOf<PromiseSettledResult<number>>();
  });

  it('keeps the order of an iterable', async () => {
    const results = await settle([Promise.reject(bad), Promise.resolve('x')]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});

describe('some', () => {
  const later = (value: number, turns: number) =>
    (async () => {
      for (let turn = 0; turn < turns; turn += 1) await undefined;
      return value;
    })();

  it('gives the first that fulfil, in the order of the input', async () => {
    expect(await some(2, [later(1, 20), later(2, 90), later(3, 5)])).toEqual([1, 3]);
  });

  it('passes over those that reject', async () => {
    expect(await some(2, [Promise.reject(bad), later(1, 5), later(2, 1)])).toEqual([1, 2]);
  });

  it('takes a record', async () => {
    expect(await some(1, { a: new Promise<number>(() => undefined), b: later(2, 1) })).toEqual([2]);
  });

  it('gives nothing for none', async () => {
    expect(await some(0, [new Promise(() => undefined)])).toEqual([]);
    expect(await some(0, [])).toEqual([]);
  });

  it('rejects as soon as too few are left, with the reasons in the order of the input', async () => {
    const slow = (async () => {
      await later(0, 20);
      throw bad;
    })();
    const outcome = await some(2, [slow, Promise.reject(worse), new Promise(() => undefined)]).catch((error) => error);
    expect(outcome).toBeInstanceOf(AggregateError);
    expect(outcome.errors).toEqual([bad, worse]);
    expect(outcome.message).toBe('not enough promises fulfilled: 2 wanted, 2 of 3 rejected');
  });

  it('rejects when there are fewer than wanted', async () => {
    await expect(some(2, [1])).rejects.toThrow('not enough promises fulfilled: 2 wanted, 0 of 1 rejected');
  });

  it.each([-1, 1.5, Number.NaN, '2'])('refuses %s as the number', async (n) => {
    await expect(some(n as number, [1])).rejects.toThrow(`some() takes a whole number first, got ${n}`);
  });

  it('leaves no rejection unhandled that comes after the result', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    await some(1, [1, Promise.reject(bad)]);
    await new Promise(setImmediate);
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('any', () => {
  it('gives the first that fulfils', async () => {
    const value = await any([Promise.reject(bad), Promise.resolve(2), new Promise<number>(() => undefined)]);
    expect(value).toBe(2);
    expectTypeOf(value).toEqualTypeOf<number>();
  });

  it('rejects with the reasons of all when none does', async () => {
    await expect(any({ a: Promise.reject(bad) })).rejects.toMatchObject({ name: 'AggregateError', errors: [bad] });
    await expect(any([])).rejects.toBeInstanceOf(AggregateError);
  });
});

it.each<[string, (items: never) => Promise<unknown>]>([
  ['unwrap', unwrap],
  ['settle', settle],
  ['some', (items) => some(1, items)],
  ['any', any],
])('%s refuses what holds no promises', async (_, combine) => {
  await expect(combine(null as never)).rejects.toThrow('takes an iterable or a record of promises, got null');
  await expect(combine('ab' as never)).rejects.toThrow('got string');
  await expect(combine(Promise.resolve([]) as never)).rejects.toThrow('got a promise');
  await expect(combine(asynchronous() as never)).rejects.toThrow('got an async iterable');
});
