/** OAuth 2.0 access tokens (RFC 6749) as a flow of `auth`: one token for all calls, renewed before it ends. */

import { redactOf, safeCause, safeText } from '../../call/redacted-cause.ts';
import { RequestError } from '../../message/errors.ts';
import { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import type { AuthFlow, RequestOptions } from '../../options/options.ts';
import { settingsOf } from '../../options/settings-of.ts';
import { kindOf } from '../../runtime/kind-of.ts';
import { systemClock } from '../../time/clock.ts';
import { type Duration, milliseconds } from '../../time/duration.ts';
import { answering } from './answered-challenges.ts';
import { type OAuth2TokenInit, readToken } from './oauth2-policy.ts';
import { type HeldToken, NoToken, OAuth2Tokens, type RefreshToken } from './oauth2-tokens.ts';

/** Where `oauth2` gets its tokens, and when it renews them. */
export interface OAuth2Options {
  /** The token to begin with. Default: the first call gets one from `refresh`. */
  token?: OAuth2TokenInit | undefined;
  /** Gives another token, from its endpoint. Its `signal` aborts after `timeout`. */
  refresh: RefreshToken;
  /** So long before its end a token is renewed; of a token that lasts a shorter time the last half. Default `'60s'`. */
  early?: Duration | null | undefined;
  /** How long `refresh` may take. Default `'60s'`; `false` is any time. */
  timeout?: Duration | null | undefined;
}

/**
 * Credentials for the option `auth`, of one client or of many that share them: `Authorization: Bearer ...` (RFC 6750).
 *
 * All calls that need a token wait for one `refresh`. It is asked for `early` before the token ends, and once more when a
 * server answers 401. A body that can be read once is not sent again: the 401 is the answer then, and the next call gets
 * another token. Whoever stops a call stops its own wait, not the refresh.
 *
 * A call rejects with a `RequestError` (`ERR_AUTH_REFRESH`) when `refresh` throws, takes too long or gives no token, as
 * do all that wait for it; the next call asks again. While a token is valid, a failed early renewal does not fail the call.
 *
 * @throws TypeError for a `refresh` that is no function, an invalid `token` or an invalid duration
 * @example
 * const auth = oauth2({ refresh: async (token) => client.post(issuer, { formParams: grant(token) }).json<OAuth2Token>() });
 * const api = new Client({ baseUri: 'https://api.example.com/', auth });
 * @see RFC 6749 sections 5.1 and 6, RFC 6750 section 2.1
 */
export function oauth2(options: OAuth2Options): AuthFlow {
  const own = settingsOf('oauth2', options, ['token', 'refresh', 'early', 'timeout']);
  const { token, refresh, early = '60s', timeout = '60s' } = own;
  if (typeof refresh !== 'function') {
    throw new TypeError(`oauth2.refresh must be a function that gives a token, got ${kindOf(refresh)}`);
  }
  const rules = {
    refresh,
    early: milliseconds(early, 'oauth2.early'),
    timeout: milliseconds(timeout, 'oauth2.timeout'),
  };
  const first = token === undefined || token === null ? undefined : readToken(token, 'oauth2.token');
  const tokens = new OAuth2Tokens(rules, first);
  return answering(async function* oauth2(request, options) {
    const clock = options?.clock ?? systemClock;
    const told = (waiting: Promise<HeldToken>) =>
      waiting.catch((failure: unknown) => {
        throw failure instanceof NoToken ? refusal(failure, request, options ?? {}) : failure;
      });
    const held = tokens.ready(clock) ?? (await told(tokens.renew(clock)));
    const response = yield request.withHeader('Authorization', held.authorization);
    if (response.status !== 401) return response;
    if (request.body !== null && !request.body.replayable) {
      tokens.refuse(held);
      return response;
    }
    const next = await told(tokens.instead(held, clock));
    return yield request.withHeader('Authorization', next.authorization);
  }, isAnswered);
}

/** Whether a 401 is answered: the first, with a body that can be sent again. */
function isAnswered(_head: HttpResponse, { body }: HttpRequest, before: number): boolean {
  return before === 0 && (body === null || body.replayable);
}

/** The error of one of those who waited: each has its own, with its own request and time. */
function refusal({ fact, cause, before }: NoToken, request: HttpRequest, options: RequestOptions): RequestError {
  const safe = safeCause(cause, holding(before, request), redactOf(request, options), true);
  const words = safeText(safe);
  const text = words === '' ? fact : `${fact}: ${words}`;
  return new RequestError(`there is no access token: ${text}`, { request, code: 'ERR_AUTH_REFRESH', cause: safe });
}

/** A request that holds what an error of the token endpoint may have repeated. */
function holding(token: HeldToken | undefined, { url }: HttpRequest): HttpRequest | undefined {
  if (token === undefined) return undefined;
  const { authorization, token: secrets } = token;
  const refresh = secrets.refresh_token;
  // A refresh token may have any character (RFC 6749 appendix A.17), a header may not.
  const line = refresh !== undefined && /^[\x20-\x7e]+$/.test(refresh) ? { 'X-Auth-Token': refresh } : {};
  return new HttpRequest('GET', url, { Authorization: authorization, ...line });
}
