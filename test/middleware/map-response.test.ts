import { expect, it } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { mapResponse } from '../../src/middleware/map-response.ts';
import { answering, rejection, streamed } from '../support/fake-handler.ts';

const get = new HttpRequest('GET', 'http://h/a');
const addA = (response: HttpResponse) => response.withAddedHeader('X-A', 'b');

it.each([
  ['at once', addA],
  ['later', async (response: HttpResponse) => addA(response)],
])('gives what the function makes of the response %s', async (_when, fn) => {
  const response = await mapResponse(fn)(answering(new HttpResponse(200)).handler)(get, {});
  expect(response.headers.get('x-a')).toBe('b');
});

it('lets failures pass', async () => {
  const failure = new Error('gone');
  expect(await rejection(mapResponse(addA)(answering(failure).handler)(get, {}))).toBe(failure);
});

it.each([
  [
    'throws',
    () => {
      throw new RangeError('mine');
    },
    new RangeError('mine'),
  ],
  ['rejects', () => Promise.reject(new RangeError('mine')), new RangeError('mine')],
  [
    'gives nothing',
    () => undefined as never,
    new TypeError('the function of mapResponse must give an HttpResponse, got undefined'),
  ],
  [
    'gives nothing later',
    async () => null as never,
    new TypeError('the function of mapResponse must give an HttpResponse, got null'),
  ],
])('rejects and lets go of the response when the function %s', async (_what, fn, expected) => {
  const { response, released } = streamed();
  expect(await rejection(mapResponse(fn)(answering(response).handler)(get, {}))).toEqual(expected);
  expect(released).toHaveBeenCalledOnce();
});

it('stops waiting for a function when the call is aborted, and lets go of the response', async () => {
  const { response, released } = streamed();
  const abort = new AbortController();
  const layer = mapResponse(() => new Promise(() => queueMicrotask(() => abort.abort('stop'))));
  await expect(layer(answering(response).handler)(get, { signal: abort.signal })).rejects.toBe('stop');
  expect(released).toHaveBeenCalledOnce();
});

it('takes a handler that gives a bare response', async () => {
  const bare = (() => new HttpResponse(200)) as never;
  expect((await mapResponse(addA)(bare)(get, {})).headers.get('x-a')).toBe('b');
});

it('takes nothing but a function', () => {
  expect(() => mapResponse(null as never)).toThrow(new TypeError('mapResponse takes a function, got null'));
});
