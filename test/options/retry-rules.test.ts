import { describe, expect, it } from 'vitest';
import type { RetryOptions } from '../../src/options/options.ts';
import { retryRules } from '../../src/options/retry-rules.ts';

it.each([undefined, null, false, 0, { limit: 0 }] as const)('has no rules for %j', (given) => {
  expect(retryRules(given)).toBeUndefined();
});

it('fills in the defaults', () => {
  expect(retryRules({})).toEqual({
    limit: 2,
    methods: new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE', 'QUERY']),
    statuses: new Set([408, 413, 425, 429, 500, 502, 503, 504]),
    decider: undefined,
    delay: undefined,
    maxDelay: undefined,
    maxRetryAfter: 60_000,
    budget: { ratio: 0.2, min: 10, window: 60_000 },
  });
});

it.each([
  ['a number is the limit', 3, undefined, { limit: 3 }],
  [
    'the layer has its own defaults',
    undefined,
    { limit: 4, methods: ['post'] },
    { limit: 4, methods: new Set(['POST']) },
  ],
  [
    'a number over the defaults changes the limit alone',
    1,
    { limit: 4, statuses: [418] },
    { limit: 1, statuses: new Set([418]) },
  ],
  [
    'settings go over the defaults one by one',
    { maxDelay: '1s' },
    { limit: 4, maxDelay: 5 },
    { limit: 4, maxDelay: 1000 },
  ],
  ['undefined inherits', { limit: undefined }, { limit: 4 }, { limit: 4 }],
  ['no limit may be said', { limit: Number.POSITIVE_INFINITY }, undefined, { limit: Number.POSITIVE_INFINITY }],
  ['maxRetryAfter may be off', { maxRetryAfter: false }, undefined, { maxRetryAfter: Number.POSITIVE_INFINITY }],
  ['the budget may be off', { budget: false }, undefined, { budget: undefined }],
  [
    'the budget may be given in part',
    { budget: { min: 0, window: '1s' } },
    undefined,
    { budget: { ratio: 0.2, min: 0, window: 1000 } },
  ],
] as [string, number | RetryOptions | undefined, RetryOptions | undefined, object][])(
  '%s',
  (_, given, defaults, expected) => {
    expect(retryRules(given, defaults)).toMatchObject(expected);
  },
);

it.each([false, 0, null] as const)('is switched off by %j although the layer has defaults', (given) => {
  expect(retryRules(given, { limit: 4 })).toBeUndefined();
});

it('reads nothing from a polluted prototype', () => {
  const polluted = Object.create({ limit: 99, budget: false }) as RetryOptions;
  expect(retryRules(polluted)).toMatchObject({ limit: 2, budget: { min: 10 } });
});

describe('refuses', () => {
  it.each<[unknown, string]>([
    ['3', 'retry must be a number of retries, an object of settings or false, got string'],
    [{ limit: -1 }, 'retry.limit must be a whole number of retries, 0 or more, got -1'],
    [1.5, 'retry.limit must be a whole number'],
    [Number.NaN, 'retry.limit must be a whole number'],
    [{ methods: 'GET' }, 'retry.methods must be a list of methods such as [\'GET\'], got "GET"'],
    [{ methods: [1] }, 'retry.methods must be a list'],
    [{ statuses: [500.5] }, 'retry.statuses must be a list of statuses such as [429, 503]'],
    [{ decider: true }, 'retry.decider must be a function, got boolean'],
    [{ delay: 100 }, 'retry.delay must be a function, got number'],
    [{ maxDelay: -1 }, 'retry.maxDelay must not be negative'],
    [{ maxRetryAfter: 'long' }, 'retry.maxRetryAfter must be milliseconds or text with a unit'],
    [{ budget: 5 }, 'retry.budget must be { ratio, min, window } or false, got number'],
    [{ budget: { ratio: -1 } }, 'retry.budget.ratio must be a number of 0 or more, got -1'],
    [{ budget: { min: Number.NaN } }, 'retry.budget.min must be a number of 0 or more, got NaN'],
  ])('%j', (given, message) => {
    expect(() => retryRules(given as number)).toThrow(TypeError);
    expect(() => retryRules(given as number)).toThrow(message);
  });
});
