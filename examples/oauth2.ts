/**
 * The grants of OAuth 2.0, by oauth4webapi over `client.fetch`, and `oauth2` of sluice that keeps their tokens. Each
 * function gives a client whose calls carry the token; two of them need a person, whom the caller asks.
 *
 * An issuer of yours speaks https: then leave `insecure` out. The test beside the other tests runs all three against a
 * small issuer on loopback.
 */
import * as oauth from 'oauth4webapi';
import { Client, type OAuth2Token, oauth2 } from 'sluice';

export interface Issuer {
  /** Where its metadata begins, such as `https://login.example.com`. */
  readonly url: string;
  readonly clientId: string;
  /** None for a public client, such as one on the user's own machine. */
  readonly clientSecret?: string;
  /** Allows http, for tests. */
  readonly insecure?: boolean;
}

/** What oauth4webapi needs to speak with one issuer, through the same options, retries and errors as all else. */
async function connect(issuer: Issuer, http: Client) {
  const settings = { [oauth.customFetch]: http.fetch, [oauth.allowInsecureRequests]: issuer.insecure === true };
  const url = new URL(issuer.url);
  const answer = await oauth.discoveryRequest(url, { ...settings, algorithm: 'oauth2' });
  return {
    server: await oauth.processDiscoveryResponse(url, answer),
    app: { client_id: issuer.clientId } satisfies oauth.Client,
    authentication: issuer.clientSecret === undefined ? oauth.None() : oauth.ClientSecretBasic(issuer.clientSecret),
    settings,
  };
}

type Connection = Awaited<ReturnType<typeof connect>>;

/** RFC 6749 section 6 */
async function refreshed({ server, app, authentication, settings }: Connection, before: OAuth2Token | undefined) {
  if (before?.refresh_token === undefined) throw new Error('there is no refresh token: sign in again');
  const answer = await oauth.refreshTokenGrantRequest(server, app, authentication, before.refresh_token, settings);
  return oauth.processRefreshTokenResponse(server, app, answer);
}

/** A program that acts for itself (RFC 6749 section 4.4): each token is asked for anew. */
export function withClientCredentials(issuer: Issuer, api: string, scope: string): Client {
  // POST too: asked twice, this grant only gives another token.
  const http = new Client({ retry: { limit: 2, methods: ['GET', 'POST'] } });
  let connected: Promise<Connection> | undefined;
  const auth = oauth2({
    refresh: async () => {
      connected ??= connect(issuer, http);
      const { server, app, authentication, settings } = await connected.catch((error: unknown) => {
        connected = undefined;
        throw error;
      });
      const answer = await oauth.clientCredentialsGrantRequest(server, app, authentication, { scope }, settings);
      return oauth.processClientCredentialsResponse(server, app, answer);
    },
  });
  return new Client({ baseUri: api, auth });
}

/**
 * A program without a browser (RFC 8628), for a person who has one elsewhere.
 * @param show is given the code and where to type it in
 * @param wait between two questions whether that was done
 */
export async function withDevice(
  issuer: Issuer,
  api: string,
  show: (where: string, code: string) => void,
  wait: (seconds: number) => Promise<void>,
): Promise<Client> {
  // Repeats the GET of the metadata alone: a code or a refresh token that comes twice may end the session.
  const connection = await connect(issuer, new Client({ retry: 2 }));
  const { server, app, authentication, settings } = connection;
  const asked = await oauth.deviceAuthorizationRequest(server, app, authentication, {}, settings);
  const device = await oauth.processDeviceAuthorizationResponse(server, app, asked);
  show(device.verification_uri_complete ?? device.verification_uri, device.user_code);
  for (let interval = device.interval ?? 5; ; ) {
    await wait(interval);
    const answer = await oauth.deviceCodeGrantRequest(server, app, authentication, device.device_code, settings);
    try {
      const token = await oauth.processDeviceCodeResponse(server, app, answer);
      return new Client({ baseUri: api, auth: oauth2({ token, refresh: (before) => refreshed(connection, before) }) });
    } catch (error) {
      // RFC 8628 section 3.5
      if (!(error instanceof oauth.ResponseBodyError)) throw error;
      if (error.error === 'slow_down') interval += 5;
      else if (error.error !== 'authorization_pending') throw error;
    }
  }
}

/**
 * A person in a browser (RFC 6749 section 4.1) with a proof that the code is ours (RFC 7636).
 * @param redirectUri of this program
 * @param visit sends the person there, and gives the URL of `redirectUri` that the browser came back to
 */
export async function withCode(
  issuer: Issuer,
  api: string,
  redirectUri: string,
  visit: (url: URL) => Promise<URL>,
): Promise<Client> {
  // Repeats the GET of the metadata alone: a code or a refresh token that comes twice may end the session.
  const connection = await connect(issuer, new Client({ retry: 2 }));
  const { server, app, authentication, settings } = connection;
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const url = new URL(server.authorization_endpoint!);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: issuer.clientId,
    redirect_uri: redirectUri,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
  }).toString();
  const cameBack = oauth.validateAuthResponse(server, app, await visit(url), state);
  const answer = await oauth.authorizationCodeGrantRequest(
    server,
    app,
    authentication,
    cameBack,
    redirectUri,
    verifier,
    settings,
  );
  const token = await oauth.processAuthorizationCodeResponse(server, app, answer);
  return new Client({ baseUri: api, auth: oauth2({ token, refresh: (before) => refreshed(connection, before) }) });
}
