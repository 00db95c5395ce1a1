/** A layer from nothing, with an option of its own: signs each request that asks for it with HMAC-SHA256. */
import { createHmac } from 'node:crypto';
import { type DeclaringMiddleware, type HttpRequest, type Middleware, type RequestOptions, systemClock } from 'sluice';

/** In a program of yours, `declare module 'sluice' { interface RequestOptions { signature?: boolean } }` types it for every call. */
export interface SigningOptions extends RequestOptions {
  /** `false` sends a request without its signature. Default `true`. Read by `signed`. */
  signature?: boolean;
}

/** The decision, apart from doing it: pure, so that a test needs no client. `time` is in seconds. */
export function signatureOf(request: HttpRequest, body: string, key: string, time: number): string {
  const { host, pathname, search } = new URL(request.url);
  const text = [request.method, host, pathname + search, time, body].join('\n');
  return createHmac('sha256', key).update(text).digest('hex');
}

/**
 * Pushed, so that it sees the last headers and signs each attempt anew, with the time of that attempt. A body that can be
 * read once is refused: to sign it is to read it.
 */
export function signed(key: string): DeclaringMiddleware {
  const middleware: Middleware = (next) =>
    function signed(request, options: SigningOptions) {
      if (options.signature === false) return next(request, options);
      if (request.body !== null && !request.body.replayable) {
        return Promise.reject(
          new TypeError('signed: a body that is a stream cannot be signed; give text, bytes or a function'),
        );
      }
      const time = Math.floor((options.clock ?? systemClock).now() / 1000);
      return request.text().then((body) => {
        const signature = signatureOf(request, body, key, time);
        return next(request.withHeader('X-Time', String(time)).withHeader('X-Signature', signature), options);
      });
    };
  // The option is declared: `signatur: false` would be told as a slip of the pen, this one passes.
  return Object.assign(middleware, { options: ['signature'] });
}
