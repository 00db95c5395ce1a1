/** A small OAuth 2.0 issuer with one protected resource, on loopback: metadata, grants, refresh tokens that rotate. */
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const APP = { clientId: 'app', clientSecret: 's3cr3t' };

export interface TestIssuer extends AsyncDisposable {
  readonly url: string;
  /** Ends every access token that was given. */
  revoke(): void;
  /** The person types in the code of a device. */
  approve(userCode: string): void;
  /** The grant types that were answered with a token, in order. */
  readonly grants: readonly string[];
}

interface Grant {
  readonly challenge?: string | null;
  isApproved?: boolean;
  readonly userCode?: string;
}

export async function startIssuer(): Promise<TestIssuer> {
  const grants: string[] = [];
  const access = new Set<string>();
  const refresh = new Set<string>();
  const codes = new Map<string, Grant>();
  const devices = new Map<string, Grant>();
  let url = '';

  function tokens(type: string): object {
    grants.push(type);
    const [token, next] = [randomUUID(), randomUUID()];
    access.add(token);
    refresh.add(next);
    const isOwn = type === 'client_credentials';
    return { access_token: token, token_type: 'Bearer', expires_in: 3600, ...(!isOwn && { refresh_token: next }) };
  }

  function granted(form: URLSearchParams): object {
    const type = form.get('grant_type') ?? '';
    if (type === 'client_credentials') return tokens(type);
    if (type === 'refresh_token') {
      return refresh.delete(form.get('refresh_token') ?? '') ? tokens(type) : { error: 'invalid_grant' };
    }
    if (type === 'authorization_code') {
      const grant = codes.get(form.get('code') ?? '');
      codes.delete(form.get('code') ?? '');
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      return grant?.challenge === challenge ? tokens(type) : { error: 'invalid_grant' };
    }
    const device = devices.get(form.get('device_code') ?? '');
    if (device === undefined) return { error: 'invalid_grant' };
    return device.isApproved === true ? tokens('device_code') : { error: 'authorization_pending' };
  }

  function authorize(query: URLSearchParams): string {
    const [code, back] = [randomUUID(), new URL(query.get('redirect_uri')!)];
    codes.set(code, { challenge: query.get('code_challenge') });
    back.search = new URLSearchParams({ code, state: query.get('state')!, iss: url }).toString();
    return back.href;
  }

  function device(): object {
    const [code, userCode] = [randomUUID(), randomUUID().slice(0, 8).toUpperCase()];
    devices.set(code, { userCode });
    return { device_code: code, user_code: userCode, verification_uri: `${url}/device`, expires_in: 600, interval: 1 };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url!, url);
    const form = new URLSearchParams(await textOf(request));
    const json = (value: object, status = 'error' in value ? 400 : 200) => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    };
    const credentials = Buffer.from(`${APP.clientId}:${APP.clientSecret}`).toString('base64');
    const isKnown = request.headers.authorization === `Basic ${credentials}` || form.get('client_id') === APP.clientId;
    if (pathname === '/.well-known/oauth-authorization-server') json(metadata(url));
    else if (pathname === '/authorize') response.writeHead(302, { Location: authorize(searchParams) }).end();
    else if (pathname === '/api') {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '');
      json(access.has(token) ? { name: 'Ada' } : { error: 'invalid_token' }, access.has(token) ? 200 : 401);
    } else if (!isKnown) json({ error: 'invalid_client' }, 401);
    else if (pathname === '/device_authorization') json(device());
    else json(granted(form));
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    grants,
    revoke: () => access.clear(),
    approve(userCode) {
      for (const grant of devices.values()) if (grant.userCode === userCode) grant.isApproved = true;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

/** RFC 8414 section 2 */
function metadata(url: string): object {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    device_authorization_endpoint: `${url}/device_authorization`,
    authorization_response_iss_parameter_supported: true,
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
