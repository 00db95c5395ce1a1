/** Routes of the test site that want Basic, bearer or digest authentication, and check it as a server does. */
import { challenges, checkDigest, type DigestSetup, isDigestAlgorithm } from './site-digest.ts';
import {
  discardBody,
  readBody,
  type SiteCall,
  SiteRefusal,
  type SiteRoute,
  sendJson,
  wholeNumber,
} from './site-route.ts';

const REALM = 'sluice test site';
/** A nonce with this many uses never runs out. */
const FOREVER = Number.MAX_SAFE_INTEGER;

/** A 401 with its challenge. The reason is in a header too, for tests that look at heads alone. */
function refuse(call: SiteCall, challenge: string | string[], reason: string): void {
  const headers = { 'WWW-Authenticate': challenge, 'X-Auth-Error': reason };
  sendJson(call, { authenticated: false, reason }, { status: 401, headers });
}

/** Checks Basic credentials (RFC 7617) against those in the path. */
async function basic(call: SiteCall): Promise<void> {
  await discardBody(call);
  const { user = '', password = '' } = call.params;
  const match = /^basic +([a-z0-9+/]+=*)$/i.exec(call.req.headers.authorization ?? '');
  // RFC 7617 section 2.1: the challenge says that the octets are UTF-8.
  const given = match ? Buffer.from(match[1]!, 'base64').toString('utf8') : undefined;
  if (given !== `${user}:${password}`) {
    const reason = given === undefined ? 'no Basic credentials' : 'another user or password';
    return refuse(call, `Basic realm="${REALM}", charset="UTF-8"`, reason);
  }
  sendJson(call, { authenticated: true, user });
}

/** Checks a bearer token (RFC 6750) against the one in the path. */
async function bearer(call: SiteCall): Promise<void> {
  await discardBody(call);
  const given = call.req.headers.authorization;
  if (given === undefined) return refuse(call, `Bearer realm="${REALM}"`, 'no token');
  if (!/^bearer /i.test(given) || given.slice(7) !== call.params.token) {
    return refuse(call, `Bearer realm="${REALM}", error="invalid_token"`, 'another token'); // RFC 6750 section 3.1
  }
  sendJson(call, { authenticated: true, token: call.params.token });
}

/**
 * What the path and the query demand.
 * @throws SiteRefusal for what no server could offer
 */
function digestSetup(call: SiteCall): DigestSetup {
  const { qop = 'auth', user = '', password = '' } = call.params;
  const offered = qop === 'none' ? [] : qop.split(',').map((name) => name.trim());
  if (!offered.every((name) => name === 'auth' || name === 'auth-int')) {
    throw new SiteRefusal(400, 'qop must be auth, auth-int, both with a comma, or none');
  }
  const algorithms = (call.query.get('algorithm') ?? 'MD5').split(',').map((name) => name.trim());
  const unknown = algorithms.find((name) => !isDigestAlgorithm(name));
  if (unknown !== undefined) throw new SiteRefusal(400, `no such algorithm: ${unknown}`);
  const uses = wholeNumber(call.query.get('uses'), 'uses', FOREVER, FOREVER);
  return {
    realm: REALM,
    user,
    password,
    algorithms,
    qop: offered,
    uses,
    userhash: call.query.get('userhash') === 'true',
  };
}

/**
 * `?stale=true`: the nonce of a first challenge is stale by the time it is used, once. `?uses=n`: a nonce serves n
 * requests. `?algorithm=` takes a list with commas and sends a challenge for each.
 */
async function digest(call: SiteCall): Promise<void> {
  const setup = digestSetup(call);
  const body = await readBody(call);
  const { nonces } = call.state;
  const header = call.req.headers.authorization;
  if (header === undefined) {
    const uses = call.query.get('stale') === 'true' ? 0 : setup.uses;
    return refuse(call, challenges(setup, nonces, uses, false), 'no credentials');
  }
  const request = { method: call.req.method ?? '', target: call.req.url ?? '', body };
  const verdict = checkDigest(setup, header, request, nonces);
  if (!verdict.ok) return refuse(call, challenges(setup, nonces, setup.uses, verdict.stale), verdict.reason);
  const { algorithm, qop, nc, info } = verdict;
  const answer = { authenticated: true, user: setup.user, algorithm, qop, nc, bodyBytes: body.length };
  sendJson(call, answer, { headers: info ? { 'Authentication-Info': info } : {} });
}

export const authRoutes: readonly SiteRoute[] = [
  { path: '/basic-auth/:user/:password', about: 'Basic, 401 without', answer: basic },
  { path: '/bearer/:token', about: 'Bearer, 401 without', answer: bearer },
  {
    path: '/digest-auth/:qop/:user/:password',
    about: 'Digest (RFC 7616), qop auth, auth-int or none; ?algorithm= ?stale=true ?uses= ?userhash=true',
    answer: digest,
  },
];
