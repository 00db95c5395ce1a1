import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { isSecretHeader, isSecretKey, maskHeaders, maskMembers, maskText, maskUrl } from '../../src/message/redact.ts';
import { LINEAR, timeGrowth } from '../support/time-growth.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

describe('maskUrl', () => {
  it.each([
    ['http://ada:pw@h/x', 'http://***@h/x'],
    ['http://ada:p@w@h/', 'http://***@h/'],
    ['http:ada:pw@h/', 'http:***@h/'],
    ['http:\\\\ada:pw@h/', 'http:\\\\***@h/'],
    ['http////ada:pw@h/', 'http////***@h/'],
    ['http//ada:pw@h/', 'http//***@h/'],
    ['//ada:pw@h/', '//***@h/'],
    ['ada:pw@h', '***@h'],
    [' http://ada:pw@h/', ' http://***@h/'],
    ['socks5h://ada:pw@h:1', 'socks5h://***@h:1'],
    ['http://h/a@b', 'http://h/a@b'],
    ['/a:b@c', '/a:b@c'],
    ['users/a:b@c', 'users/a:b@c'],
    ['http://h/?token=x&a=1', 'http://h/?token=***&a=1'],
    ['http://h/?a=1;password=x', 'http://h/?a=1;password=***'],
    ['http://h/?pass%77ord=x', 'http://h/?pass%77ord=***'],
    ['http://h/?user[password]=x', 'http://h/?user[password]=***'],
    ['http://h/#access_token=x&state=1', 'http://h/#access_token=***&state=1'],
    ['http://h/?tokens=3&author=ada', 'http://h/?tokens=3&author=ada'],
    ['?%zz=1&sig=x', '?%zz=1&sig=***'],
    // RFC 6749 §4.1.2: the code of an authorization answer; a code alone is of a country or a product.
    ['http://h/cb?code=x&state=1', 'http://h/cb?code=***&state=1'],
    ['http://h/cb?state=1;c%6Fde=x', 'http://h/cb?state=1;c%6Fde=***'],
    ['http://h/cb?code=x&state', 'http://h/cb?code=***&state'],
    ['http://h/cb#code=x&state=1', 'http://h/cb#code=***&state=1'],
    ['http://h/#/cb?code=x&state=1', 'http://h/#/cb?code=***&state=1'],
    ['http://h/?code=de', 'http://h/?code=de'],
    ['http://h/?code=de#state=1', 'http://h/?code=de#state=1'],
    ['http://h/?zip_code=1&Code=2&state=ny', 'http://h/?zip_code=1&Code=2&state=ny'],
    ['http://h/?code=de&states=1', 'http://h/?code=de&states=1'],
  ])('shows %s as %s', (url, safe) => expect(maskUrl(url)).toBe(safe));

  it('masks the names that are added, in any case', () => {
    expect(maskUrl('http://h/?Plan=x&page=2', ['plan'])).toBe('http://h/?Plan=***&page=2');
  });

  it.each(['a:', '@', ':', '/', '%20', ' ', '?a', '&', '\\', 'http:'])(
    'reads 200 000 times %j in a time that grows with the count alone',
    async (piece) => {
      expect(await timeGrowth(25_000, (count) => maskUrl(piece.repeat(count)))).toBeLessThan(LINEAR);
    },
  );
});

describe('maskText', () => {
  it('masks the URLs in a text and leaves the rest', () => {
    expect(maskText('no answer from "http://ada:pw@h/?token=x" (ada)')).toBe(
      'no answer from "http://***@h/?token=***" (ada)',
    );
  });
});

describe('maskHeaders', () => {
  it('masks credentials and cookies, and what a URL in a header holds', () => {
    const lines: [string, string][] = [
      ['authorization', 'Bearer x'],
      ['Set-Cookie', 'a=b'],
      ['X-Session-Token', 'x'],
      ['X-Plan', 'gold'],
      ['Location', '/next?token=x'],
      ['Link', '<http://h/?sig=x>; rel=next'],
      ['Accept', 'text/html'],
    ];
    expect([...maskHeaders(lines, ['x-plan'])].map(([, value]) => value)).toEqual([
      '***',
      '***',
      '***',
      '***',
      '/next?token=***',
      '<http://h/?sig=***>; rel=next',
      'text/html',
    ]);
  });
});

describe('a header that holds URLs', () => {
  it.each<[string, string, string]>([
    // RFC 8288 §3: a target stands between < and >, and parameters follow.
    ['link', '<https://a/?access_token=ABC>; rel=next', '<https://a/?access_token=***>; rel=next'],
    [
      'Link',
      '</a?sig=x>; rel=next, </b?page=2&sig=y>; rel="last"',
      '</a?sig=***>; rel=next, </b?page=2&sig=***>; rel="last"',
    ],
    ['link', '</a>; rel=x; anchor="/b?token=y"; title="z"', '</a>; rel=x; anchor="/b?token=***"; title="z"'],
    ['link', '<//u:p@h/a>, <http://u:p@h/b>', '<//***@h/a>, <http://***@h/b>'],
    ['link', '</a?token=a"b>; rel=next', '</a?token=***>; rel=next'],
    ['link', '</a?token=x', '</a?token=***'],
    ['link', '/a?token=x; rel=next', '/a?token=***; rel=next'],
    ['refresh', '0; url=/next?token=x', '0; url=/next?token=***'],
    ['refresh', '5;URL="http://u:p@h/?sig=x"', '5;URL="http://***@h/?sig=***"'],
    ['refresh', '0;//u:p@h/', '0;//***@h/'],
    ['refresh', '30', '30'],
    ['location', '//u:p@h/cb?code=x&state=1', '//***@h/cb?code=***&state=1'],
  ])('%s: %s', (name, value, safe) => {
    expect([...maskHeaders([[name, value]])]).toEqual([[name, safe]]);
  });

  it.each(['<', '>', '"', '<"', ' ', '<>', ';'])(
    'that is 200 000 times %j is read in a time that grows with the count alone',
    async (piece) => {
      for (const name of ['link', 'refresh', 'location']) {
        const read = (count: number) => [...maskHeaders([[name, piece.repeat(count)]])];
        expect(await timeGrowth(25_000, read)).toBeLessThan(LINEAR);
      }
    },
  );
});

describe('names that say secret', () => {
  it.each([
    ...['Authorization', 'X-API-Key', 'my-secret', 'clientToken', 'PASSWORD'],
    // Azure, RapidAPI, Cloudflare, Datadog, OAuth 1: each service has a name of its own.
    ...['Ocp-Apim-Subscription-Key', 'x-functions-key', 'X-RapidAPI-Key', 'X-Auth-Key', 'DD-APPLICATION-KEY'],
    ...['access_key', 'oauth_consumer_key', 'access_token', 'accessToken', 'id_token', 'token_1', 'token_value'],
    // A word about a secret does not make a name that says more of it harmless.
    ...['token_type_secret', 'secret[type]', 'token.type', 'auth_method_token', 'token_endpoint_password'],
  ])('has %s', (name) => {
    expect([isSecretHeader(name), isSecretHeader('x', [name.toLowerCase()])]).toEqual([true, false]);
  });

  it.each([
    ...['Idempotency-Key', 'Sec-WebSocket-Key', 'Surrogate-Key', 'sort-key', 'applications', 'appkeyboard'],
    ...['page', 'tokens', 'author', 'keyboard', 'compass', 'signatures', 'assignment'],
    // What is said of a token: RFC 6749 section 7.1, RFC 7009, RFC 8693, RFC 7591, RFC 8414, OpenID Connect Discovery.
    ...['token_type', 'tokenType', 'Token-Type', 'token_type_hint', 'issued_token_type', 'oauth.token_type'],
    ...['expires_in', 'scope', 'refresh_token_expires_in', 'token_expires_at', 'client_secret_expires_at'],
    ...['token_endpoint', 'authorization_endpoint', 'token_endpoint_auth_method', 'auth_method', 'auth_type'],
    ...['token_endpoint_auth_methods_supported', 'introspection_endpoint_auth_methods_supported'],
    ...['token_endpoint_auth_signing_alg_values_supported', 'id_token_signing_alg_values_supported'],
  ])('has not %s', (name) => {
    expect(isSecretKey(name)).toBe(false);
    expect(isSecretKey(name, [name.toUpperCase()])).toBe(true);
  });
});

describe('a text with one member alone', () => {
  // Each word of the pattern: a text is looked through for parts of them before it is for names.
  it.each([
    ...[
      'access_token',
      'accessKey',
      'account-key',
      'api_key',
      'app_key',
      'application-key',
      'auth_key',
      'consumer-key',
    ],
    ...['function_key', 'license-key', 'rapidapi-key', 'subscription-key', 'auth', 'authorization', 'client-secret'],
    ...['code_verifier', 'credential', 'jwt', 'pass', 'passphrase', 'passwd', 'password', 'private_key', 'pwd'],
    ...['refresh-token', 'secret', 'session', 'session_id', 'sessionid', 'sid', 'sig', 'signature', 'token'],
    ...['x-amz-signature', 'x-amz-credential', 'myToken', 'mySecret', 'myPassword', 'myPasswd', 'myApiKey'],
    ...['mySignature', 'myCredential', 'myCredentials'],
  ])('shows no value of %s', (name) => {
    for (const one of [name, name.toUpperCase()]) {
      expect(maskMembers(`{"${one}":"x"}`)).toBe(`{"${one}":"***"}`);
      expect(maskMembers(`${one}=x`)).toBe(`${one}=***`);
    }
  });

  it('shows no value of a name that was added', () => {
    expect(maskMembers('{"plan":"x"} plan=x', ['Plan'])).toBe('{"plan":"***"} plan=***');
  });
});

describe('the memory of names', () => {
  it('holds no text in which a name stood', () => {
    const used = () => {
      gc();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    for (let i = 0; i < 1000; i++) {
      const body = Buffer.from(`{"a_member_with_a_key_${i}":"x"}${'y'.repeat(64_000)}`);
      maskMembers(new TextDecoder().decode(body));
    }
    expect(used() - before).toBeLessThan(16 * 2 ** 20);
  });
});
