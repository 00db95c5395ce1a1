import { tracingChannel } from 'node:diagnostics_channel';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { callOf } from '../../src/call/call.ts';
import { type BadResponseError, Client, HandlerStack, type HttpRequest, HttpResponse } from '../../src/index.ts';

/** A client whose handler answers when it is told to. */
function held() {
  let answer: (response: HttpResponse) => void = () => undefined;
  let fail: (reason: unknown) => void = () => undefined;
  const handler = () =>
    new Promise<HttpResponse>((resolve, reject) => {
      answer = resolve;
      fail = reject;
    });
  const client = new Client({ handler: HandlerStack.create(handler), headers: { Accept: 'text/plain' } });
  return {
    client,
    answer: () => answer(new HttpResponse(200, {}, 'hello')),
    answerWith: (response: HttpResponse) => answer(response),
    fail: (reason: unknown) => fail(reason),
  };
}

describe('the promise of a call', () => {
  it('is told of a cancel that comes in the turn of its answer', async () => {
    const { client, answer } = held();
    const call = client.get('http://a.test/');
    answer();
    call.cancel(new Error('changed my mind'));
    await expect(call).rejects.toThrow('changed my mind');
  });

  it('is told of a cancel that comes in the turn of a failure', async () => {
    const { client, fail } = held();
    const call = client.get('http://a.test/');
    fail(new Error('broken'));
    call.cancel(new Error('changed my mind'));
    await expect(call).rejects.toThrow('changed my mind');
  });

  it('keeps the answer when it is cancelled later', async () => {
    const { client, answer } = held();
    const call = client.get('http://a.test/');
    answer();
    expect(await (await call).text()).toBe('hello');
    call.cancel(new Error('changed my mind'));
    expect(await (await call).text()).toBe('hello');
  });

  it('has the frames of who waits when the client is destroyed', async () => {
    const { client } = held();
    async function whoWaits() {
      await client.get('http://a.test/');
    }
    const waiting = whoWaits().catch((error: Error) => error);
    await client.destroy();
    expect((await waiting)?.stack).toContain('whoWaits');
  });

  it('has the frames of who waits for what a layer of the caller throws', async () => {
    const stack = HandlerStack.create(async () => new HttpResponse());
    stack.push((next) => async (request, options) => {
      await next(request, options);
      throw new Error('of the layer');
    });
    const client = new Client({ handler: stack });
    async function whoWaits() {
      await client.get('http://a.test/');
    }
    const error = await whoWaits().catch((error: Error) => error);
    expect(error?.stack).toContain('whoWaits');
  });

  describe('of a bad answer', () => {
    const refusing = () => new Client({ handler: HandlerStack.create(async () => new HttpResponse(404)) });
    async function whoWaits(client = refusing()): Promise<Error> {
      try {
        throw await client.get('http://a.test/');
      } catch (error) {
        return error as Error;
      }
    }

    it('has the frames of who waits, and one of the client', async () => {
      const { stack } = await whoWaits();
      expect(stack).toMatch(/^ClientError: GET .*\n +at .*answer-steps.*\n(?: +at .*\n)* +at (?:async )?whoWaits /);
      expect(stack).not.toContain('bad-response');
    });

    it('shows them to nobody who walks its properties', async () => {
      expect(Object.keys(await whoWaits())).not.toContain('stack');
    });

    it('has them when who traces the call is told', async () => {
      const seen: unknown[] = [];
      const traced = tracingChannel('sluice:call');
      const error = ({ error }: { error: Error }) => void seen.push(error.stack);
      traced.subscribe({ error } as never);
      onTestFinished(() => void traced.unsubscribe({ error } as never));
      const { stack } = await whoWaits();
      expect(seen).toEqual([stack]);
      expect(stack).toContain('whoWaits');
    });

    it('keeps those of its first caller when it is given to another', async () => {
      const error = await whoWaits();
      const again = async () => await new Client({ handler: () => Promise.reject(error) }).get('http://a.test/');
      await expect(again()).rejects.toBe(error);
      expect(error.stack).toContain('whoWaits');
    });
  });

  it.each([200, 404])('keeps nothing of the layer that might have sent it again, after a %i', async (status) => {
    const handler = HandlerStack.create(async () => new HttpResponse(status));
    let repeater: object | undefined;
    handler.push((next) => (request, options) => {
      repeater = callOf(request)?.repeater;
      return next(request, options);
    });
    const [response, error] = await new Client({ handler }).attempt('GET', 'http://a.test/', { retry: 1 });
    const call = callOf((response ?? (error as { request: HttpRequest })).request as HttpRequest);
    expect(repeater).toBeDefined();
    expect(call?.repeater).not.toBe(repeater);
    expect(call?.repeater?.spend()).toBe(false);
  });

  it('keeps none of its options in the error of a streamed answer', async () => {
    const client = new Client({ handler: HandlerStack.create(async () => new HttpResponse(503)) });
    const [, error] = await client.attempt('GET', 'http://a.test/', { stream: true });
    const { request, response } = error as BadResponseError;
    expect(callOf(request)?.reconnector).toBeUndefined();
    expect(() => response.events({ reconnect: true })).toThrow('that did not fail');
  });

  it('lets go of an answer with a stream that comes after its cancel', async () => {
    const { client, answerWith } = held();
    const cancel = vi.fn();
    const call = client.get('http://a.test/', { stream: true });
    call.cancel(new Error('changed my mind'));
    answerWith(new HttpResponse(200, {}, new ReadableStream({ cancel })));
    await expect(call).rejects.toThrow('changed my mind');
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
  });

  it('lets go of an answer with a stream when its cancel comes in the same turn', async () => {
    const { client, answerWith } = held();
    const cancel = vi.fn();
    const call = client.get('http://a.test/', { stream: true });
    answerWith(new HttpResponse(200, {}, new ReadableStream({ cancel })));
    call.cancel(new Error('changed my mind'));
    await expect(call).rejects.toThrow('changed my mind');
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledTimes(1));
  });

  it('ends its call when the handler gives no response, so that the client can close', async () => {
    const client = new Client({ handler: async () => undefined as never });
    await expect(client.get('http://a.test/')).rejects.toThrow('a handler must return a promise of an HttpResponse');
    await expect(client.close()).resolves.toBeUndefined();
  });

  it('tells the traces that a handler gave no response', async () => {
    const ends: string[] = [];
    const traced = tracingChannel('sluice:call');
    const subscribers = { error: () => void ends.push('error'), asyncEnd: () => void ends.push('asyncEnd') };
    traced.subscribe(subscribers as never);
    onTestFinished(() => void traced.unsubscribe(subscribers as never));
    const client = new Client({ handler: async () => undefined as never });
    await client.get('http://a.test/').catch(() => undefined);
    expect(ends).toEqual(['error', 'asyncEnd']);
  });

  it('holds what it was asked with no longer than until its answer', async () => {
    const client = new Client({ handler: HandlerStack.create(async () => new HttpResponse()) });
    const response = await client.post('http://a.test/', { json: { large: true } });
    const call = callOf(response.request!);
    expect(call).toMatchObject({ isSettled: true });
    expect(call).not.toMatchObject({ plan: expect.anything() });
  });

  it('is a plain promise to what is chained to it', () => {
    const { client } = held();
    const call = client.get('http://a.test/');
    expect(call).toBeInstanceOf(Promise);
    expect(call.then().constructor).toBe(Promise);
    expect(Object.getPrototypeOf(call.then())).toBe(Promise.prototype);
  });
});
