/** What the package exports, by the names of the contract. */
import * as sluice from 'sluice';
import { any, DelayQueue, each, eachLimit, Pool, settle, some, unwrap } from 'sluice';
import * as testing from 'sluice/testing';
import { FakeClock } from 'sluice/testing';
import { describe, expect, it } from 'vitest';

const names = `
  Client HandlerStack HttpRequest HttpResponse HttpHeaders RequestPromise CookieJar FileCookieJar Pool DelayQueue
  chooseHandler wrapStreaming undiciHandler nodeHttpHandler streamHandler fetchHandler
  httpErrors delay deadline redirect retry auth cookies cache prepareBody decodeContent limits stats debug
  mapRequest mapResponse tap history log
  get head post put patch del delete options request
  TransferError RequestError NetworkError ConnectError TimeoutError ResponseError BadResponseError ClientError ServerError
  RedirectError TooManyRedirectsError BodyError
  isTransferError isRequestError isNetworkError isConnectError isTimeoutError isResponseError isBadResponseError
  isClientError isServerError isRedirectError isTooManyRedirectsError isBodyError
  unwrap settle some any each eachLimit
`
  .trim()
  .split(/\s+/);

describe('the entry sluice', () => {
  it.each(names)('exports %s', (name) => {
    expect(sluice[name as keyof typeof sluice]).toBeTypeOf('function');
  });
});

describe('the entry sluice/testing', () => {
  it.each(['mockHandler', 'FakeClock', 'history', 'startServer'])('exports %s', (name) => {
    expect(testing[name as keyof typeof testing]).toBeTypeOf('function');
  });

  it('has a mock with the members of Guzzle’s', async () => {
    const mock = testing.mockHandler([new sluice.HttpResponse(), new Error('x')]);
    expect([mock.count, mock.lastRequest, mock.lastOptions]).toEqual([2, undefined, undefined]);
    mock.append(
      new sluice.HttpResponse(201),
      Promise.resolve(new sluice.HttpResponse(202)),
      () => new sluice.HttpResponse(203),
      async () => new sluice.HttpResponse(204),
    );
    const client = new sluice.Client({ handler: mock });
    const statuses = [];
    for (let i = 0; i < 6; i++)
      statuses.push(
        await client.get('http://a.test/').then(
          (r) => r.status,
          (e: Error) => e.message,
        ),
      );
    expect(statuses).toEqual([200, 'x', 201, 202, 203, 204]);
    expect(mock.lastRequest?.url).toBe('http://a.test/');
    mock.append(new sluice.HttpResponse());
    mock.reset();
    expect([mock.count, mock.lastRequest, mock.lastOptions]).toEqual([0, undefined, undefined]);
  });

  it('refuses an item of another kind', () => {
    expect(() => testing.mockHandler([1 as never])).toThrow(TypeError);
    expect(() => testing.mockHandler().append({} as never)).toThrow(TypeError);
  });
});

describe('a FakeClock', () => {
  it('stands still until it is advanced', async () => {
    const clock = new FakeClock();
    const order: number[] = [];
    void clock.sleep(20).then(() => order.push(20));
    void clock.sleep(10).then(() => order.push(10));
    expect([clock.pending, clock.now()]).toEqual([2, 0]);
    await clock.advance(10);
    expect([clock.pending, order]).toEqual([1, [10]]);
    await clock.advance(10);
    expect([clock.pending, order, clock.now()]).toEqual([0, [10, 20], 20]);
  });

  it('lets go of a sleep whose signal aborts, with its reason', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const sleeping = clock.sleep(10, abort.signal);
    abort.abort('why');
    await expect(sleeping).rejects.toBe('why');
    expect(clock.pending).toBe(0);
    await expect(clock.sleep(10, AbortSignal.abort('now'))).rejects.toBe('now');
  });
});

describe('the rest of the entry', () => {
  it('spaces out with a DelayQueue', async () => {
    const clock = new FakeClock();
    const queue = new DelayQueue({ clock });
    const late = queue.add(100, () => 'late');
    const soon = queue.add(10, async () => 'soon');
    expect([queue.size, queue.nextAt]).toEqual([2, 10]);
    await clock.advance(10);
    expect(await soon).toBe('soon');
    await clock.advance(90);
    expect([await late, queue.size, clock.pending]).toEqual(['late', 0, 0]);
    queue.close();
  });

  it('helps with many promises', async () => {
    expect(await unwrap({ a: Promise.resolve(1), b: 2 } as never)).toEqual({ a: 1, b: 2 });
    expect(await settle([Promise.resolve(1), Promise.reject(new Error('x'))])).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: expect.any(Error) },
    ]);
    expect(await some(1, [Promise.reject(new Error('x')), Promise.resolve(2)])).toEqual([2]);
    expect(await any([Promise.reject(new Error('x')), Promise.resolve(2)])).toBe(2);
    const seen: unknown[] = [];
    await each([1, 2], { concurrency: 1, fulfilled: (value: unknown) => void seen.push(value) } as never);
    await eachLimit([3], 1, (value: unknown) => void seen.push(value));
    expect(seen).toEqual([1, 2, 3]);
  });

  it('runs a pool and gives results in the order of the input, a record for a record', async () => {
    const mock = testing.mockHandler([new sluice.HttpResponse(200), new sluice.HttpResponse(201)]);
    const client = new sluice.Client({ handler: mock });
    const results = (await Pool.batch(
      client,
      { a: 'http://a.test/', b: 'http://b.test/' },
      { concurrency: 1 },
    )) as unknown as Record<string, { status: string; value: sluice.HttpResponse }>;
    expect(Object.entries(results).map(([key, { status, value }]) => [key, status, value.status])).toEqual([
      ['a', 'fulfilled', 200],
      ['b', 'fulfilled', 201],
    ]);
  });
});
