import { expect, it, vi } from 'vitest';
import { Call } from '../../src/call/call.ts';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { mapRequest } from '../../src/middleware/map-request.ts';
import { answering, rejection } from '../support/fake-handler.ts';

const ok = new HttpResponse(200);
const get = () => new HttpRequest('GET', 'http://h/a');

it('sends what the function makes of the request', async () => {
  const { handler, requests } = answering(ok);
  await mapRequest((request) => request.withHeader('X-A', 'b'))(handler)(get(), {});
  expect(requests()[0]!.headers.get('x-a')).toBe('b');
});

it('costs no promise for a function that is synchronous', () => {
  const promise = Promise.resolve(ok);
  expect(mapRequest((request) => request)(() => promise)(get(), {})).toBe(promise);
});

it('waits for a function that is not', async () => {
  const { handler, requests } = answering(ok);
  await mapRequest(async (request) => request.with({ method: 'PUT' }))(handler)(get(), {});
  expect(requests()[0]!.method).toBe('PUT');
});

it('passes the options on as they are', async () => {
  const { handler, asked } = answering(ok);
  const options = { stream: true };
  await mapRequest((request) => request)(handler)(get(), options);
  expect(asked[0]!.options).toBe(options);
});

it('keeps a request that the function made within the call, with a canonical URL', async () => {
  const { handler, requests } = answering(ok);
  const request = get();
  request.call = new Call(0);
  const made = new HttpRequest('GET', 'HTTP://Other:80');
  await mapRequest(() => made)(handler)(request, {});
  expect(requests()[0]).toMatchObject({ url: 'http://other/', call: request.call });
  expect(made.call).toBeUndefined();
});

it.each<[string, () => never]>([
  [
    'throws',
    () => {
      throw new RangeError('mine');
    },
  ],
  ['rejects', (() => Promise.reject(new RangeError('mine'))) as () => never],
])('rejects with what a function %s', async (_what, fn) => {
  const { handler, asked } = answering(ok);
  expect(await rejection(mapRequest(fn)(handler)(get(), {}))).toEqual(new RangeError('mine'));
  expect(asked).toEqual([]);
});

it.each([undefined, 'http://h/', Promise.resolve(null)])(
  'rejects when the function gives no request',
  async (given) => {
    const error = await rejection(mapRequest((() => given) as never)(answering(ok).handler)(get(), {}));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^the function of mapRequest must give an HttpRequest, got (undefined|string|null)$/);
  },
);

it('stops waiting for a function when the call is aborted', async () => {
  const abort = new AbortController();
  const next = vi.fn(async () => ok);
  const promise = mapRequest(() => new Promise(() => undefined))(next)(get(), { signal: abort.signal });
  abort.abort('stop');
  await expect(promise).rejects.toBe('stop');
  expect(next).not.toHaveBeenCalled();
});

it('takes nothing but a function', () => {
  expect(() => mapRequest({} as never)).toThrow(new TypeError('mapRequest takes a function, got Object'));
});
