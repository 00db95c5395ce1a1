import { expect, it, vi } from 'vitest';
import { HttpRequest } from '../../src/message/request.ts';
import { HttpResponse } from '../../src/message/response.ts';
import { tap } from '../../src/middleware/tap.ts';
import { answering, rejection, streamed } from '../support/fake-handler.ts';

const get = new HttpRequest('GET', 'http://h/a');

it('calls before, the layer below, and after with the promise that is not settled yet', async () => {
  const order: string[] = [];
  const promise = Promise.resolve(new HttpResponse(200));
  const next = () => {
    order.push('next');
    return promise;
  };
  const before = vi.fn(() => order.push('before'));
  const after = vi.fn(() => order.push('after'));
  const options = {};
  expect(tap(before, after)(next)(get, options)).toBe(promise);
  expect(order).toEqual(['before', 'next', 'after']);
  expect(before).toHaveBeenCalledWith(get, options);
  expect(after).toHaveBeenCalledWith(get, options, promise);
});

it.each([
  ['before', tap(() => 1)],
  ['after', tap(null, () => 1)],
  ['neither', tap()],
])('works with %s alone, whatever it returns', async (_which, layer) => {
  expect((await layer(answering(new HttpResponse(204)).handler)(get, {})).status).toBe(204);
});

it.each([
  ['before', (fault: Error) => tap(() => Promise.reject(fault))],
  ['after', (fault: Error) => tap(null, () => Promise.reject(fault))],
])('ends the call with ERR_CALLBACK when the promise of %s rejects', async (_which, make) => {
  const { response, released } = streamed();
  const fault = new Error('mine');
  const error = await rejection(make(fault)(answering(response).handler)(get, {}));
  expect(error).toMatchObject({ code: 'ERR_CALLBACK', cause: fault });
  expect(released).toHaveBeenCalled();
});

it('rejects with what before throws, and sends nothing', async () => {
  const { handler, asked } = answering(new HttpResponse(200));
  const fault = new Error('mine');
  expect(
    await rejection(
      tap(() => {
        throw fault;
      })(handler)(get, {}),
    ),
  ).toBe(fault);
  expect(asked).toEqual([]);
});

it('rejects with what after throws, and lets go of the response on its way', async () => {
  const { response, released } = streamed();
  const fault = new Error('mine');
  const layer = tap(null, () => {
    throw fault;
  });
  expect(await rejection(layer(answering(response).handler)(get, {}))).toBe(fault);
  await vi.waitFor(() => expect(released).toHaveBeenCalledOnce());
});

it('takes nothing but functions', () => {
  expect(() => tap('x' as never)).toThrow(new TypeError('tap: before must be a function, got string'));
  expect(() => tap(undefined, [] as never)).toThrow(new TypeError('tap: after must be a function, got a list'));
});
