import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withClientCredentials, withCode, withDevice } from '../../examples/oauth2.ts';
import { Client } from '../../src/index.ts';
import { APP, startIssuer, type TestIssuer } from '../support/issuer.ts';

let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await startIssuer();
});
afterEach(() => issuer[Symbol.asyncDispose]());

const confidential = () => ({ url: issuer.url, ...APP, insecure: true });
const person = () => ({ url: issuer.url, clientId: APP.clientId, insecure: true });

/** Ten calls at once, twice: the second time every token was revoked meanwhile. */
async function asksTwice(client: Client): Promise<string[]> {
  const ask = () => client.get('api').json<{ name: string }>();
  const first = await Promise.all(Array.from({ length: 10 }, ask));
  issuer.revoke();
  const second = await Promise.all(Array.from({ length: 10 }, ask));
  await client.close();
  return [...first, ...second].map(({ name }) => name);
}

const TWENTY = Array.from({ length: 20 }, () => 'Ada');

describe('examples/oauth2.ts', () => {
  it('gets a token for the program itself, and another when it was revoked', async () => {
    expect(await asksTwice(withClientCredentials(confidential(), `${issuer.url}/`, 'read'))).toEqual(TWENTY);
    expect(issuer.grants).toEqual(['client_credentials', 'client_credentials']);
  });

  it('gets one by a device, once the person has typed in the code, and renews it', async () => {
    let shown = '';
    const waits: number[] = [];
    const wait = async (seconds: number) => {
      waits.push(seconds);
      if (waits.length === 2) issuer.approve(shown);
    };
    const show = (_where: string, code: string) => {
      shown = code;
    };
    expect(await asksTwice(await withDevice(person(), `${issuer.url}/`, show, wait))).toEqual(TWENTY);
    expect(waits).toEqual([1, 1]);
    expect(issuer.grants).toEqual(['device_code', 'refresh_token']);
  });

  it('gets one by a code that a browser brings back, and renews it', async () => {
    const browser = new Client({ allowRedirects: false });
    const visit = async (url: URL) => new URL((await browser.get(url)).headers.get('location')!);
    const client = await withCode(person(), `${issuer.url}/`, 'http://127.0.0.1/back', visit);
    expect(await asksTwice(client)).toEqual(TWENTY);
    expect(issuer.grants).toEqual(['authorization_code', 'refresh_token']);
    await browser.close();
  });

  it('tells what the issuer said when it refuses, without the secret', async () => {
    const client = withClientCredentials({ ...confidential(), clientSecret: 'wr0ngs3cr3t' }, `${issuer.url}/`, 'read');
    const error: Error & { code?: string } = await client.get('api').then(
      () => new Error('it was let in'),
      (failure: Error) => failure,
    );
    expect(error.code).toBe('ERR_AUTH_REFRESH');
    expect(error.message).toContain('there is no access token: oauth2.refresh failed');
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain('wr0ngs3cr3t');
    await client.close();
  });
});
