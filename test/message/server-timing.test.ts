import { describe, expect, it } from 'vitest';
import { HttpHeaders } from '../../src/message/headers.ts';
import { HttpResponse } from '../../src/message/response.ts';

const timing = (name: string, duration = 0, description = '') => ({ name, duration, description });

describe('response.serverTimings', () => {
  it.each<[string[], object[]]>([
    [[], []],
    [['miss'], [timing('miss')]],
    [['db;dur=53'], [timing('db', 53)]],
    [['db;dur=53.25, app;dur=47.2'], [timing('db', 53.25), timing('app', 47.2)]],
    [
      ['db;dur=1', 'app;dur=2'],
      [timing('db', 1), timing('app', 2)],
    ],
    [['cache;desc="Cache, Read";dur=23.2'], [timing('cache', 23.2, 'Cache, Read')]],
    [['a;DESC=plain;Dur="4"'], [timing('a', 4, 'plain')]],
    [['a;dur=1;dur=2;desc=x;desc=y'], [timing('a', 1, 'x')]],
    [['a;dur=much'], [timing('a')]],
    [['a ; dur = 5 , b'], [timing('a', 5), timing('b')]],
    [['"no token";dur=1, b;dur=2, ;dur=3'], [timing('b', 2)]],
    [['a;dur=Infinity'], [timing('a')]],
  ])('reads %j', (lines, timings) => {
    expect(new HttpResponse(200, { 'Server-Timing': lines }).serverTimings).toEqual(timings);
  });

  it('reads those behind the body too', () => {
    const trailers = new HttpHeaders({ 'Server-Timing': 'late;dur=2' });
    const response = new HttpResponse(200, { 'Server-Timing': 'early;dur=1' }, 'x', '1.1', undefined, { trailers });
    expect(response.serverTimings).toEqual([timing('early', 1), timing('late', 2)]);
  });
});
