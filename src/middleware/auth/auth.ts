/**
 * Authenticates (RFC 9110 section 11): credentials known beforehand are a header, schemes that answer challenges are
 * generators, which the one driver in `auth-conversation.ts` runs.
 */

import { has } from '../../message/own.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { authPlan } from '../../options/auth-plan.ts';
import type { AuthOption, RequestOptions } from '../../options/options.ts';
import { refuseSurplus } from '../../runtime/arguments.ts';
import type { Handler, Middleware } from '../../stack/handler.ts';
import { converse } from './auth-conversation.ts';
import { digest } from './digest.ts';
import { DigestSessions } from './digest-sessions.ts';

/**
 * Reads `auth`, which replaces an `Authorization` header of the request: `[user, password]` (Basic, RFC 7617),
 * `[user, password, 'digest']` (RFC 7616), `{ bearer }` (RFC 6750), or a generator function. Digest challenges are
 * remembered for each origin, so that later requests authenticate at once.
 *
 * Rejects with a `TypeError` for an option of another shape, and with a `RequestError` (`ERR_BODY_NOT_REPLAYABLE`) when
 * a body must be sent again and cannot be.
 */
export function auth(): Middleware {
  refuseSurplus(arguments, 0, 'the layer auth takes nothing, it reads option auth');
  const sessions = new DigestSessions();
  return (next) =>
    function auth(request, options) {
      const option = options.auth;
      if (option === undefined || option === null || option === false) return next(request, options);
      return authenticate(next, request, options, option, sessions);
    };
}

function authenticate(
  next: Handler,
  request: HttpRequest,
  options: RequestOptions,
  option: AuthOption,
  sessions: DigestSessions,
): Promise<HttpResponse> {
  let authorized: HttpRequest;
  try {
    if (typeof option === 'function') return converse(option, next, request, options);
    const plan = authPlan(option);
    if (has(plan, 'user')) return converse(digest(plan.user, plan.password, { sessions }), next, request, options);
    authorized = request.withHeader('Authorization', plan.authorization);
  } catch (error) {
    return Promise.reject(error);
  }
  return next(authorized, options);
}
