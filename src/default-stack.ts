/** The layers every client starts with, from the outside in. This list is the architecture. */

import { chooseHandler } from './handlers/choose.ts';
import { auth } from './middleware/auth/auth.ts';
import { cache } from './middleware/cache.ts';
import { cookies } from './middleware/cookies/cookies.ts';
import { deadline } from './middleware/deadline/deadline.ts';
import { decodeContent } from './middleware/decode-content/decode-content.ts';
import { delay } from './middleware/delay.ts';
import { httpErrors } from './middleware/http-errors/http-errors.ts';
import { limits } from './middleware/limits/limits.ts';
import { debug } from './middleware/log/debug.ts';
import { prepareBody } from './middleware/prepare-body/prepare-body.ts';
import { redirect } from './middleware/redirect/redirect.ts';
import { retry } from './middleware/retry/retry.ts';
import { stats } from './middleware/stats.ts';
import { refuseSurplus } from './runtime/arguments.ts';
import type { Handler } from './stack/handler.ts';
import { HandlerStack } from './stack/handler-stack.ts';

/** The default layers around `handler`. Default: `chooseHandler()`. @throws TypeError for a handler that is no function */
export function defaultStack(handler?: Handler): HandlerStack {
  refuseSurplus(arguments, 1, 'HandlerStack.create takes a handler alone; layers are pushed onto what it gives');
  return handler === undefined ? layersAround(chooseHandler()).markDefault() : layersAround(handler);
}

function layersAround(handler: Handler): HandlerStack {
  return (
    new HandlerStack(handler)
      // Outermost, so that it judges the answer of the whole call and not that of a hop or an attempt.
      .push(httpErrors(), 'httpErrors')
      // Outside the deadline, which does not count it, and outside redirects and retries, which do not repeat it.
      .push(delay(), 'delay')
      // Around everything that may take long: hops, attempts, waits between them, and the body.
      .push(deadline(), 'deadline')
      // Around all that depends on the URL, which is done anew for each hop.
      .push(redirect(), 'redirect')
      // Inside redirect, so that one bad hop is repeated and not the way to it.
      .push(retry(), 'retry')
      // Inside retry, so that an answered challenge is part of the attempt that met it.
      .push(auth(), 'auth')
      // Inside auth and redirect, so that cookies of a challenge or a hop are stored and sent on.
      .push(cookies(), 'cookies')
      // Inside all that changes who asks, and outside all that makes bytes: each hop is looked up with its final credentials.
      .push(cache(), 'cache')
      // Once nothing above changes the body any more: its length, its type, `Expect`.
      .push(prepareBody(), 'prepareBody')
      // Below everything that reads bodies; it counts what it unpacks against the limit.
      .push(decodeContent(), 'decodeContent')
      // Counts what comes off the wire: what is too large is stopped before anything above reads it.
      .push(limits(), 'limits')
      // What each attempt and hop cost, seen as the handler gave it.
      .push(stats(), 'stats')
      // Innermost: shows what goes to the handler and what comes from it.
      .push(debug(), 'debug')
      .seamless()
  );
}

HandlerStack.create = defaultStack;
