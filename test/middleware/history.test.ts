import { expect, it } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { type HistoryEntry, history } from '../../src/middleware/history.ts';
import { answering, rejection } from '../support/fake-handler.ts';

const get = (path = 'a') => new HttpRequest('GET', `http://h/${path}`);

it('keeps request, response and options of a transfer that succeeded', async () => {
  const entries: HistoryEntry[] = [];
  const request = get();
  const options = { stream: true };
  const response = await history(entries)(answering(new HttpResponse(200)).handler)(request, options);
  expect(entries).toEqual([{ request, response, error: undefined, options }]);
  expect(entries[0]!.response).toBe(response);
});

it('keeps the error of one that failed, which passes', async () => {
  const entries: HistoryEntry[] = [];
  const failure = new Error('gone');
  const request = get();
  expect(await rejection(history(entries)(answering(failure).handler)(request, {}))).toBe(failure);
  expect(entries).toEqual([{ request, response: undefined, error: failure, options: {} }]);
});

it('keeps the error of a handler that throws', async () => {
  const entries: HistoryEntry[] = [];
  const failure = new Error('at once');
  const layer = history(entries)(() => {
    throw failure;
  });
  expect(await rejection(layer(get(), {}))).toBe(failure);
  expect(entries[0]!.error).toBe(failure);
});

it('adds an entry when a transfer settles, not when it begins', async () => {
  const entries: HistoryEntry[] = [];
  const waiting: ((response: HttpResponse) => void)[] = [];
  const send = history(entries)(() => new Promise((resolve) => waiting.push(resolve)));
  const both = [send(get('first'), {}), send(get('second'), {})];
  expect(entries).toEqual([]);
  waiting[1]!(new HttpResponse(200));
  await both[1];
  waiting[0]!(new HttpResponse(200));
  await both[0];
  expect(entries.map(({ request }) => request.url)).toEqual(['http://h/second', 'http://h/first']);
});

it.each([
  [undefined, 'undefined'],
  [{}, 'Object'],
  [() => [], 'function'],
])('takes nothing but an array', (given, found) => {
  expect(() => history(given as never)).toThrow(new TypeError(`history takes the array to fill, got ${found}`));
});
