/** A client whose access token ends: renewed before its end and after a 401, once for all calls that wait. */
import { Client, type ClientOptions, isConnectError, type OAuth2Token, oauth2, type RetryContext } from 'sluice';

export interface Account {
  /** Where calls go. */
  readonly api: string;
  /** Where a refresh token becomes an access token (RFC 6749, section 6). */
  readonly tokenUrl: string;
  /** The last refresh token that was kept, and where the next one goes. */
  readonly kept: { load(): Promise<string>; save(refreshToken: string): Promise<void> };
}

/**
 * Only what was surely not granted is asked again: a refresh token that comes twice, because the answer was lost, may end
 * the whole session (RFC 9700 section 4.14.2).
 */
const wasNotGranted = ({ response, error }: RetryContext): boolean =>
  isConnectError(error) || response?.status === 429 || response?.status === 503;

/** @param handler of both clients; a test gives a double */
export function clientFor({ api, tokenUrl, kept }: Account, handler?: ClientOptions['handler']): Client {
  // A client of its own: the one below would wait for its own token. `retry: 2` alone repeats no POST.
  const http = new Client({ handler, retry: { limit: 2, decider: wasNotGranted }, timeout: '10s' });

  const refresh = async (before: OAuth2Token | undefined, { signal }: { signal: AbortSignal }) => {
    const formParams = { grant_type: 'refresh_token', refresh_token: before?.refresh_token ?? (await kept.load()) };
    const token = await http.post(tokenUrl, { formParams, signal }).json<OAuth2Token>();
    // Some servers give a new refresh token with each access token, and take the old one no more.
    if (token.refresh_token !== undefined) await kept.save(token.refresh_token);
    return token;
  };
  return new Client({ handler, baseUri: api, auth: oauth2({ refresh, early: '60s' }) });
}
