import { expect } from 'vitest';
import {
  Client,
  type ClientOptions,
  HandlerStack,
  type HttpRequest,
  HttpResponse,
  type Middleware,
} from '../../src/index.ts';
import { type RateLimitOptions, rateLimit } from '../../src/resilience/index.ts';
import { FakeClock } from '../../src/testing/fake-clock.ts';

/** A client whose handler notes when it was asked, on a clock that a test turns. */
export function limited(
  layer: Middleware,
  answer: (request: HttpRequest) => HttpResponse | Promise<HttpResponse> = () => new HttpResponse(200),
  options: ClientOptions = {},
) {
  const clock = new FakeClock();
  const times: number[] = [];
  const handler = HandlerStack.create(async (request) => {
    times.push(clock.now());
    return answer(request);
  }).push(layer, 'rateLimit');
  return { clock, times, client: new Client({ clock, handler, httpErrors: false, ...options }) };
}

export const flows = () => new Promise((resolve) => setImmediate(resolve));

/** The most of the sorted times that fall into any window of this length, without its end. */
export function mostWithin(times: readonly number[], window: number): number {
  let [most, start] = [0, 0];
  for (const [i, time] of times.entries()) {
    while (times[start]! <= time - window) start += 1;
    most = Math.max(most, i - start + 1);
  }
  return most;
}

/** So many calls at once go out at the limit exactly, in whatever window one looks. */
export async function holdsTo(limit: number, window: number, many: number, settings: RateLimitOptions): Promise<void> {
  const { clock, times, client } = limited(rateLimit(settings));
  const calls = Promise.all(Array.from({ length: many }, () => client.get('http://a.test/')));
  await flows();
  const seconds = (many / settings.limit!) * (window / 1000) + 1;
  await clock.advance(Math.ceil(seconds * 1000));
  await calls;
  expect(times).toHaveLength(many);
  expect(mostWithin(times, window)).toBe(limit);
  expect(clock.pending).toBe(0);
}
