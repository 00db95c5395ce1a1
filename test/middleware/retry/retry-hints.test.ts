import { expect, it } from 'vitest';
import { HttpResponse } from '../../../src/message/response.ts';
import { serverHint } from '../../../src/middleware/retry/retry-hints.ts';

const now = Date.UTC(2026, 6, 30, 12, 0, 0);
const inHalfAMinute = 'Thu, 30 Jul 2026 12:00:30 GMT';

const cases: [string, number, Record<string, string | string[]>, number | undefined][] = [
  ['seconds', 503, { 'Retry-After': '30' }, 30_000],
  ['nothing to wait', 503, { 'Retry-After': '0' }, 0],
  ['a fraction of a second', 429, { 'Retry-After': '0.25' }, 250],
  ['a date', 503, { 'Retry-After': inHalfAMinute }, 30_000],
  ['a date that has passed', 503, { 'Retry-After': 'Sun, 06 Nov 1994 08:49:37 GMT' }, 0],
  ['seconds on any status', 500, { 'Retry-After': '2' }, 2000],
  ['more seconds than a number holds', 503, { 'Retry-After': '9'.repeat(400) }, Number.POSITIVE_INFINITY],
  ['the first line that can be read', 503, { 'Retry-After': ['soon', '7'] }, 7000],
  ['nothing in what is neither', 503, { 'Retry-After': 'soon' }, undefined],
  ['nothing in a negative number', 503, { 'Retry-After': '-5' }, undefined],
  ['nothing without a header', 503, {}, undefined],
  ['Retry-After before RateLimit', 429, { RateLimit: '"a";r=0;t=9', 'Retry-After': '1' }, 1000],
  ['a policy that is used up', 429, { RateLimit: '"burst";r=0;t=30' }, 30_000],
  ['the longest of those used up', 429, { RateLimit: '"a";r=0;t=5, "b";r=0;t=60, "c";r=9;t=900' }, 60_000],
  ['a policy used up on another status', 503, { RateLimit: '"a";r=0;t=5' }, 5000],
  ['nothing in a policy that is not used up', 429, { RateLimit: '"a";r=3;t=5' }, undefined],
  ['nothing in a policy without its rest on another status', 503, { RateLimit: '"a";t=5' }, undefined],
  ['the older draft', 429, { RateLimit: 'limit=100, remaining=0, reset=50' }, 50_000],
  ['nothing in the older draft while some remain', 429, { RateLimit: 'limit=100, remaining=1, reset=50' }, undefined],
  ['RateLimit-Reset', 429, { 'RateLimit-Reset': '4' }, 4000],
  ['RateLimit-Reset when nothing remains', 503, { 'RateLimit-Reset': '4', 'RateLimit-Remaining': '0' }, 4000],
  ['no RateLimit-Reset while some remain', 429, { 'RateLimit-Reset': '4', 'RateLimit-Remaining': '1' }, undefined],
  ['no RateLimit-Reset on another status', 500, { 'X-RateLimit-Reset': '4' }, undefined],
  ['X-RateLimit-Reset in seconds', 429, { 'X-RateLimit-Reset': '4' }, 4000],
  ['X-RateLimit-Reset as a date in seconds', 429, { 'X-RateLimit-Reset': String(now / 1000 + 12) }, 12_000],
  ['X-RateLimit-Reset as a date in milliseconds', 429, { 'X-RateLimit-Reset': String(now + 1200) }, 1200],
  ['X-Rate-Limit-Reset', 429, { 'X-Rate-Limit-Reset': '1.5' }, 1500],
  ['nothing in a reset that is no number', 429, { 'X-RateLimit-Reset': 'soon' }, undefined],
];

it.each(cases)('reads %s', (_, status, headers, ms) => {
  expect(serverHint(new HttpResponse(status, headers), now)?.ms).toBe(ms);
});

it.each([
  ['Retry-After', { 'retry-after': '1' }],
  ['RateLimit', { ratelimit: '"a";r=0;t=1' }],
  ['X-RateLimit-Reset', { 'x-ratelimit-reset': '1' }],
])('names %s as the header', (header, headers) => {
  expect(serverHint(new HttpResponse(429, headers), now)?.header).toBe(header);
});
