import { expect, it } from 'vitest';
import { UnsolicitedOrigins } from '../../../src/handlers/undici/unsolicited-continue.ts';
import { HttpRequest } from '../../../src/message/request.ts';

const of = (host: number) => new HttpRequest('GET', `http://h${host}.test/`);

it('forgets the oldest of the origins that sent an unasked 100, and never one that came later', () => {
  const origins = new UnsolicitedOrigins();
  for (let i = 0; i < 5000; i += 1) origins.add(of(i));
  expect(origins.size).toBeLessThan(5000);
  expect(origins.has(of(0))).toBe(false);
  expect([4999, 5000 - origins.size].map((i) => origins.has(of(i)))).toEqual([true, true]);
});
