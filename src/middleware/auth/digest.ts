/**
 * Digest authentication (RFC 7616) as a generator: it yields the requests to send and receives their responses, so that
 * it reads from top to bottom and knows nothing of handlers. `auth` drives it.
 *
 * MD5, SHA-256 and SHA-512-256, each with `-sess`; qop `auth`, `auth-int` for a body in memory, and none (RFC 2069).
 * Deliberately absent: `rspauth` is not verified, because an answer that was read can no longer be refused, and
 * `Proxy-Authenticate`, which is the handler's.
 */

import { ResponseError } from '../../message/errors.ts';
import type { HttpRequest } from '../../message/request.ts';
import type { HttpResponse } from '../../message/response.ts';
import { bareRecord } from '../../options/option-record.ts';
import type { AuthFlow } from '../../options/options.ts';
import { isRedirect } from '../../semantics/redirects.ts';
import { answering } from './answered-challenges.ts';
import { strongestChallenge } from './digest-challenge.ts';
import { DigestSession } from './digest-session.ts';
import { DigestSessions } from './digest-sessions.ts';
import { parseParameters } from './www-authenticate.ts';

/** What several calls of one scheme share. */
export interface DigestState {
  /** Sessions that later requests use at once. Default: none are kept. */
  readonly sessions?: DigestSessions;
  /** Makes client nonces. Default: 128 random bits each. */
  readonly cnonce?: () => string;
}

/** Nonces that were too old are replaced so often, then the server's answer stands. */
const MOST_STALE = 2;

/**
 * A flow for `auth`: sends the request as it is, answers the strongest challenge it gets, and a stale nonce twice more.
 * A second 401 that is not about a stale nonce is the answer of the call, as is one without a challenge it knows.
 *
 * A body that can be read only once is held back until there is a challenge; a server that asks for none then has
 * answered a request that nobody made, which is a `ResponseError` (`ERR_AUTH_PROBE`).
 */
export function digest(user: string, password: string, state: DigestState = {}): AuthFlow {
  const { sessions = new DigestSessions(), cnonce } = bareRecord(state);
  return answering(function* digest(asked) {
    const request = asked.withoutHeader('Authorization');
    const { url, body } = request;
    // Such a body is sent once: with the answer to the challenge.
    const heldBack = body !== null && !body.replayable;
    let session = heldBack ? undefined : sessions.find(url, user);
    if (session?.fits(request) === false) session = undefined;
    let response = yield session?.sign(request, user, password) ?? (heldBack ? probe(request) : request);
    if (heldBack && response.status !== 401) return unchallenged(request, response);
    let answered = false;
    let stale = 0;
    while (response.status === 401) {
      // The server has refused it, so that no other call should try it.
      if (session !== undefined) sessions.forget(url, user, session);
      const challenge = strongestChallenge(response.headers.getAll('www-authenticate'), body);
      if (challenge === undefined || (answered && !(challenge.stale && stale < MOST_STALE))) return response;
      if (answered) stale += 1;
      answered = true;
      session = new DigestSession(challenge, cnonce);
      response = yield session.sign(request, user, password);
    }
    if (session !== undefined) accepted(session, response, sessions, url, user);
    return response;
  }, isAnswered);
}

/** Whether a challenge is answered: the first that is known here, and a few about a stale nonce. */
function isAnswered(head: HttpResponse, { body }: HttpRequest, before: number): boolean {
  const challenge = strongestChallenge(head.headers.getAll('www-authenticate'), body);
  return challenge !== undefined && (before === 0 || (challenge.stale && before <= MOST_STALE));
}

/** The server took the credentials: they do for what comes next. */
function accepted(
  session: DigestSession,
  response: HttpResponse,
  sessions: DigestSessions,
  url: string,
  user: string,
): void {
  const info = response.headers.get('authentication-info');
  // A server may name the nonce of the next request already, which saves a challenge (RFC 7616 section 3.5).
  const next = info === null ? undefined : parseParameters(info).get('nextnonce');
  if (next !== undefined) session.continueWith(next);
  sessions.remember(url, user, session);
}

/** The request without its body, to be challenged. */
function probe(request: HttpRequest): HttpRequest {
  const headers = request.headers.without('content-length', 'transfer-encoding', 'trailer', 'expect');
  return request.with({ body: null, headers });
}

/** A redirect is followed with the body in hand; a proxy's challenge is not ours. */
function unchallenged(request: HttpRequest, response: HttpResponse): HttpResponse {
  if (isRedirect(response) || response.status === 407) return response;
  const fact =
    `the body can be read only once and was held back for a digest challenge, but the server answered ` +
    `${response.status} without one; give body as bytes or as a function that returns a fresh one, or leave out auth`;
  throw new ResponseError(fact, { request, response, code: 'ERR_AUTH_PROBE' });
}
